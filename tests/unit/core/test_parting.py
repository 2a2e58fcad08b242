"""The command before a member's end: who may go, who is waited for, and what a failure means."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pulumi_rolling.core.model.codes import ReasonCode, VerdictCode
from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.core.model.member import Lifecycle
from pulumi_rolling.core.replace.actions import Terminate
from pulumi_rolling.core.replace.decide import decide
from pulumi_rolling.core.replace.limits import Limits, Pacing
from pulumi_rolling.core.replace.observation import Parting
from pulumi_rolling.core.replace.plan import plan
from pulumi_rolling.core.replace.rollout import Decided, Rollout

from tests.rollouts import changed
from tests.unit.core.stage import booting, judged, limits, look, new, old, outcome, rolling

TEN = tuple(old(f"old-{i}", launched_at=100.0 + i) for i in range(10))


def asking(**changes: Any) -> Limits:
    return limits(before_terminate=60.0, **{"pacing": Pacing.SLIDING, **changes})


def after(
    rollout: Rollout, *over: Parting, rules: Limits | None = None, members: Any = TEN, **seen: Any
) -> Decided:
    return decide(rules or asking(), rollout, look(*members, partings=over, **seen))


def victims(decision: Decided) -> list[str]:
    return [action.member for action in decision.actions if isinstance(action, Terminate)]


def done(*names: str) -> tuple[Parting, ...]:
    return tuple(Parting(name, succeeded=True) for name in names)


def test_nobody_goes_before_the_command_is_over() -> None:
    """The victims of the look are named and waited for; each goes when its own is over, the other stays awaited."""
    first = after(rolling())
    assert not victims(first) and first.because.code is ReasonCode.PARTING
    assert first.next.way.parting == first.because.members == ("old-0", "old-1")
    same = after(first.next, at=11_010.0)
    assert not same.actions and same.next.way.parting == first.next.way.parting
    one = after(first.next, *done("old-1"), at=11_020.0)
    assert victims(one) == ["old-1"] and one.next.way.parting == ("old-0",)


def test_a_batch_goes_together() -> None:
    """In lock-step nobody goes before the last command of the batch is over."""
    rules = asking(pacing=Pacing.LOCK_STEP)
    first = after(rolling(), rules=rules)
    one = after(first.next, *done("old-1"), rules=rules, at=11_020.0)
    assert not one.actions and one.next.way.parting == ("old-0", "old-1")
    both = after(one.next, *done("old-0", "old-1"), rules=rules, at=11_030.0)
    assert victims(both) == ["old-0", "old-1"] and not both.next.way.parting


def test_those_that_are_asked_keep_their_turn() -> None:
    """A member that breaks meanwhile takes the slot of none whose command runs, unless the floor holds that one."""
    first = after(rolling())
    broken: Any = {"members": (*TEN[:9], replace(TEN[9], alive=False)), "at": 11_020.0}
    low = after(first.next, *done("old-0"), rules=asking(floor=1), **broken)
    assert victims(low) == ["old-0"] and low.next.way.parting == ("old-1",)
    floored = after(first.next, *done("old-0"), **broken)
    assert victims(floored) == ["old-0", "old-9"] and floored.next.way.parting == ("old-1",)


def test_one_that_serves_nobody_is_not_asked() -> None:
    """A member out of service goes at once: there is nothing to take it out of."""
    members = (replace(TEN[0], alive=False), *TEN[1:9], booting("new-1", 5.0))
    rollout = changed(rolling(), in_flight=frozenset({"new-1"}))
    first = after(rollout, members=members, rules=asking(floor=1))
    assert victims(first) == ["old-0"] and not first.next.way.parting


def test_a_command_that_fails_keeps_its_member_and_turns_the_roll() -> None:
    """The verdict has the member and the output; the way back begins, and nobody was ended for it."""
    first = after(rolling())
    failed = after(first.next, Parting("old-0", succeeded=False, said="exit code 3: lagging"), at=11_020.0)
    verdict = failed.next.verdict
    assert verdict is not None and verdict.code is VerdictCode.COMMAND_FAILED
    assert verdict.cause == "old-0: exit code 3: lagging" and not failed.actions
    assert failed.next.direction is Direction.BACK and not failed.next.way.parting


def test_on_the_way_back_a_member_goes_all_the_same() -> None:
    """A group that returns does not depend on a command of anybody's."""
    back = changed(rolling(), direction=Direction.BACK, total=2)
    members = (*TEN[:9], new("bad", 100.0))
    rules = asking(floor=1)
    first = decide(rules, back, replace(look(*members), pointer="lt-1:1"))
    assert first.next.way.parting == ("bad",), first
    going = decide(
        rules,
        first.next,
        replace(look(*members, at=11_020.0), pointer="lt-1:1", partings=(Parting("bad", succeeded=False),)),
    )
    assert victims(going) == ["bad"]


def test_the_plan_is_as_without_and_counts_the_time() -> None:
    """In the plan every command succeeds at once."""
    bare, asked = (plan(rules, rolling(), look(*TEN)) for rules in (limits(pacing=Pacing.SLIDING), asking()))
    assert (bare.rounds, bare.lowest_in_service) == (asked.rounds, asked.lowest_in_service)


def test_ready_needs_the_answer_to_a_probe() -> None:
    """Without an answer a member in service is open, and fails with what the probe said when its clock runs out."""
    rules = {"probes": True, "ready_within": 300.0}
    assert outcome(judged(rules, rolling(), new("m", 20.0))) == "open"
    assert outcome(judged(rules, rolling(), new("m", 20.0, probe=False))) == "open"
    assert outcome(judged(rules, rolling(), new("m", 20.0, probe=True))) == "ready"
    late = judged(rules, rolling(), new("m", 300.0, probe=False, probe_said="status 503"))
    (failure,) = late.way.failed
    assert (failure.reason, failure.cause) == ("probeFailed", "status 503")
    pending = new("m", 300.0, lifecycle=Lifecycle.PENDING)
    assert outcome(judged(rules, rolling(), pending)) == "notInService"
