"""What all commands share: help, version, errors in one line, exit codes."""

from __future__ import annotations

from collections.abc import Callable
from importlib import metadata

import pytest
from pulumi_rolling.core.model.member import Signal
from pulumi_rolling.errors import PermanentFleetError

from tests.unit.cli.conftest import Ran

Rolling = Callable[..., Ran]


def test_version(rolling: Rolling) -> None:
    """The version of the package that is installed."""
    assert rolling("--version").out == f"rolling {metadata.version('pulumi-rolling')}\n"


def test_no_command_is_the_help(rolling: Rolling) -> None:
    """Without a command all of them are listed."""
    ran = rolling()
    assert all(
        f"  {command} " in ran.out + ran.err for command in ("plan", "status", "abort", "signal", "lab")
    )


def test_an_error_of_ours_is_one_line(rolling: Rolling, monkeypatch: pytest.MonkeyPatch) -> None:
    """Message and hint, code 1, no traceback."""

    def refuse(*_: object, **__: object) -> str:
        raise PermanentFleetError("i-1 is in no group.", hint="Check the id.")

    monkeypatch.setattr("pulumi_rolling.cli.signal.send", refuse)
    assert rolling("signal", "--instance", "i-1") == Ran(
        1, "", "rolling: i-1 is in no group. Check the id.\n"
    )


def test_a_missing_library_is_named(rolling: Rolling, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the SDK the answer is what to install."""

    def missing(*_: object, **__: object) -> str:
        raise ModuleNotFoundError("No module named 'botocore'", name="botocore.exceptions")

    monkeypatch.setattr("pulumi_rolling.cli.signal.send", missing)
    ran = rolling("signal", "--instance", "i-1")
    assert (ran.code, ran.err) == (
        1,
        "rolling: botocore.exceptions is not installed. Run pip install 'pulumi-rolling'.\n",
    )


@pytest.mark.parametrize(
    ("options", "sent"),
    [
        ((), Signal.SUCCESS),
        (("--success",), Signal.SUCCESS),
        (("--failure",), Signal.FAILURE),
        (("--exit-code", "0"), Signal.SUCCESS),
        (("--exit-code", "3"), Signal.FAILURE),
    ],
)
def test_signal_says_success_or_failure(
    rolling: Rolling, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...], sent: Signal
) -> None:
    """As with cfn-signal: exit code 0 is SUCCESS and everything else FAILURE."""
    calls: list[tuple[Signal, dict[str, str | None]]] = []

    def send(status: Signal, **place: str | None) -> str:
        calls.append((status, place))
        return "sent."

    monkeypatch.setattr("pulumi_rolling.cli.signal.send", send)
    ran = rolling("signal", "--instance", "i-1", "--region", "eu-west-1", *options)
    assert ran == Ran(0, "sent.\n", "")
    assert calls == [(sent, {"instance": "i-1", "region": "eu-west-1", "endpoint": None})]


def test_signal_takes_one_way_of_saying_it(rolling: Rolling) -> None:
    """An exit code beside --success could contradict it."""
    ran = rolling("signal", "--exit-code", "1", "--success")
    assert ran.code == 2
    assert "--exit-code: may not stand with --success or --failure" in ran.err


def test_a_form_that_is_not_there_is_refused_with_those_that_are(rolling: Rolling) -> None:
    """One sentence names the forms, with code 2."""
    for command in (("plan", "--policy", "{}"), ("status", "web"), ("list",), ("watch", "web")):
        ran = rolling(*command, "--format", "yaml")
        assert (ran.code, ran.out) == (2, "")
        assert "Error: Invalid value for '--format': 'yaml' is not one of 'text', 'json'" in ran.err


def test_the_help_names_the_clouds_of_the_lab(rolling: Rolling) -> None:
    """The help names both clouds that can be served."""
    assert "aws or alibaba" in rolling("lab", "--help").out


def test_a_folder_without_a_stack_is_refused(rolling: Rolling) -> None:
    """An option that would change nothing is no option there."""
    ran = rolling("list", "--cwd", "elsewhere")
    assert (ran.code, ran.out) == (2, "") and "--cwd: needs --stack." in ran.err


def test_a_signal_to_an_endpoint_that_is_no_url_is_one_line(rolling: Rolling) -> None:
    """The sender has clients of its own."""
    ran = rolling("signal", "--instance", "i-1", "--region", "us-east-1", "--endpoint", "web")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("rolling: the endpoint web cannot be used: ") and ran.err.count("\n") == 1
