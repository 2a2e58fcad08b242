"""The end of a direction: bake, the surplus, sizes and processes as found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from pulumi_rolling.core.model.codes import FailureReason, ReasonCode, Step, VerdictCode
from pulumi_rolling.core.model.decision import Because, Outcome
from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.core.model.member import Member, Sizes
from pulumi_rolling.core.model.verdict import Failure, Verdict
from pulumi_rolling.core.replace.actions import Action, Resize, Resume, Suspend, Terminate
from pulumi_rolling.core.replace.acts import desired_at_end
from pulumi_rolling.core.replace.ending import bake, resize, restore
from pulumi_rolling.core.replace.limits import ONE_HOUR, Choice, Limits
from pulumi_rolling.core.replace.look import Look, look_at
from pulumi_rolling.core.replace.rollout import Decided, Issued, Rollout, Round

from tests.rollouts import changed
from tests.unit.core.stage import START, V1, V2, booting, failures, limits, look, new, old, rolling

AT = START + 1000.0
HELD = frozenset({"AZRebalance"})
RAISED: dict[str, Any] = {"desired": 12, "desired_before": 12}
LEFT: dict[str, Any] = {"verdict": Verdict(VerdictCode.ALARM, START)}
End = Callable[[Look], Decided]


def ended(end: End, rules: Limits, rollout: Rollout, *members: Member, **seen: Any) -> Decided:
    live = {"desired": rollout.ours.desired, "at": AT} | seen
    now = look(*members, **live)
    return end(look_at(rules, rollout, now))


def group(*special: Member, ready: int) -> tuple[Rollout, tuple[Member, ...]]:
    """``ready`` new members, new-1 the youngest, beside others; all of them succeeded."""
    fresh = tuple(new(f"new-{i + 1}", 10.0 * (i + 1)) for i in range(ready))
    return rolling(succeeded=frozenset(m.id for m in fresh), **RAISED), (*special, *fresh)


def kills(*names: str) -> tuple[Action, ...]:
    return tuple(Terminate(name, relaunch=False) for name in names)


@pytest.mark.parametrize(
    ("found", "delta", "max_size", "desired"),
    [
        pytest.param(10, 0, 12, 10, id="as found"),
        pytest.param(10, 2, 12, 12, id="what others added stays"),
        pytest.param(10, -3, 12, 7, id="what others took stays away"),
        pytest.param(10, 9, 12, 12, id="at most MaxSize"),
        pytest.param(10, -9, 12, 4, id="at least MinSize as found"),
    ],
)
def test_desired_at_the_end(found: int, delta: int, max_size: int, desired: int) -> None:
    """As found plus what others did to it; CloudFormation throws that away (design: others at work)."""
    rollout = rolling(found=Sizes(4, max_size, found), delta=delta)
    assert desired_at_end(rollout) == desired


YOUNG = new("m", revision=V1)
"""Launched by somebody just before the pointer moved: the youngest, and old."""


@pytest.mark.parametrize(
    ("rules", "past", "special", "gone"),
    [
        pytest.param(
            {},
            {"skipped": frozenset({"m"})},
            YOUNG,
            ("new-1", "new-2"),
            id="an old one was skipped: the youngest",
        ),
        pytest.param(
            {"protected": Choice.IGNORE},
            {},
            replace(YOUNG, protected=True),
            ("new-1", "new-2"),
            id="one is protected, ignored",
        ),
        pytest.param(
            {"protected": Choice.IGNORE},
            LEFT,
            YOUNG,
            ("m", "new-1"),
            id="one that is not protected is like any other",
        ),
        pytest.param(
            {}, LEFT, replace(YOUNG, protected=True), ("m", "new-1"), id="so is a protected one under Replace"
        ),
        pytest.param(
            {}, LEFT, old("m"), ("new-1", "new-2"), id="a failure is left where it is: the youngest"
        ),
        pytest.param(
            {}, LEFT, new("m", 999.0, healthy=False), ("m", "new-1"), id="left: who does not serve first"
        ),
        pytest.param(
            {},
            LEFT | {"failed": (Failure("m", FailureReason.FAILURE_SIGNAL),)},
            new("m", 999.0),
            ("m", "new-1"),
            id="left: the failed first",
        ),
        pytest.param({}, {}, old("m", revision=V2), (), id="nobody stays in spite of it: Desired is set"),
    ],
)
def test_the_surplus_is_named_where_somebody_stays(
    rules: dict[str, Any], past: dict[str, Any], special: Member, gone: tuple[str, ...]
) -> None:
    """Or the cloud would choose, and begin with whoever was to stay (decision 0011); else Desired is lowered."""
    rollout, members = group(special, ready=11)
    made = ended(resize, limits(**rules), changed(rollout, **past), *members)
    if gone:
        assert (made.actions, made.next.ours.desired) == (kills(*gone), 10)
        assert made.because == Because(ReasonCode.REMOVING, {"surplus": 2})
        assert made.next.way.round == Round(1, AT, 2, 0)
    else:
        assert made.actions == (Resize(0, 10),)
        assert made.next.step is Step.RESTORE


def test_of_the_surplus_one_in_service_goes_only_above_the_floor() -> None:
    """Four too many, but only two more than the floor serve: the one that boots and those two."""
    rollout, members = group(old("m"), booting("i-1"), ready=8)
    left = changed(rollout, **LEFT, found=Sizes(0, 12, 6), desired=10, desired_before=10)
    assert ended(resize, limits(floor=7), left, *members).actions == kills("i-1", "new-1", "new-2")


def test_the_least_size_is_lowered_before_members_go() -> None:
    """Auto Scaling refuses a termination with decrement below MinSize."""
    rollout, members = group(old("m"), ready=11)
    skipped = changed(rollout, skipped=frozenset({"m"}), found=Sizes(4, 12, 10))
    made = ended(resize, limits(), skipped, *members, sizes=Sizes(12, 12, 12))
    assert made.actions == (Resize(min=4), *kills("new-1", "new-2"))


def test_a_surplus_is_named_three_times_at_most() -> None:
    """Members of a dying build may go by themselves before our act reaches them; then Desired is set."""
    rollout, members = group(old("m"), ready=11)
    tried = changed(rollout, **LEFT, round=Round(3, AT, 1, 0))
    assert ended(resize, limits(), tried, *members).actions == (Resize(0, 10),)
    once_more = changed(tried, round=Round(2, AT, 1, 0))
    assert ended(resize, limits(), once_more, *members).actions == kills("new-1", "new-2")


UNSEEN: dict[str, Any] = RAISED | LEFT | {"issued": (Issued(Suspend(HELD), AT),)}


@pytest.mark.parametrize(
    ("end", "past"),
    [
        pytest.param(resize, UNSEEN, id="an act, before the surplus is counted"),
        pytest.param(resize, {"desired_before": 11}, id="Desired, before the surplus is counted"),
        pytest.param(restore, UNSEEN, id="an act, before sizes and processes are given back"),
    ],
)
def test_what_is_not_seen_yet_is_waited_for(end: End, past: dict[str, Any]) -> None:
    """Nothing is given back on top of acts that may still come."""
    made = ended(end, limits(), rolling(**past), *(new(f"new-{i}") for i in range(12)))
    assert (made.actions, made.because) == ((), Because(ReasonCode.UNSEEN))


@pytest.mark.parametrize(
    ("past", "seen", "actions"),
    [
        pytest.param({}, {}, (), id="all is as found"),
        pytest.param({}, {"sizes": Sizes(8, 12, 10)}, (Resize(0, None),), id="the least size"),
        pytest.param(RAISED, {}, (Resize(0, 10),), id="Desired"),
        pytest.param(
            {"suspended_by_us": HELD},
            {"suspended": HELD | {"HealthCheck"}},
            (Resume(HELD),),
            id="our processes, no other",
        ),
        pytest.param({"suspended_by_us": HELD}, {}, (), id="which somebody has resumed already"),
        pytest.param(
            RAISED | {"suspended_by_us": HELD, "back_failed": Verdict(VerdictCode.STALLED, AT)},
            {"suspended": HELD},
            (Resume(HELD),),
            id="the way back failed: sizes stay raised, processes run again (decision 0005)",
        ),
    ],
)
def test_what_is_given_back(past: dict[str, Any], seen: dict[str, Any], actions: tuple[Action, ...]) -> None:
    """Sizes and processes as found; where nothing is left to give back the rollout is done."""
    made = ended(restore, limits(), rolling(**past), **seen)
    assert made.actions == actions
    assert (made.outcome is not None) == (made.next.step is Step.DONE) == (not actions)


@pytest.mark.parametrize(
    ("past", "outcome"),
    [
        pytest.param({}, Outcome(True), id="done"),
        pytest.param(LEFT, Outcome(False, False), id="failed, and left"),
        pytest.param(LEFT | {"direction": Direction.BACK}, Outcome(False, True), id="failed, and returned"),
        pytest.param(
            LEFT | {"direction": Direction.BACK, "back_failed": Verdict(VerdictCode.STALLED, AT)},
            Outcome(False, False),
            id="failed, and the way back as well",
        ),
    ],
)
def test_outcomes(past: dict[str, Any], outcome: Outcome) -> None:
    """Green only where the way forward was gone to its end."""
    whole = [old(f"old-{i}") for i in range(10)]
    assert ended(restore, limits(), rolling(**past), *whole).outcome == outcome


@pytest.mark.parametrize(
    ("member", "seen", "waits"),
    [
        pytest.param((booting("m"),), {}, True, id="one is launching"),
        pytest.param((), {}, True, id="one is owed"),
        pytest.param((old("m", alive=False),), {}, True, id="one is dead, and will be healed"),
        pytest.param((old("m", alive=False),), {"heals": False}, False, id="one is dead, and nobody heals"),
    ],
)
def test_the_way_back_waits_for_all_to_serve(
    member: tuple[Member, ...], seen: dict[str, Any], waits: bool
) -> None:
    """For a slot's clock, and no longer than anybody may come; then it is no return, and says how many lack."""
    back = rolling(**LEFT, direction=Direction.BACK)
    members = [*(old(f"old-{i}") for i in range(9)), *member]
    made = ended(restore, limits(), back, *members, **seen)
    assert (made.outcome is None) is waits
    over = changed(back, baked_from=AT - ONE_HOUR)
    late = ended(restore, limits(), over, *members, **seen)
    assert late.outcome == Outcome(False, False)
    unfilled = late.next.way.unfilled
    assert unfilled is not None and (unfilled.failed, unfilled.of) == (1, 10)


