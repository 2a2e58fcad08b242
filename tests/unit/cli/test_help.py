"""The help of each command: it fits a narrow terminal, gives an example that works, and tells the exit codes."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Callable

import pytest
from pulumi_rolling.cli.lazy import loaded
from pulumi_rolling.cli.table import ROWS, Row

from tests.unit.cli.conftest import Ran

Rolling = Callable[..., Ran]
WIDTH = 80
each_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row.name))


def test_the_list_of_commands_fits_and_cuts_nothing(rolling: Rolling) -> None:
    """One line a command, with the whole of its short help."""
    lines = rolling("--help").out.splitlines()
    for row in ROWS:
        assert [line for line in lines if re.fullmatch(rf"  {row.name} +{re.escape(row.short)}", line)]
    assert all(len(line) <= WIDTH for line in lines)


@each_row
def test_the_help_fits_and_tells_example_and_codes(rolling: Rolling, row: Row) -> None:
    """Each code stands in a line of its own, with what it means."""
    out = rolling(row.name, "--help").out
    assert max(map(len, out.splitlines())) <= WIDTH
    assert f"Example:\n    {row.example}\n" in out
    told = out.partition("Exit codes:\n")[2].splitlines()
    assert [int(line.split()[0]) for line in told if line.split()[0].isdigit()] == sorted(row.all_codes)
    assert set(row.all_codes) >= {0, 1, 2} or row.passes_on


@each_row
def test_the_example_is_understood(row: Row) -> None:
    """The command takes the example's options and arguments as they stand."""
    bare = row.example.removeprefix('eval "$(').removesuffix(')"').replace("$?", "1")
    program, name, *words = shlex.split(bare)
    assert (program, name) == ("rolling", row.name)
    with loaded(row).make_context(name, words) as context:
        assert not context.args or row.passes_on


def test_every_option_has_its_sentence(rolling: Rolling) -> None:
    """No option and no argument is left to be guessed."""
    for row in ROWS:
        for each in loaded(row).params:
            assert getattr(each, "help", None), (row.name, each.name)


def test_a_default_is_shown_as_people_type_it(rolling: Rolling) -> None:
    """`text`, and not the name that an enumeration has for it."""
    for row in ROWS:
        out = rolling(row.name, "--help").out
        assert not re.search(r"\[default: [A-Z]", out), row.name
    assert "[default: text]" in rolling("history", "--help").out


def test_a_profile_is_told_to_the_sdk(rolling: Rolling, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command that asks AWS takes --profile, and hands it on as AWS_PROFILE."""
    monkeypatch.setenv("AWS_PROFILE", "another")
    asking = [row for row in ROWS if row.asks_aws]
    assert {"plan", "status", "watch", "abort", "signal"} <= {row.name for row in asking}
    for row in asking:
        assert "--profile" in {option for each in loaded(row).params for option in each.opts}
    seen: list[str] = []

    def send(*_: object, **__: object) -> str:
        seen.append(os.environ["AWS_PROFILE"])
        return "sent"

    monkeypatch.setattr("pulumi_rolling.cli.signal.send", send)
    assert rolling("signal", "--instance", "i-1", "--profile", "mine").out == "sent\n"
    assert seen == ["mine"]


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        (["st"], ["status"]),
        (["re"], ["reject", "report", "resume", "retry", "return"]),
        (["watch", "--ti"], ["--timeout"]),
        (["status", "web", "--format", ""], ["json", "text"]),
    ],
)
def test_a_shell_completes_commands_options_and_values(
    rolling: Rolling, monkeypatch: pytest.MonkeyPatch, typed: list[str], offered: list[str]
) -> None:
    """The script asks by a variable, and what fits is answered."""
    script = rolling("completion", "bash").out
    assert "_ROLLING_COMPLETE=bash_complete" in script
    monkeypatch.setenv("COMP_WORDS", " ".join(["rolling", *typed]))
    monkeypatch.setenv("COMP_CWORD", str(len(typed)))
    monkeypatch.setenv("_ROLLING_COMPLETE", "bash_complete")
    assert sorted(line.partition(",")[2] for line in rolling().out.split()) == offered
