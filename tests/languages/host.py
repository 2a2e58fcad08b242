"""A language host for programs in Node.js and in Go, where the official ones are not on PATH.

`host.py nodejs|go [flags] ENGINE`. It runs what is installed and built beside the program, and installs nothing.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools" / "pulumi"))

import serving
from language_host.host import SHOWN_ALREADY, Host
from pulumi.runtime.proto import language_pb2, language_pb2_grpc

Started = tuple[list[str], dict[str, str]]
"""The command, and what is added to its environment."""


class Programs(Host):
    def __init__(self, engine: str | None, started: Callable[[Any, str], Started]) -> None:
        super().__init__(None, engine)
        self.started = started

    def Run(self, request: Any, context: Any) -> Any:
        engine = self._attached.get(context.peer(), self.engine) or ""
        command, added = self.started(request, engine)
        child = self.children.start(
            command, Path(request.info.program_directory), {**os.environ, **added}, piped=False
        )
        context.add_callback(lambda: self.children.end(child))
        code = self.children.wait(child)
        if code == SHOWN_ALREADY:
            return language_pb2.RunResponse(bail=True)
        if code:
            how = f"by signal {signal.Signals(-code).name}" if code < 0 else f"with exit code {code}"
            return language_pb2.RunResponse(error=f"the program ended {how}")
        return language_pb2.RunResponse()


def _configuration(request: Any) -> Mapping[str, str]:
    return {
        "PULUMI_CONFIG": json.dumps(dict(request.config)),
        "PULUMI_CONFIG_SECRET_KEYS": json.dumps(list(request.configSecretKeys)),
    }


def nodejs(request: Any, engine: str) -> Started:
    """The launcher is the SDK's own, from the program's `node_modules`."""
    flags = {
        "organization": request.organization,
        "project": request.project,
        "root-directory": request.info.root_directory,
        "stack": request.stack,
        "parallel": str(request.parallel),
        "pwd": request.pwd,
        "monitor": request.monitor_address,
        "engine": engine,
    }
    launcher = Path(request.info.program_directory, "node_modules", "@pulumi", "pulumi", "cmd", "run")
    command = ["node", str(launcher), *(f"--{name}={value}" for name, value in flags.items() if value)]
    command += ["--dry-run"] if request.dryRun else []
    added = {"PULUMI_NODEJS_TYPESCRIPT": "true", **_configuration(request)}
    return [*command, request.info.entry_point, *request.args], added


def go(request: Any, engine: str) -> Started:
    """The program is the file `program` in its folder."""
    added = {
        "PULUMI_ORGANIZATION": request.organization,
        "PULUMI_PROJECT": request.project,
        "PULUMI_ROOT_DIRECTORY": request.info.root_directory,
        "PULUMI_STACK": request.stack,
        "PULUMI_DRY_RUN": "true" if request.dryRun else "false",
        "PULUMI_PARALLEL": str(request.parallel),
        "PULUMI_MONITOR": request.monitor_address,
        "PULUMI_ENGINE": engine,
        **_configuration(request),
    }
    return [str(Path(request.info.program_directory, "program"))], added


def install(folder: Path, language: str) -> None:
    """A launcher of this host for PATH, unless the official one is there."""
    launcher = folder / f"pulumi-language-{language}"
    if shutil.which(launcher.name) is None:
        launcher.write_text(f'#!/bin/sh\nexec "{sys.executable}" -u "{__file__}" {language} "$@"\n')
        launcher.chmod(0o755)


def main() -> None:
    started = {"nodejs": nodejs, "go": go}[sys.argv[1]]
    engine = serving.engine_address(sys.argv[2:])
    host = Programs(engine, started)
    serving.serve(
        lambda server: language_pb2_grpc.add_LanguageRuntimeServicer_to_server(host, server),
        engine,
        host.children.end_all,
    )


if __name__ == "__main__":
    main()
