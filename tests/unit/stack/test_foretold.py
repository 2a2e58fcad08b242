"""When a preview foretells, and whose event log is read."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from pulumi_rolling.cli.main import app
from pulumi_rolling.stack import asking
from pulumi_rolling.stack.command import Pulumi
from pulumi_rolling.stack.deployment import Deployment
from pulumi_rolling.stack.event_log import Summary
from pulumi_rolling.stack.foresight import Known
from pulumi_rolling.stack.foretold import Foretold, foreseen, of_preview
from pulumi_rolling.stack.stage import Before, given_log
from pulumi_rolling.stack.told_preview import of_log

EMPTY = Known(Deployment({"version": 3, "deployment": {}}))


@pytest.mark.parametrize(
    ("arguments", "log"),
    [
        ([], None),
        (["--diff", "--event-log", "mine"], Path("mine")),
        (["--event-log=mine", "--diff"], Path("mine")),
        (["--event-log", "first", "--event-log=last"], Path("last")),
    ],
)
def test_the_users_own_event_log_is_read(arguments: list[str], log: Path | None) -> None:
    """A file that the user names is used in place of ours, and the last of two is the one."""
    assert given_log(arguments) == log


def test_a_preview_that_did_not_end_foretells_nothing() -> None:
    """Half a preview would tell half of the risks; one without a failure tells them."""
    assert foreseen(of_log([]), EMPTY) is None
    assert foreseen(of_log([Summary(True, "failed", 1, {})]), EMPTY) is None
    assert foreseen(of_log([Summary(True, "succeeded", 1, {})]), EMPTY) == ()
    assert foreseen(of_log([Summary(True, "", 1, {})]), EMPTY) == ()


def test_two_documents_on_one_output_are_refused() -> None:
    """Pulumi's JSON and ours cannot share the output; nothing is run."""
    ended = CliRunner().invoke(app, ["preview", "--json", "--risks", "-"])
    assert ended.exit_code == 2
    assert "name a file" in ended.output


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        (["--diff", "-c", "a=b"], ("--diff", "-c", "a=b")),
        (["--continue-on-error", "--target", "u"], ("--target", "u")),
        (["--plan", "file"], None),
        (["--secrets-provider=passphrase"], None),
    ],
)
def test_an_updates_flags_become_those_of_its_preview(
    arguments: list[str], shown: tuple[str, ...] | None
) -> None:
    """A flag of updates alone is left out; one that a preview could not honour leaves the asking to Pulumi."""
    assert of_preview(arguments) == shown


@pytest.mark.parametrize("returns", [True, False])
def test_what_could_come_back_is_told_where_there_is_a_way_back(
    monkeypatch: pytest.MonkeyPatch, returns: bool
) -> None:
    """The first deployment has none, which is said before the preview: nothing contradicts it."""
    said: list[str] = []
    monkeypatch.setattr(asking, "previewed", lambda *_: Foretold(0, ()))
    update = asking.Update(Pulumi(Path("nowhere")), (), said.append, lambda _asked: False)
    assert update(Before(None, returns)).code == asking.CANCELLED
    assert ["all of it can come back" in each for each in said] == ([True] if returns else [])
