"""The rows, the picture and the ending of `rolling watch`, from a record and one look."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from typing import Any

import pytest
from pulumi_rolling.core.model.codes import FailureReason, ReasonCode, Step, VerdictCode
from pulumi_rolling.core.model.decision import Because, Status
from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.core.model.member import Lifecycle, Member, Signal, Sizes, TargetHealth
from pulumi_rolling.core.model.verdict import Failure, Verdict
from pulumi_rolling.core.replace.observation import Observation
from pulumi_rolling.core.replace.rollout import Rollout
from pulumi_rolling.report.counted import counted
from pulumi_rolling.report.member_progress import Part, count, part_of
from pulumi_rolling.report.standing import GroupStatus
from pulumi_rolling.report.watch import Ending, MemberRow, ended, line, member_rows
from pulumi_rolling.report.watch_screen import MOST_ROWS, Screen, picture
from rich.console import Console

from tests.rollouts import changed, rollout_of
from tests.unit.report.conftest import V1, V2

NOW = 1_800_000_000.0
ROLLOUT = rollout_of(
    id="r1",
    to=V2,
    came_from=V1,
    found=Sizes(4, 12, 10),
    found_suspended=frozenset(),
    started_at=NOW - 600,
    step=Step.ROLL,
    watermark=NOW - 3600,
    progress_at=NOW - 60,
    total=5,
    desired=5,
    desired_before=5,
    in_flight=frozenset({"i-new"}),
    succeeded=frozenset({"i-done"}),
    failed=(Failure("i-bad", FailureReason.FAILURE_SIGNAL),),
)


def member(
    name: str, lifecycle: Lifecycle = Lifecycle.IN_SERVICE, age: float = 30.0, **changes: Any
) -> Member:
    given: dict[str, Any] = {"zone": "zone-a", "launched_at": NOW - age}
    return Member(name, V2, lifecycle, **(given | changes))


OLD = Member("i-old", V1, Lifecycle.IN_SERVICE, launched_at=NOW - 9000)
LEFT = replace(OLD, id="i-left", lifecycle=Lifecycle.LEAVING)
BAD, NEW, DONE = member("i-bad", age=90.0), member("i-new"), member("i-done", age=300.0)
LATE = member("i-late", Lifecycle.PENDING, age=5.0)


def standing(rollout: Rollout = ROLLOUT, **changes: Any) -> GroupStatus:
    members = (OLD, LEFT, NEW, BAD, DONE, LATE)
    given: dict[str, Any] = {"driver": "d1", "lease_until": NOW + 20, "members": members, "owner": "abc"}
    return GroupStatus(group="web", at=NOW, rollout=rollout, **(given | changes))


def said(code: str, replaced: int = 2, **numbers: float) -> dict[str, Any]:
    status = Status(Step.ROLL, Direction.FORWARD, 4, 4, replaced, 5, (), 2, (40.0, 90.0))
    return {
        "because": Because(ReasonCode(code), dict(numbers), ("i-new",)),
        "status": status,
        "said_at": NOW - 3,
    }


def test_who_is_on_the_move_is_in_the_table_and_nobody_else() -> None:
    """Failed first, then in flight, then leaving; with zone, age, state and signal."""
    rows = member_rows(standing(members=(OLD, LEFT, replace(NEW, signal=Signal.SUCCESS), BAD, DONE, LATE)))
    assert rows == [
        MemberRow("i-bad", "zone-a", "90 s", "failed: sent FAILURE", "", True),
        MemberRow("i-new", "zone-a", "30 s", "in service", "SUCCESS", False),
        MemberRow("i-late", "zone-a", "5 s", "launching", "", False),
        MemberRow("i-left", "", "2 h 30 min", "leaving", "", False),
    ]


@pytest.mark.parametrize(
    ("changes", "rollout", "state"),
    [
        ({"lifecycle": Lifecycle.WAITING}, {}, "waits for its launch hook"),
        ({"target": TargetHealth.INITIAL}, {}, "in service, its targets initial"),
        ({"target": TargetHealth.HEALTHY}, {}, "in service"),
        ({"healthy": False}, {}, "in service, unhealthy"),
        ({}, {"warming": (("i-new", NOW - 5),)}, "ready, warming up"),
        ({}, {"retried": frozenset({"i-new"})}, "to be replaced once more"),
    ],
)
def test_a_state_says_what_a_member_still_lacks(
    changes: dict[str, Any], rollout: dict[str, Any], state: str
) -> None:
    """As far as the look and the record tell."""
    rows = member_rows(standing(changed(ROLLOUT, **rollout), members=(replace(NEW, **changes),)))
    assert [row.state for row in rows] == [state]


@pytest.mark.parametrize(
    ("seen", "changes", "part"),
    [
        (member("i-x", age=30.0), {}, Part.IN_FLIGHT),
        (member("i-x", age=30.0), {"skipped": frozenset({"i-x"})}, Part.SETTLED),
        (member("i-x", age=300.0), {}, Part.SETTLED),
        (member("i-x", age=300.0), {"in_flight": frozenset({"i-x"})}, Part.IN_FLIGHT),
        (member("i-x", Lifecycle.PENDING, age=300.0), {}, Part.IN_FLIGHT),
        (member("i-x", age=9000.0), {}, Part.SETTLED),
        (replace(OLD, id="i-x"), {"skipped": frozenset({"i-x"})}, Part.SETTLED),
        (replace(OLD, id="i-x"), {}, Part.OLD),
        (replace(OLD, id="i-x"), {"direction": Direction.BACK}, Part.SETTLED),
        (member("i-x", age=300.0), {"direction": Direction.BACK}, Part.OLD),
        (
            member("i-x", age=300.0),
            {
                "direction": Direction.BACK,
                "verdict": Verdict(VerdictCode.ABORTED, NOW, 1, 5, (Failure("i-x", FailureReason.VANISHED),)),
            },
            Part.FAILED,
        ),
    ],
    ids=[
        "came after the last act",
        "skipped while in flight",
        "one of many successes that the record does not name",
        "still named in flight",
        "not in service yet",
        "matched before the rollout",
        "skipped while old",
        "old",
        "old and to stay, on the way back",
        "of the failed revision, on the way back",
        "failed, and the group goes back for it",
    ],
)
def test_whose_part_a_member_has(seen: Member, changes: dict[str, Any], part: Part) -> None:
    """A record is as old as the last act, so what came since is told by its launch."""
    assert part_of(changed(ROLLOUT, **changes), seen) is part


def test_how_far_it_is_without_the_drivers_words() -> None:
    """Old, failed, booting and missing members are to come; what serves is there."""
    now = count(ROLLOUT, (OLD, LEFT, NEW, BAD, DONE, LATE))
    assert (now.replaced, now.total, now.in_service, now.unseen) == (2, 5, 4, 0)
    assert now.coming == ("i-new", "i-late")
    assert count(ROLLOUT, (NEW, DONE)).unseen == 3
    heavy = changed(ROLLOUT, unit=2, desired=9)
    assert count(heavy, (replace(NEW, weight=2), DONE)).unseen == 3, "six units of two each"
    assert (
        counted(standing()).replaced == 2 and counted(standing(**said("waiting", replaced=1))).replaced == 1
    )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            said("waiting"),
            "web: rolling to version 2, 2/5 replaced, 4 in service, waiting for i-new, i-late, 40-90 s left",
        ),
        (
            said("guarded", probability=71),
            "web: rolling to version 2, 2/5 replaced, 4 in service, holding new starts: i-new is overdue "
            "(71 % likely that too many fail), 40-90 s left",
        ),
        (
            said("approval", percent=25, count=1),
            "web: rolling to version 2, run 'rolling approve web' or 'reject': waiting for approval at 25 %, "
            "2/5 replaced, 4 in service",
        ),
        ({}, "web: rolling to version 2, 2/5 replaced, 4 in service, waiting for i-new, i-late"),
        ({"lease_until": NOW - 1}, "web: stopped while rolling to version 2, nobody drives it"),
    ],
)
def test_the_line_says_it_in_the_drivers_words_and_as_it_looks_now(
    changes: dict[str, Any], words: str
) -> None:
    """Reason, count and time left are the driver's; who is waited for and how many serve is what the look shows."""
    assert line(standing(**changes)) == words
    assert " left" not in line(standing(**changes), with_time_left=False)


