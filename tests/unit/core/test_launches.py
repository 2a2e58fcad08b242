"""Members that vanish before they are ready, launches that are refused, and those that never appear."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from pulumi_rolling.core.model.codes import FailureReason, Remedy
from pulumi_rolling.core.model.member import Lifecycle, Member
from pulumi_rolling.core.model.verdict import Failure
from pulumi_rolling.core.replace.judge import judge
from pulumi_rolling.core.replace.limits import ONE_HOUR
from pulumi_rolling.core.replace.look import look_at
from pulumi_rolling.core.replace.observation import LaunchError, Loss, RefusedLaunch
from pulumi_rolling.core.replace.rollout import Opening, Rollout

from tests.rollouts import changed
from tests.unit.core.stage import START, booting, failures, judged, limits, look, old, outcome, rolling

AT = START + 1000.0
M = frozenset({"m"})


@pytest.mark.parametrize(
    ("members", "losses", "came_to", "cause"),
    [
        pytest.param(
            (booting("m", lifecycle=Lifecycle.LEAVING),), (), "vanished", "", id="seen leaving: at once"
        ),
        pytest.param(
            (), (Loss("m", AT, False, "user"),), "vanished", "user", id="the cloud says why: at once"
        ),
        pytest.param((), (), "open", "", id="merely absent: reads can be stale"),
        pytest.param(
            (), (Loss("m", AT, True, "spot"),), "none", "", id="spot, scaling, rebalancing: excused"
        ),
        pytest.param(
            (booting("m", lifecycle=Lifecycle.LEAVING),),
            (Loss("m", AT, True),),
            "none",
            "",
            id="excused and leaving",
        ),
        pytest.param(
            (booting("m", lifecycle=Lifecycle.STANDBY),), (), "none", "", id="put in standby by a person"
        ),
        pytest.param((booting("m"),), (Loss("x", AT, False),), "open", "", id="another's loss"),
    ],
)
def test_a_member_that_vanishes(
    members: tuple[Member, ...], losses: tuple[Loss, ...], came_to: str, cause: str
) -> None:
    """Before it was ready it is a failure, unless the cloud or a person took it for reasons of its own."""
    after = judged({}, rolling(in_flight=M), *members, losses=losses)
    assert outcome(after) == came_to
    assert [f.cause for f in after.way.failed] == ([cause] if came_to == "vanished" else [])
    assert ("m" in after.way.in_flight) == (came_to == "open")


def test_an_absent_member_is_given_a_settle_time() -> None:
    """It comes back and nothing has happened, or it stays away for 20 s and has vanished."""
    first = judged({}, rolling(in_flight=M))
    assert first.way.missing == (("m", AT),)
    assert judged({}, first, booting("m"), at=AT + 10).way.missing == ()
    assert outcome(judged({}, first, at=AT + 19)) == "open"
    late = judged({}, first, at=AT + 20)
    assert (outcome(late), late.way.missing, late.progress_at) == ("vanished", (), AT + 20)


@pytest.mark.parametrize(
    ("launch", "past", "counts"),
    [
        pytest.param(
            RefusedLaunch("l-1", AT, LaunchError.PERMANENT, "no image"), {}, True, id="for good: at once"
        ),
        pytest.param(
            RefusedLaunch("l-1", AT, LaunchError.CAPACITY, "no room"),
            {},
            False,
            id="capacity: it may find room",
        ),
        pytest.param(
            RefusedLaunch("l-1", START, LaunchError.PERMANENT), {}, False, id="before we did anything"
        ),
        pytest.param(
            RefusedLaunch("l-1", AT, LaunchError.PERMANENT),
            {"failed": (Failure("l-1", FailureReason.LAUNCH_REFUSED),)},
            False,
            id="once",
        ),
    ],
)
def test_a_refused_launch(launch: RefusedLaunch, past: dict[str, Any], counts: bool) -> None:
    """Image, quota, permission, template: the cloud's own retries fail as well (decision 0006)."""
    after = judged({}, rolling(**past), launches=(launch,))
    assert (after.progress_at == AT) == counts
    before = past.get("failed", ())
    assert after.way.failed == (
        *before,
        *([Failure("l-1", FailureReason.LAUNCH_REFUSED, launch.cause, Remedy.OBJECTION)] if counts else []),
    )


