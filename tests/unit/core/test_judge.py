"""What the members of a rollout come to: ready, failed, or open (design: failure)."""

from __future__ import annotations

import math
from typing import Any

import pytest
from pulumi_rolling.core.model.member import Lifecycle, Member, Signal, TargetHealth
from pulumi_rolling.core.replace.boots import add_boots
from pulumi_rolling.core.replace.judge import judge
from pulumi_rolling.core.replace.limits import ONE_HOUR, Pacing
from pulumi_rolling.core.replace.look import look_at
from pulumi_rolling.core.replace.rollout import Boots

from tests.unit.core.stage import START, booting, judged, limits, look, names, new, old, outcome, rolling

AT = START + 1000.0
SIGNALS: dict[str, Any] = {"signals": True, "pause": 300.0}
BEHIND: dict[str, Any] = {"target_health": True, "ready_within": 300.0}
CHECKED: dict[str, Any] = {"status_checks": True, "ready_within": 300.0}
M = frozenset({"m"})


@pytest.mark.parametrize(
    ("rules", "member", "came_to"),
    [
        pytest.param({}, new("m", 5.0), "ready", id="in service"),
        pytest.param({}, booting("m", ONE_HOUR - 1), "open", id="no signals: within the hour"),
        pytest.param({}, booting("m", ONE_HOUR), "notInService", id="no signals: the hour is over"),
        pytest.param({}, booting("m", launched_at=None), "open", id="the cloud has not said when: no clock"),
        pytest.param({}, booting("m", 5.0, signal=Signal.FAILURE), "open", id="no signals: nobody listens"),
        pytest.param(
            {"ready_within": 300.0}, booting("m", 300.0), "notInService", id="the policy's own time"
        ),
        pytest.param(SIGNALS, new("m", 5.0), "open", id="signals: in service is not enough"),
        pytest.param(SIGNALS, new("m", 5.0, signal=Signal.SUCCESS), "ready", id="signals: SUCCESS"),
        pytest.param(SIGNALS, booting("m", 5.0, signal=Signal.SUCCESS), "open", id="signals: before service"),
        pytest.param(
            SIGNALS, new("m", 5.0, signal=Signal.FAILURE), "failureSignal", id="FAILURE counts at once"
        ),
        pytest.param(
            SIGNALS, booting("m", 5.0, signal=Signal.FAILURE), "failureSignal", id="also before service"
        ),
        pytest.param(SIGNALS, new("m", 299.0), "open", id="signals: PauseTime is not over"),
        pytest.param(SIGNALS, new("m", 300.0), "signalTimeout", id="signals: silence, in service"),
        pytest.param(
            SIGNALS,
            booting("m", 300.0, lifecycle=Lifecycle.WAITING),
            "signalTimeout",
            id="signals: held by its hook",
        ),
        pytest.param(SIGNALS, booting("m", 300.0), "notInService", id="signals: it has not come so far"),
        pytest.param(
            SIGNALS,
            new("m", 300.0, signal=Signal.SUCCESS, healthy=False),
            "notInService",
            id="SUCCESS, but unhealthy",
        ),
        pytest.param(
            SIGNALS | BEHIND,
            new("m", 300.0, signal=Signal.SUCCESS, target=TargetHealth.INITIAL),
            "targetUnhealthy",
            id="SUCCESS, but no load balancer agrees",
        ),
        pytest.param(BEHIND, new("m", 5.0, target=TargetHealth.HEALTHY), "ready", id="targets: healthy"),
        pytest.param(
            BEHIND, new("m", 299.0, target=TargetHealth.UNHEALTHY), "open", id="targets: may still come"
        ),
        pytest.param(
            BEHIND, new("m", 300.0, target=TargetHealth.UNHEALTHY), "targetUnhealthy", id="targets: not"
        ),
        pytest.param(BEHIND, new("m", 300.0), "targetUnhealthy", id="targets: never registered"),
        pytest.param(BEHIND, booting("m", 300.0), "notInService", id="targets: it did not even serve"),
        pytest.param(CHECKED, new("m", 5.0, checks=True), "ready", id="status checks: passed"),
        pytest.param(CHECKED, new("m", 300.0, checks=False), "checksFailed", id="status checks: failed"),
        pytest.param(CHECKED, new("m", 300.0), "checksFailed", id="status checks: EC2 has not said"),
        pytest.param(CHECKED, booting("m", 300.0), "notInService", id="status checks: it did not even serve"),
        pytest.param(
            CHECKED | BEHIND,
            new("m", 300.0, checks=True, target=TargetHealth.UNHEALTHY),
            "targetUnhealthy",
            id="status checks passed, but unhealthy behind its load balancer",
        ),
        pytest.param(
            {"ready_within": 300.0},
            new("m", 300.0, target=TargetHealth.UNHEALTHY),
            "targetUnhealthy",
            id="unhealthy behind its load balancer, asked for or not",
        ),
        pytest.param(
            CHECKED | BEHIND,
            new("m", 300.0, checks=False, target=TargetHealth.UNHEALTHY),
            "checksFailed",
            id="of two that it lacks the first on its way is told",
        ),
        pytest.param({}, new("m", 5.0, alive=False), "open", id="dead, whatever the group believes"),
        pytest.param({}, new("m", ONE_HOUR, alive=False), "notInService", id="dead until its clock ran out"),
    ],
)
def test_what_a_launched_member_comes_to(rules: dict[str, Any], member: Member, came_to: str) -> None:
    """Its clock runs from its launch; what it lacks then is the reason."""
    watermark = min(START, (member.launched_at or START) - 1)
    assert outcome(judged(rules, rolling(watermark=watermark), member)) == came_to