def observed(*members: Member, pointer: str = V2.address) -> Observation:
    return Observation(NOW, members, Sizes(4, 12, 10), pointer)


ABORTED = Verdict(VerdictCode.ABORTED, NOW)


@pytest.mark.parametrize(
    ("last", "seen", "ending"),
    [
        ({}, observed(DONE, NEW), Ending(True, "web: done, 2 instances on version 2.")),
        ({}, observed(DONE, LEFT), Ending(True, "web: done, 1 instance on version 2.")),
        (
            {"skipped": frozenset({"i-old"})},
            observed(DONE, OLD),
            Ending(True, "web: done, 1 of 2 instances on version 2."),
        ),
        (
            {},
            observed(DONE, replace(OLD, protected=True)),
            Ending(True, "web: done, 1 of 2 instances on version 2."),
        ),
        ({}, observed(DONE, OLD), Ending(False, "web: over, and 1 of 2 instances are not of version 2.")),
        ({}, observed(OLD), Ending(False, "web: over, and 1 of 1 instance is not of version 2.")),
        (
            {},
            observed(OLD, pointer=V1.address),
            Ending(False, "web: the rollout to version 2 is over, and the group points at lt-1:1."),
        ),
        (
            {"direction": Direction.BACK, "verdict": ABORTED},
            observed(OLD, pointer=V1.address),
            Ending(False, "web: back on version 1 (aborted on request)."),
        ),
        (
            {"verdict": ABORTED},
            observed(DONE, OLD),
            Ending(False, "web: left as it is, pointing at version 2 (aborted on request)."),
        ),
    ],
)
def test_how_it_ended(last: dict[str, Any], seen: Observation, ending: Ending) -> None:
    """What the last record told goes first; where it told of no failure, the group itself must be at its target."""
    assert ended(changed(ROLLOUT, **last), "web", seen) == ending


