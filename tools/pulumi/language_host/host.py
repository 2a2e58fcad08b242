"""The LanguageRuntime service of the engine, for programs and plugins written in Python.

It runs programs through the launcher `pulumi-language-python-exec`, which the build puts beside this host.
It installs nothing, generates nothing, and asks no questions.
"""

from __future__ import annotations

import json
import queue
import shutil
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from importlib import metadata
from pathlib import Path
from typing import IO, Any

import grpc
import serving
from google.protobuf import empty_pb2, json_format
from pulumi.runtime.proto import language_pb2, language_pb2_grpc, plugin_pb2

from language_host.children import Children
from language_host.interpreter import Interpreter, InterpreterMissing, choose

LAUNCHER = "pulumi-language-python-exec"
SHOWN_ALREADY = 32
"""The launcher's exit code when it has shown the user what is wrong."""


def run(arguments: Sequence[str]) -> None:
    engine = serving.engine_address(arguments)
    host = Host(shutil.which(LAUNCHER), engine)
    serving.serve(
        lambda server: language_pb2_grpc.add_LanguageRuntimeServicer_to_server(host, server),
        engine,
        host.children.end_all,
    )


class Host(language_pb2_grpc.LanguageRuntimeServicer):
    def __init__(self, launcher: str | None, engine: str | None) -> None:
        self.launcher = launcher
        self.engine = engine
        self.children = Children()
        self._attached: dict[str, str] = {}

    def Handshake(
        self, request: language_pb2.LanguageHandshakeRequest, context: grpc.ServicerContext
    ) -> language_pb2.LanguageHandshakeResponse:
        """Only an engine that found us by PULUMI_DEBUG_LANGUAGES says so; its address is kept by its connection."""
        self._attached[context.peer()] = request.engine_address
        return language_pb2.LanguageHandshakeResponse()

    def GetPluginInfo(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        return plugin_pb2.PluginInfo(version=metadata.version("pulumi"))

    def GetRequiredPackages(
        self, request: language_pb2.GetRequiredPackagesRequest, context: grpc.ServicerContext
    ) -> language_pb2.GetRequiredPackagesResponse:
        """None in advance: the engine finds each plugin when the program registers its first resource."""
        return language_pb2.GetRequiredPackagesResponse()

    def GetProgramDependencies(
        self, request: language_pb2.GetProgramDependenciesRequest, context: grpc.ServicerContext
    ) -> language_pb2.GetProgramDependenciesResponse:
        return language_pb2.GetProgramDependenciesResponse()

    def RuntimeOptionsPrompts(
        self, request: language_pb2.RuntimeOptionsRequest, context: grpc.ServicerContext
    ) -> language_pb2.RuntimeOptionsResponse:
        return language_pb2.RuntimeOptionsResponse()

    def About(
        self, request: language_pb2.AboutRequest, context: grpc.ServicerContext
    ) -> language_pb2.AboutResponse:
        python = self._interpreter(request.info, context)
        asked = [python.executable, "-c", "import platform; print(platform.python_version())"]
        answer = subprocess.run(asked, capture_output=True, text=True, env=python.environment, check=False)
        return language_pb2.AboutResponse(executable=python.executable, version=answer.stdout.strip())

    def InstallDependencies(
        self, request: language_pb2.InstallDependenciesRequest, context: grpc.ServicerContext
    ) -> Iterator[language_pb2.InstallDependenciesResponse]:
        yield language_pb2.InstallDependenciesResponse(
            stdout=b"This language host installs nothing; install into the virtual environment yourself.\n"
        )

    def Run(
        self, request: language_pb2.RunRequest, context: grpc.ServicerContext
    ) -> language_pb2.RunResponse:
        """A failed program is an answer with `error`, not a failed call."""
        if self.launcher is None:
            return language_pb2.RunResponse(error=f"{LAUNCHER} is not on PATH; run `make ensure`")
        python = self._interpreter(request.info, context)
        environment = python.environment | {
            "PULUMI_CONFIG": json.dumps(dict(request.config)),
            "PULUMI_CONFIG_SECRET_KEYS": json.dumps(list(request.configSecretKeys)),
        }
        engine = self._attached.get(context.peer(), self.engine)
        command = [python.executable, "-u", self.launcher, *_launcher_arguments(request, engine)]
        child = self.children.start(command, Path(request.info.program_directory), environment, piped=False)
        context.add_callback(lambda: self.children.end(child))
        code = self.children.wait(child)
        if code == SHOWN_ALREADY:
            return language_pb2.RunResponse(bail=True)
        if code < 0:
            return language_pb2.RunResponse(error=f"Program ended by signal {signal.Signals(-code).name}")
        if code > 0:
            return language_pb2.RunResponse(error=f"Program exited with non-zero exit code: {code}")
        return language_pb2.RunResponse()

    def RunPlugin(
        self, request: language_pb2.RunPluginRequest, context: grpc.ServicerContext
    ) -> Iterator[language_pb2.RunPluginResponse]:
        """A folder with `__main__.py` is run as it is; its output is carried to the engine as it comes."""
        program = Path(request.info.program_directory)
        if not (program / "__main__.py").exists():
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, f"the plugin in {program} has no __main__.py")
        python = self._interpreter(request.info, context)
        environment = python.environment | dict(pair.split("=", 1) for pair in request.env)
        child = self.children.start(
            [python.executable, "-u", str(program), *request.args], Path(request.pwd), environment, piped=True
        )
        context.add_callback(lambda: self.children.end(child, signal.SIGINT))
        yield from _output(child)
        yield language_pb2.RunPluginResponse(exitcode=self.children.wait(child))

    def _interpreter(self, info: language_pb2.ProgramInfo, context: grpc.ServicerContext) -> Interpreter:
        options: dict[str, Any] = json_format.MessageToDict(info.options)
        try:
            return choose(options, Path(info.root_directory))
        except InterpreterMissing as missing:
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, str(missing))
            raise


def _launcher_arguments(request: language_pb2.RunRequest, engine: str | None) -> list[str]:
    named = {
        "project": request.project,
        "root_directory": request.info.root_directory,
        "stack": request.stack,
        "parallel": str(request.parallel),
        "dry_run": "true" if request.dryRun else "false",
        "pwd": request.pwd,
        "monitor": request.monitor_address,
        "engine": engine,
        "organization": request.organization,
    }
    return [f"--{name}={value}" for name, value in named.items() if value] + [
        request.info.entry_point,
        *request.args,
    ]


def _output(child: subprocess.Popen[bytes]) -> Iterator[language_pb2.RunPluginResponse]:
    """Both streams line by line, in the order of arrival, until both are closed."""
    lines: queue.Queue[language_pb2.RunPluginResponse | None] = queue.Queue()

    def carry(stream: IO[bytes], answer: Callable[[bytes], language_pb2.RunPluginResponse]) -> None:
        for line in stream:
            lines.put(answer(line))
        lines.put(None)

    open_streams = 0
    for stream, answer in (
        (child.stdout, lambda line: language_pb2.RunPluginResponse(stdout=line)),
        (child.stderr, lambda line: language_pb2.RunPluginResponse(stderr=line)),
    ):
        if stream is not None:
            threading.Thread(target=carry, args=(stream, answer), daemon=True).start()
            open_streams += 1
    while open_streams:
        line = lines.get()
        if line is None:
            open_streams -= 1
        else:
            yield line