@pytest.mark.parametrize(
    "member",
    [
        pytest.param(old("m", healthy=False), id="old"),
        pytest.param(old("m", signal=Signal.FAILURE), id="said FAILURE"),
    ],
)
def test_members_that_ran_before_are_not_judged(member: Member) -> None:
    """They never have to signal, and are no failure of this rollout."""
    assert outcome(judged(SIGNALS, rolling(), member)) == "none"


@pytest.mark.parametrize(
    ("signal", "rules", "came_to"),
    [
        pytest.param(Signal.FAILURE, SIGNALS, "failureSignal", id="FAILURE after SUCCESS counts"),
        pytest.param(Signal.SUCCESS, SIGNALS, "ready", id="a second SUCCESS says nothing new"),
        pytest.param(Signal.FAILURE, {}, "ready", id="without signals nobody listens"),
    ],
)
def test_each_is_judged_once(signal: Signal, rules: dict[str, Any], came_to: str) -> None:
    """CloudFormation: "Signals may only be updated with a FAILURE status"."""
    after = judged(rules, rolling(succeeded=M), new("m", 900.0, signal=signal))
    assert outcome(after) == came_to
    assert ("m" in after.way.succeeded) == (came_to == "ready")
    again = judged(rules, after, new("m", 900.0, signal=signal))
    assert (again.way.failed, again.way.succeeded) == (after.way.failed, after.way.succeeded)


def test_a_ready_member_that_falls_out_is_the_cloud_s() -> None:
    """Unhealthy, or gone: after it was ready a loss is no failure."""
    for rules in ({}, SIGNALS):
        assert not judged(rules, rolling(succeeded=M), new("m", 900.0, healthy=False)).way.failed
    assert not judged({}, rolling(succeeded=M)).way.failed


def test_warm_up() -> None:
    """It counts as ready once it has been so for the whole time, and its boot includes it."""
    rules = {"warm_up": 60.0}
    first = judged(rules, rolling(), new("m", 40.0))
    assert (outcome(first), first.way.warming, first.way.in_flight) == ("open", (("m", AT),), M)
    almost = judged(rules, first, new("m", 40.0), at=AT + 59)
    assert (outcome(almost), almost.way.warming) == ("open", (("m", AT),))
    done = judged(rules, almost, new("m", 40.0), at=AT + 60)
    assert (outcome(done), done.way.warming, done.way.in_flight) == ("ready", (), frozenset())
    assert done.way.boots == add_boots(Boots(), [100.0])


def test_warm_up_begins_anew_with_who_falls_out_of_it() -> None:
    """A minute unhealthy, then well again: the whole time once more."""
    rules = {"warm_up": 60.0}
    first = judged(rules, rolling(), new("m", 40.0))
    out = judged(rules, first, new("m", 40.0, healthy=False), at=AT + 30)
    assert (outcome(out), out.way.warming) == ("open", ())
    again = judged(rules, out, new("m", 40.0), at=AT + 61)
    assert (outcome(again), again.way.warming) == ("open", (("m", AT + 61),))