def drawn(shown: GroupStatus) -> str:
    page = io.StringIO()
    Console(file=page, width=120, color_system=None).print(picture(shown))
    return page.getvalue()


def test_the_picture_has_the_line_the_bar_and_a_row_each() -> None:
    """What a terminal shows of a rollout under way."""
    lines = drawn(standing(**said("waiting"))).splitlines()
    assert lines[0].startswith("web: rolling to version 2, 2/5 replaced")
    assert lines[1].startswith("━━") and lines[1].rstrip().endswith(" 2/5")
    assert lines[2].split() == ["instance", "zone", "age", "state", "signal"]
    assert [row.split()[0] for row in lines[3:]] == ["i-bad", "i-new", "i-late", "i-left"]


def test_a_picture_of_many_fits_a_screen() -> None:
    """A window of a hundred is told as the first ones and a number."""
    many = tuple(member(f"i-{number:03}", Lifecycle.PENDING) for number in range(MOST_ROWS + 7))
    lines = drawn(standing(members=many)).splitlines()
    assert lines[-1].strip() == "and 7 more" and len(lines) == MOST_ROWS + 4


def test_a_picture_fits_a_narrow_terminal_and_has_no_colour_where_none_is_wanted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """At 80 columns no line is wider and each instance has its whole id; NO_COLOR leaves failures without red."""
    red = "\x1b[31m"
    for unwanted in (False, True):
        if unwanted:
            monkeypatch.setenv("NO_COLOR", "1")
        page = io.StringIO()
        Console(file=page, width=80, force_terminal=True, color_system="standard").print(
            picture(standing(**said("waiting")))
        )
        assert (red in page.getvalue()) is not unwanted
        bare = re.sub(r"\x1b\[[0-9;]*m", "", page.getvalue())
        assert max(map(len, bare.splitlines())) <= 80
        assert all(f"\n{each} " in bare for each in ("i-bad", "i-new", "i-late", "i-left"))


def test_text_of_the_cloud_is_no_markup() -> None:
    """Brackets in a zone or a label are shown as they are."""
    assert "[bold]zone" in drawn(standing(members=(replace(NEW, zone="[bold]zone"),)))


def test_the_screen_draws_over_what_it_drew() -> None:
    """Each standing replaces the one before, and the last one stays."""
    page = io.StringIO()
    console = Console(file=page, width=120, force_terminal=True, color_system=None)
    with Screen(console) as screen:
        screen.show(standing(**said("waiting", replaced=1)))
        screen.show(standing(**said("waiting", replaced=3)))
    text = page.getvalue()
    assert "1/5 replaced" in text and "3/5 replaced" in text
    assert "\x1b[1A" in text, "the second drawing goes up over the first"