def test_refused_launches_are_told_in_their_order() -> None:
    """By time, then by id, however the cloud lists them."""
    listed = tuple(
        RefusedLaunch(name, at, LaunchError.PERMANENT) for name, at in (("c", AT), ("b", AT), ("z", AT - 5))
    )
    assert [f.id for f in judged({}, rolling(), launches=listed).way.failed] == ["z", "b", "c"]


def owed(rollout: Rollout, present: int, at: float, **seen: Any) -> Rollout:
    members = tuple(old(f"old-{i}") for i in range(present))
    return judge(look_at(limits(), rollout, look(*members, at=at, **seen))).rollout


def test_each_launch_that_is_due_has_a_clock() -> None:
    """The oldest clocks belong to those that appear first."""
    one = owed(rolling(), 8, AT)
    assert one.way.openings == (Opening(AT, 2),)
    two = owed(one, 5, AT + 50)
    assert two.way.openings == (Opening(AT, 2), Opening(AT + 50, 3))
    assert owed(two, 7, AT + 60).way.openings == (Opening(AT + 50, 3),)
    assert owed(two, 10, AT + 60).way.openings == ()


def test_a_member_that_never_appears() -> None:
    """One hour after it was due, with the capacity refusals' last cause; the next attempt has its own hour."""
    waiting = owed(rolling(openings=(Opening(AT, 2), Opening(AT + 9, 1))), 7, AT + ONE_HOUR - 1)
    assert not waiting.way.failed
    launches = tuple(RefusedLaunch(f"l-{i}", AT, LaunchError.CAPACITY, f"no room {i}") for i in range(2))
    late = owed(waiting, 7, AT + ONE_HOUR, launches=launches)
    assert late.way.failed == tuple(
        Failure(f"launch-{i}", FailureReason.NEVER_APPEARED, "no room 1", Remedy.CAPACITY) for i in (1, 2)
    )
    assert late.way.openings == (Opening(AT + 9, 1), Opening(AT + ONE_HOUR, 2))
    assert (waiting.progress_at, late.progress_at) == (START, AT + ONE_HOUR)
    assert owed(changed(late, failed=failures(5)), 7, AT + ONE_HOUR + 9).way.failed[-1].id == "launch-6"


QUOTA = (Remedy.QUOTA, "Ask for more.")


def test_a_failure_has_its_remedy_from_what_the_cloud_said() -> None:
    """A refused launch, one that came to nothing, and a member that the cloud ended keep remedy and hint."""
    refused = RefusedLaunch("l-1", AT, LaunchError.PERMANENT, "", *QUOTA)
    assert judged({}, rolling(), launches=(refused,)).way.failed[0] == Failure(
        "l-1", FailureReason.LAUNCH_REFUSED, "", *QUOTA
    )
    awaited = replace(refused, error=LaunchError.CAPACITY)
    late = owed(rolling(openings=(Opening(AT, 1),)), 9, AT + ONE_HOUR, launches=(awaited,))
    assert late.way.failed == (Failure("launch-1", FailureReason.NEVER_APPEARED, "", *QUOTA),)
    lost = Loss("m", AT, False, "no", *QUOTA)
    gone = judged({}, rolling(in_flight=M), losses=(lost,))
    assert gone.way.failed == (Failure("m", FailureReason.VANISHED, "no", *QUOTA),)


def test_the_lowest_number_in_service_is_kept() -> None:
    """For the report: by the cloud's count, at any look."""
    first = owed(rolling(), 8, AT)
    assert (first.ours.lowest, owed(first, 10, AT).ours.lowest, owed(first, 7, AT).ours.lowest) == (8, 8, 7)


def test_a_launch_that_does_not_appear_keeps_its_clock_when_another_does() -> None:
    """Two are due at once and one appears: the other's hour goes on, and nothing is counted twice meanwhile."""
    one = owed(owed(rolling(), 8, AT), 9, AT + 50)
    assert one.way.openings == (Opening(AT, 1),)
    assert owed(one, 9, AT + 51).way.openings == (Opening(AT, 1),)


def test_a_member_that_is_merely_absent_is_no_progress() -> None:
    """Waiting for it to be seen again moves nothing, so no clock begins anew."""
    flight = rolling(in_flight=frozenset({"m"}), progress_at=AT, missing=(("m", AT + 1),))
    assert judged({}, flight, at=AT + 5).progress_at == AT