def test_a_member_that_only_warms_up_has_no_clock() -> None:
    """All that it waits for is the policy's own time; one that falls out of it has a clock again."""
    rules = {"warm_up": 600.0, "ready_within": 300.0}
    assert outcome(judged(rules, rolling(), new("m", 299.0))) == "open"
    first = judged(rules, rolling(), new("m", 900.0))
    assert outcome(first) == "open"
    assert outcome(judged(rules, first, new("m", 900.0, healthy=False), at=AT + 1)) == "notInService"


@pytest.mark.parametrize(
    ("age", "known", "came_to"),
    [
        pytest.param(90.0, (), "ready", id="old enough to be warmed up"),
        pytest.param(59.0, (), "open", id="too young to be"),
        pytest.param(90.0, (("m", AT - 10),), "open", id="the record knows when its warm-up began"),
    ],
)
def test_warm_up_goes_on_after_a_resume(
    age: float, known: tuple[tuple[str, float], ...], came_to: str
) -> None:
    """Of one that nobody watched it is counted from its launch: a record keeps no long list of who was ready."""
    resumed = rolling(resumed_at=AT - 1, warming=known)
    assert outcome(judged({"warm_up": 60.0}, resumed, new("m", age))) == came_to


def test_boots_are_learned_from_what_was_watched() -> None:
    """From launch to ready; not of members that nobody watched between their launch and a resume."""
    assert judged({}, rolling(), new("m", 90.0)).way.boots.logs == pytest.approx(math.log(90.0))
    assert judged({}, rolling(), new("m", launched_at=None)).way.boots.n == 0
    assert judged({}, rolling(resumed_at=AT - 10), new("m", 90.0)).way.boots.n == 0
    assert judged({}, rolling(resumed_at=AT - 10), new("m", launched_at=None)).way.boots.n == 0
    assert judged({}, rolling(resumed_at=AT - 10, in_flight=M), new("m", 90.0)).way.boots.n == 1
    assert judged({}, rolling(resumed_at=AT - 200), new("m", 90.0)).way.boots.n == 1


def test_members_are_counted_when_they_appear() -> None:
    """Each once, also those that the cloud launched again by itself; it is progress."""
    first = judged({}, rolling(seen_new=3), booting("m"))
    assert (first.ours.seen_new, first.way.in_flight, first.progress_at) == (4, M, AT)
    again = judged({}, first, booting("m"), at=AT + 5)
    assert (again.ours.seen_new, again.progress_at) == (4, AT)
    assert judged({}, again, new("m"), at=AT + 9).ours.seen_new == 4


def test_the_census_is_that_of_after_the_verdicts() -> None:
    """Who failed at this look is the next to go, who became ready holds no slot any more."""
    others = [old(f"old-{i}") for i in range(8)]
    now = look(*others, new("good", 50.0), new("bad", 400.0, alive=False), at=AT)
    made = judge(look_at(limits(ready_within=300.0), rolling(), now))
    after, census = made.rollout, made.census
    assert (after.way.succeeded, [f.id for f in after.way.failed]) == (frozenset({"good"}), ["bad"])
    assert names(census.candidates)[-1] == "bad"
    assert (census.slots, census.ready) == (0, 9)
    both = (new("good", 50.0), new("ok", 9.0))
    for pacing, serving in ((Pacing.LOCK_STEP, 10), (Pacing.SLIDING, 9)):
        members = (*others[1:], old("old-0", healthy=False), *both)
        only_ready = judge(look_at(limits(pacing=pacing), rolling(), look(*members, at=AT))).census
        assert (only_ready.slots, only_ready.ready, only_ready.serving) == (0, 9, serving)
    only_failed = judge(
        look_at(limits(ready_within=300.0), rolling(), look(*others, new("bad", 400.0, alive=False)))
    ).census
    assert (names(only_failed.candidates)[-1], only_failed.slots) == ("bad", 1)


def test_members_are_followed_after_a_resume() -> None:
    """One that was launched while nobody looked is in flight, and is counted by those who launched it."""
    after = judged({}, rolling(resumed_at=AT - 10), booting("m", 90.0))
    assert (after.way.in_flight, after.ours.seen_new) == (M, 0)