def test_bake() -> None:
    """Watched for the whole time from when the last was ready, capacity as during the roll; a pause holds its end."""
    rollout, members = group(ready=12)
    rules = limits(bake=600.0)
    first = ended(bake, rules, rollout, *members)
    assert (first.next.step, first.next.way.baked_from, first.actions) == (Step.BAKE, AT, ())
    assert first.because == Because(ReasonCode.BAKING, {"left": 600.0})
    later = ended(bake, rules, first.next, *members, at=AT + 599)
    assert (later.because, later.next.way.baked_from) == (Because(ReasonCode.BAKING, {"left": 1.0}), AT)
    assert ended(bake, rules, first.next, *members, at=AT + 600).actions == (Resize(0, 10),)
    paused = ended(bake, rules, changed(first.next, paused=True), *members, at=AT + 600)
    assert (paused.because, paused.actions) == (Because(ReasonCode.PAUSED), ())


def test_nobody_is_named_whom_somebody_wants_to_stay() -> None:
    """Skipped, failed and all: who was skipped is no surplus, however it does."""
    rollout, members = group(new("m", healthy=False), ready=11)
    skipped = changed(rollout, **LEFT, skipped=frozenset({"m"}), failed=failures(1))
    assert ended(resize, limits(), skipped, *members).actions == kills("new-1", "new-2")
