"""Makes sure that there is a Pulumi engine: the `pulumi` on PATH, or one built here from its Go modules.

What is built, and the launchers of our own plugins, lie in `.engine` at the repository's top, which git
ignores: `bin` for PATH, `plugins` for the plugin folder of PULUMI_HOME (env.py puts both in place). Each file
is written under a temporary name and renamed, and the stamp is written last, so an interrupted run is simply
started again. Standard library only.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import go_build
import standin_alicloud
import standin_aws
import steps

HERE = Path(__file__).resolve().parent
ENGINE_MODULE = "github.com/pulumi/pulumi/pkg/v3"
SDK_MODULE = "github.com/pulumi/pulumi/sdk/v3"
YAML_MODULE = "github.com/pulumi/pulumi-yaml"
FROM_THE_SDK = ("python/cmd/pulumi-language-python-exec", "python/dist/pulumi-resource-pulumi-python")
STOOD_IN = {"aws": standin_aws.FOLLOWS, "alicloud": standin_alicloud.FOLLOWS}
"""Providers with a stand-in, each in the version that is followed."""
PROGRAMS = {
    "pulumi": f"{ENGINE_MODULE}/cmd/pulumi",
    "pulumi-language-yaml": f"{YAML_MODULE}/cmd/pulumi-language-yaml",
}
GO = {"CGO_ENABLED": "0", "GOFLAGS": "-mod=readonly"}
DOWNLOAD_ADVICE = "is the Go module proxy reachable (go env GOPROXY)? Start again then; what came stays."
BUILD_ADVICE = "the compiler's last lines follow; is the Go toolchain at least the version named in go.mod?"


class CannotEnsure(Exception):
    """What is missing, and what to do about it."""


class Engine:
    """One repository's `.engine` folder."""

    def __init__(self, top: Path, python: Path) -> None:
        self.folder = top / ".engine"
        self.bin = self.folder / "bin"
        self.plugins = self.folder / "plugins"
        self.stamp = self.folder / "stamp"
        self.python = python

    def ensure(self) -> None:
        official = self._on_path("pulumi")
        wanted = self._wanted(official)
        if self.stamp.exists() and self.stamp.read_text() == wanted and self._complete(official):
            print(f"engine: nothing to do ({official or self.bin / 'pulumi'})")
            return
        self.bin.mkdir(parents=True, exist_ok=True)
        copied = self._built_elsewhere(wanted)
        self.stamp.unlink(missing_ok=True)
        if official:
            print(f"engine: using {official}, with its own language hosts; nothing is built")
            self._remove_built()
        elif copied:
            print("engine: what was built is kept; its launchers named another folder or plugin")
        else:
            self._build()
        if not official:
            _write(self.bin / "pulumi-language-python", self._launcher("language-python"), 0o755)
        self._standins()
        _write(self.stamp, wanted.encode(), 0o644)

    def _built_elsewhere(self, wanted: str) -> bool:
        """A copied `.engine` has this clone's programs and launchers that name the clone it came from."""
        if not self.stamp.exists() or not self._complete(None):
            return False
        then, now = json.loads(self.stamp.read_text()), json.loads(wanted)
        return all(then.get(fact) == now[fact] for fact in ("official", "sums"))

    def _build(self) -> None:
        if shutil.which("go") is None:
            raise CannotEnsure("there is neither `pulumi` nor `go` on PATH; install one of them")
        version = _versions()[ENGINE_MODULE]
        print(
            f"engine: no pulumi on PATH; building {version} in {self.bin} (minutes at first)",
            flush=True,
        )
        # Not `go mod download`: it wants modules of the list that nothing here is compiled from.
        modules = ["go", "list", "-f", '{{""}}', "-deps", *PROGRAMS.values()]
        self._step("download the modules", modules, DOWNLOAD_ADVICE)
        named = f"-ldflags={go_build.STRIPPED} -X {SDK_MODULE}/go/common/version.Version={version}"
        made = self.folder / f"made.{os.getpid()}"
        build = ["go", "build", *go_build.FLAGS, named, "-o", f"{made}{os.sep}"]
        try:
            self._step("build the programs", [*build, *PROGRAMS.values()], BUILD_ADVICE)
            for name in PROGRAMS:
                (made / name).replace(self.bin / name)
        finally:
            shutil.rmtree(made, ignore_errors=True)
        sdk = Path(_go(["go", "list", "-m", "-f", "{{.Dir}}", SDK_MODULE]).stdout.strip())
        for path in FROM_THE_SDK:
            _write(self.bin / Path(path).name, (sdk / path).read_bytes(), 0o755)
        print("engine: Python language host, its launcher and the dynamic provider's launcher are in place")

    def _standins(self) -> None:
        """Kept where the engine looks for installed plugins, not on PATH: it warns of those in every run."""
        shutil.rmtree(self.plugins, ignore_errors=True)
        self.plugins.mkdir()
        for name, version in STOOD_IN.items():
            self._standin(name, version)

    def _standin(self, name: str, version: str) -> None:
        found = self._on_path(f"pulumi-resource-{name}")
        installed = _installed(name, version)
        if found:
            print(f"engine: a plugin for {name} is on PATH ({found}); the stand-in is left out")
        elif installed:
            (self.plugins / installed.name).symlink_to(installed)
            print(f"engine: a plugin for {name} is installed ({installed}); the stand-in is left out")
        else:
            folder = self.plugins / folder_of(name)
            folder.mkdir()
            _write(folder / f"pulumi-resource-{name}", self._launcher(f"resource-{name}"), 0o755)
            print(f"engine: no plugin for {name} is installed; a stand-in for {name} {version} is in place")

    def _launcher(self, plugin: str) -> bytes:
        """It runs the sources where they lie, so that a change of them needs no second `ensure`."""
        program = HERE / "run_plugin.py"
        return f'#!/bin/sh\nexec "{self.python}" -u "{program}" {plugin} "$@"\n'.encode()

    def _wanted(self, official: str | None) -> str:
        sums = {
            name: _digest(HERE / name) for name in ("go.mod", "go.sum", "go_build.py", "ensure_engine.py")
        }
        facts = {
            "official": official,
            "sums": sums,
            "python": str(self.python),
            "sources": str(HERE),
            "stoodIn": STOOD_IN,
            "plugins": {
                name: self._on_path(f"pulumi-resource-{name}") or str(_installed(name, version))
                for name, version in STOOD_IN.items()
            },
        }
        return json.dumps(facts, indent=1, sort_keys=True) + "\n"

    def _complete(self, official: str | None) -> bool:
        return official is not None or all((self.bin / name).exists() for name in _names_built())

    def _remove_built(self) -> None:
        for name in _names_built():
            (self.bin / name).unlink(missing_ok=True)

    def _on_path(self, name: str) -> str | None:
        """Our own folder does not count: a shell may have it on PATH."""
        folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
        return shutil.which(name, path=os.pathsep.join(f for f in folders if Path(f).resolve() != self.bin))

    @staticmethod
    def _step(what: str, command: Sequence[str], advice: str) -> None:
        done = steps.run(f"engine: {what}", command, folder=HERE, more=GO)
        if done.returncode:
            last = "\n".join(done.stdout.strip().splitlines()[-15:])
            raise CannotEnsure(f"could not {what}: {advice}\n{last}")


def _go(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=HERE, env=os.environ | GO, capture_output=True, text=True, check=True)


def _versions() -> dict[str, str]:
    return dict(re.findall(r"^\s+(\S+) (v\S+)", (HERE / "go.mod").read_text(), re.MULTILINE))


def _names_built() -> list[str]:
    return [*PROGRAMS, "pulumi-language-python", *(Path(p).name for p in FROM_THE_SDK)]


def folder_of(name: str) -> str:
    """A plugin's folder among those that the engine has installed."""
    return f"resource-{name}-v{STOOD_IN[name]}"


def _installed(name: str, version: str) -> Path | None:
    home = Path(os.environ.get("PULUMI_HOME") or Path.home() / ".pulumi")
    folder = home / "plugins" / f"resource-{name}-v{version}"
    return folder if folder.is_dir() else None


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _write(path: Path, content: bytes, mode: int) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_bytes(content)
    temporary.chmod(mode)
    temporary.replace(path)


def main() -> None:
    top = HERE.parents[1]
    python = top / ".venv" / "bin" / "python"
    try:
        Engine(top, python).ensure()
    except CannotEnsure as missing:
        sys.exit(f"engine: {missing}")


if __name__ == "__main__":
    main()
