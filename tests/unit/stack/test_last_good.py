"""Which deployment a stack returns to, as a table of what history, state, copies and the journal say."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pulumi_rolling.errors import CommandError, StackError
from pulumi_rolling.stack.command import Pulumi
from pulumi_rolling.stack.history import RETURNED, Update, newest
from pulumi_rolling.stack.kept import Copy, Kept
from pulumi_rolling.stack.last_good import Standing, last_good, named
from pulumi_rolling.stack.scratch import opened

from .kept_names import named_so

FIRST, SECOND, THIRD = (f"2026-01-0{day}T00:00:00.000Z" for day in (1, 2, 3))


def copy_of(started: str) -> Copy:
    export = json.dumps({"version": 3, "deployment": {"kept at": started}})
    return Copy(started, "", "", export, "config: {}")


def standing(
    started: str = SECOND,
    result: str = "succeeded",
    written: float = -1,
    pending: str = "",
    message: str = "",
) -> Standing:
    """`written`: seconds from the end of the newest update until the state was written for the last time."""
    ended = datetime.fromisoformat(started) + timedelta(seconds=60)
    deployment: dict[str, Any] = {
        "manifest": {"time": (ended + timedelta(seconds=written)).isoformat()},
        "resources": [{"urn": "urn:pulumi:dev::shop::a:b:C::d", "type": "a:b:C"}],
    }
    if pending:
        deployment["pending_operations"] = [{"type": pending, "resource": {}}]
    export = json.dumps({"version": 3, "deployment": deployment})
    return Standing(
        export, Update(started, ended, "update", result == "succeeded", message, "", {}, deployed=started)
    )


class Told(Pulumi):
    """A `pulumi` whose history has these entries, the newest first, and whose stack has no configuration."""

    def __init__(self, *entries: tuple[str, ...]) -> None:
        super().__init__(Path("nowhere"))
        keys = ("startTime", "result", "message", "kind")
        object.__setattr__(
            self, "entries", [{"kind": "update", **dict(zip(keys, entry, strict=False))} for entry in entries]
        )

    def asked(self, *arguments: str, given: str | None = None) -> str:
        return json.dumps(self.entries if arguments[:2] == ("stack", "history") else {})  # type: ignore[attr-defined]


GOOD = ("succeeded", "")
BAD = ("failed", "")


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    found = Kept(tmp_path, named_so("dev"))
    found.save(copy_of(FIRST))
    return found


def found(kept: Kept, now: Standing, *entries: tuple[str, ...]) -> str:
    return last_good(Told(*entries), kept, Path("Pulumi.dev.yaml"), now).started


@pytest.mark.parametrize(
    ("now", "good"),
    [
        (standing(), SECOND),
        (standing(pending="creating"), SECOND),
        (standing(SECOND, "failed"), FIRST),
        (standing(FIRST, pending="updating"), FIRST),
        (standing(FIRST, pending="creating", written=3), FIRST),
        (standing(FIRST, written=3600), FIRST),
    ],
    ids=[
        "succeeded",
        "with an old cut-off creation",
        "failed",
        "cut off",
        "cut off at once",
        "written since",
    ],
)
def test_the_state_is_good_where_the_newest_update_left_it(kept: Kept, now: Standing, good: str) -> None:
    """Otherwise it is the newest copy that is good."""
    assert found(kept, now, (SECOND, *BAD), (FIRST, *GOOD)) == good


def test_a_journey_that_history_knows_nothing_of_has_left_no_good_state(kept: Kept) -> None:
    """A killed `pulumi` writes no entry, and its state may be seconds younger than the good one: the journal counts."""
    kept.begin(copy_of(FIRST), since=SECOND)
    assert found(kept, standing(SECOND)) == FIRST
    assert found(kept, standing(THIRD)) == THIRD
    assert found(kept, standing(THIRD, "failed"), (THIRD, *BAD), (FIRST, *GOOD)) == FIRST


def test_a_copy_is_not_good_where_a_later_update_succeeded(kept: Kept) -> None:
    """A return past an update that succeeded would destroy what that one made, so none is known."""
    failed = standing(THIRD, "failed")
    with pytest.raises(StackError, match=f"that of {SECOND}, of which no copy is kept"):
        found(kept, failed, (THIRD, *BAD), (SECOND, *GOOD), (FIRST, *GOOD))
    again = (SECOND, "succeeded", f"{RETURNED}{FIRST}")
    assert found(kept, failed, (THIRD, *BAD), again, (FIRST, *GOOD)) == FIRST


@pytest.mark.parametrize("newest", [None, standing().newest], ids=["never deployed", "destroyed"])
def test_an_empty_stack_has_no_good_deployment(kept: Kept, newest: Update | None) -> None:
    """Whatever was kept of it before."""
    with pytest.raises(StackError, match="no earlier deployment"):
        found(kept, Standing('{"version": 3, "deployment": {}}', newest))


def test_a_return_by_hand_goes_where_it_is_told_or_to_the_last_good_deployment(kept: Kept) -> None:
    """After a return it goes on to the same deployment, of which something may still be open."""
    kept.save(copy_of(SECOND))

    def to(now: Standing, wanted: str = "") -> str:
        return named(Told(), kept, Path("Pulumi.dev.yaml"), now, wanted).started

    assert to(standing(THIRD), "2026-01-01") == FIRST
    assert to(standing(THIRD, "failed")) == SECOND
    assert to(standing(THIRD, message=f"{RETURNED}{FIRST}")) == FIRST
    with pytest.raises(StackError, match="no kept deployment begins with 1999"):
        to(standing(THIRD), "1999")


class Cloud(Pulumi):
    """A `pulumi` of Pulumi Cloud: history has versions, and each can be exported."""

    def __init__(self, *entries: tuple[str, str, int], refuses: bool = False) -> None:
        super().__init__(Path("nowhere"))
        keys = ("startTime", "result", "version")
        told = [{"kind": "update", **dict(zip(keys, entry, strict=True))} for entry in entries]
        object.__setattr__(self, "entries", told)
        object.__setattr__(self, "refuses", refuses)

    def asked(self, *arguments: str, given: str | None = None) -> str:
        if "--version" in arguments:
            if self.refuses:  # type: ignore[attr-defined]
                raise CommandError("version 7 is not there")
            readable = "--show-secrets" in arguments
            return json.dumps({"version": 3, "deployment": {"of": arguments[-1], "readable": readable}})
        return json.dumps(self.entries if arguments[:2] == ("stack", "history") else {})  # type: ignore[attr-defined]


def test_pulumi_cloud_keeps_what_nobody_else_does(tmp_path: Path) -> None:
    """Where the newest update failed and no copy is kept, the version of the last success is the good deployment."""
    empty, file = Kept(tmp_path, named_so("dev")), Path("Pulumi.dev.yaml")
    entries = ((THIRD, "failed", 8), (SECOND, "succeeded", 7))
    copy = last_good(Cloud(*entries), empty, file, standing(THIRD, "failed"))
    assert (copy.started, copy.version, json.loads(copy.export)["deployment"]["of"]) == (SECOND, 7, "7")
    with pytest.raises(StackError, match="known to be good"):
        last_good(Cloud(*entries, refuses=True), empty, file, standing(THIRD, "failed"))


def test_pulumi_cloud_opens_its_own_secrets() -> None:
    """No other stack can: what it has encrypted is asked of it by version, and without a version it is said."""
    secret = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "x"}
    deployment = {"secrets_providers": {"type": "service"}, "resources": [{"urn": "u", "outputs": secret}]}
    export = json.dumps({"version": 3, "deployment": deployment})
    assert opened(Cloud(), export, 7).raw["deployment"]["readable"]
    with pytest.raises(StackError, match="no version of it is known"):
        opened(Cloud(), export)
    with pytest.raises(StackError, match="version 7 is not there"):
        opened(Cloud(refuses=True), export, 7)


@pytest.mark.parametrize("kind", ["refresh", "import", "resource-import", "rename"])
def test_what_deploys_nothing_makes_no_failed_update_a_good_one(kept: Kept, kind: str) -> None:
    """After a refresh the newest update still has failed, a killed one is still open, and a good one is still good."""
    after = (THIRD, "succeeded", "", kind)
    failed, good = newest(Told(after, (SECOND, *BAD), (FIRST, *GOOD))), newest(Told(after, (SECOND, *GOOD)))
    assert failed is not None and good is not None
    assert (failed.succeeded, good.succeeded) == (False, True)
    assert (failed.deployed, good.deployed, good.started) == (SECOND, SECOND, THIRD)
    assert found(kept, standing(THIRD, "failed"), after, (SECOND, *BAD), (FIRST, *GOOD)) == FIRST
    kept.begin(copy_of(FIRST), since=SECOND)
    assert found(kept, Standing(standing(THIRD).export, good)) == FIRST
