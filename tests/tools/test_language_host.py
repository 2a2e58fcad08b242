"""The stand-in language host, as a process: one line of stdout, quiet ends, clear answers."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from pulumi.runtime.proto import language_pb2, language_pb2_grpc

from tests.tools.conftest import TOOLS

LAUNCHER = """
import os, runpy, sys
print("config", os.environ["PULUMI_CONFIG"], flush=True)
print("arguments", *sys.argv[1:], flush=True)
runpy.run_path(sys.argv[-1], run_name="__main__")
"""


class Served:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        launcher = folder / "bin" / "pulumi-language-python-exec"
        launcher.parent.mkdir()
        launcher.write_text(LAUNCHER)
        launcher.chmod(0o755)
        self.process = subprocess.Popen(
            [sys.executable, "-u", str(TOOLS / "run_plugin.py"), "language-python"],
            env={"PATH": str(launcher.parent)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        port = self.process.stdout.readline().strip()
        self.channel = grpc.insecure_channel(f"127.0.0.1:{port}")
        self.stub: Any = language_pb2_grpc.LanguageRuntimeStub(self.channel)

    def information(self, program: str, **options: str) -> language_pb2.ProgramInfo:
        (self.folder / "__main__.py").write_text(program)
        information = language_pb2.ProgramInfo(
            root_directory=str(self.folder), program_directory=str(self.folder), entry_point="."
        )
        information.options.update(options)
        return information

    def run(self, program: str, **options: str) -> Any:
        return self.stub.Run.future(
            language_pb2.RunRequest(
                info=self.information(program, **options), pwd=str(self.folder), project="trial", dryRun=True,
                config={"trial:image": "a"},
            )
        )  # fmt: skip

    def end(self, number: signal.Signals) -> tuple[int, str, str]:
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=60)
        self.channel.close()
        return self.process.returncode, out, err


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Served]:
    served = Served(tmp_path)
    yield served
    if served.process.poll() is None:
        served.process.kill()
        served.process.communicate()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_quietly(host: Served, number: signal.Signals) -> None:
    """Ctrl-C and a request to end bring code 0 and not a line."""
    assert host.end(number) == (0, "", "")


def test_a_program_gets_its_configuration_and_its_output_is_passed_on(host: Served) -> None:
    """The launcher gets configuration, project and mode; each stream of the program goes to its own stream."""
    assert host.run("import sys; print('seen'); print('complaint', file=sys.stderr)").result().error == ""
    code, out, err = host.end(signal.SIGTERM)
    assert code == 0
    assert 'config {"trial:image": "a"}' in out
    assert "--project=trial" in out
    assert "--dry_run=true" in out
    assert out.endswith("seen\n")
    assert err == "complaint\n"


def test_exit_code_32_means_that_the_user_has_been_told(host: Served) -> None:
    """With code 32 the program has said what was wrong, so the engine adds no error."""
    answer = host.run("raise SystemExit(32)").result()
    assert (answer.bail, answer.error) == (True, "")


def test_another_exit_code_is_an_error(host: Served) -> None:
    """Any other code is named in the error, since nobody else would tell it."""
    answer = host.run("raise SystemExit(3)").result()
    assert (answer.bail, answer.error) == (False, "Program exited with non-zero exit code: 3")


def test_the_programs_python_is_the_one_that_the_project_names(host: Served) -> None:
    """The option `virtualenv` names the environment whose interpreter runs the program."""
    python = host.folder / "venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.symlink_to(sys.executable)
    assert host.run("import os; print(os.environ['VIRTUAL_ENV'])", virtualenv="venv").result().error == ""
    assert host.end(signal.SIGTERM)[1].endswith(f"{host.folder}/venv\n")


def test_a_missing_virtualenv_is_named(host: Served) -> None:
    """An environment without an interpreter is an error that says what it misses."""
    with pytest.raises(grpc.RpcError, match="which has no bin/python"):
        host.run("", virtualenv="nowhere").result()


def test_ending_the_host_ends_a_running_program_without_a_traceback(host: Served) -> None:
    """A program that runs is ended with its host, and its end is told as a signal."""
    running = host.run("import pathlib, time; pathlib.Path('started').touch(); time.sleep(60)")
    until = time.monotonic() + 10
    while not (host.folder / "started").exists():
        assert time.monotonic() < until
        time.sleep(0.05)
    code, _, err = host.end(signal.SIGINT)
    assert (code, err) == (0, "")
    assert running.result().error == "Program ended by signal SIGTERM"


def test_a_plugins_output_and_exit_code_are_carried(host: Served) -> None:
    """Both streams of a plugin and its exit code come back over the wire."""
    information = host.information("import sys; print(sys.argv[1]); print('e', file=sys.stderr); sys.exit(4)")
    parts = list(host.stub.RunPlugin(language_pb2.RunPluginRequest(info=information, pwd=".", args=["port"])))
    assert parts[-1].exitcode == 4
    assert b"".join(part.stdout for part in parts) == b"port\n"
    assert b"".join(part.stderr for part in parts) == b"e\n"


def test_a_program_is_told_of_the_engine_that_found_us(host: Served) -> None:
    """The address of the handshake on the same connection, where no engine started the host."""
    program = "import sys; sys.exit(sum(argument == '--engine=127.0.0.1:7' for argument in sys.argv))"
    assert not host.run(program).result(30).error
    host.stub.Handshake(language_pb2.LanguageHandshakeRequest(engine_address="127.0.0.1:7"), timeout=30)
    assert host.run(program).result(30).error == "Program exited with non-zero exit code: 1"
