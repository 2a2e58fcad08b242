"""Failed members that are kept: out of the group as victims are, while their machines live on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from pulumi_rolling.core.model.codes import FailureReason
from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.core.model.member import Lifecycle, Member
from pulumi_rolling.core.model.seen import RefusedAct
from pulumi_rolling.core.model.verdict import Failure
from pulumi_rolling.core.replace.actions import KEEP, Terminate
from pulumi_rolling.core.replace.decide import decide
from pulumi_rolling.core.replace.limits import Limits, Pacing
from pulumi_rolling.core.replace.rollout import Decided, Rollout
from pulumi_rolling.fleets.replace import key_of
from pulumi_rolling.fleets.simulated.fleet import SimulatedFleet
from pulumi_rolling.handler.replace.keeping import keeping_faults, set_apart
from pulumi_rolling.policy.check import parse_policy
from pulumi_rolling.policy.rolling_update.block import RollingUpdate
from pulumi_rolling.signals.hook import HookSignals
from pulumi_rolling.signals.tag import TagSignals

from tests.unit.core.stage import START, limits, look, new, old, rolling

AT = START + 60
FAILED = Failure("new-0", FailureReason.FAILURE_SIGNAL)


def rules(**changes: Any) -> Limits:
    """Failures are tolerated, and one failed member is kept."""
    return limits(
        **{
            "signals": True,
            "need_percent": 50.0,
            "keep_failed": 1,
            "pause": 300.0,
            "pacing": Pacing.SLIDING,
            **changes,
        }
    )


def decided(member: Member, allowed: Limits, rollout: Rollout | None = None, **seen: Any) -> Decided:
    now = rollout or rolling(failed=(FAILED,))
    return decide(allowed, now, look(member, *(old(f"old-{i}") for i in range(9)), **({"at": AT} | seen)))


def leaving(decision: Decided) -> dict[str, bool]:
    """Who goes by this decision, and whether the machine is kept."""
    return {a.member: a.keep for a in decision.actions if isinstance(a, Terminate)}


def test_the_failed_member_is_kept_and_nobody_else() -> None:
    """An old member beside it is terminated as ever; the record has who lives on."""
    decision = decided(new("new-0"), rules())
    assert leaving(decision)["new-0"] is True
    assert [name for name, keep in leaving(decision).items() if keep] == ["new-0"]
    assert decision.next.ours.kept == ("new-0",)
    assert decided(new("new-0"), rules(keep_failed=0)).next.ours.kept == ()


@pytest.mark.parametrize("lifecycle", [Lifecycle.PENDING, Lifecycle.WAITING])
def test_what_never_reached_service_cannot_be_kept(lifecycle: Lifecycle) -> None:
    """The cloud detaches members in service alone, so any other is terminated."""
    decision = decided(replace(new("new-0"), lifecycle=lifecycle), rules())
    assert leaving(decision)["new-0"] is False and decision.next.ours.kept == ()


def test_a_refusal_ends_no_way_and_the_member_is_terminated() -> None:
    """Keeping is a favour: the rollout goes on as without it, and the end says why."""
    before = decided(new("new-0"), rules()).next
    act = next(i.action for i in before.ours.issued if i.action == Terminate("new-0", True, keep=True))
    denied = RefusedAct(key_of(act), "AccessDenied", "not authorized to perform ec2:CreateTags")
    after = decided(new("new-0"), rules(), before, refusals=(denied,))
    assert after.next.verdict is None and after.next.ours.kept == ()
    assert after.next.ours.launched <= before.ours.launched
    assert leaving(after) == {"new-0": False}
    assert "None was kept, since the cloud refused it: not authorized" in set_apart(
        after.next, "end {}".format
    )


def test_a_refused_termination_still_ends_the_way() -> None:
    """What the cloud refuses of the rollout itself is no favour."""
    denied = RefusedAct(key_of(Terminate("new-0", True)), "AccessDenied", "not authorized")
    assert not denied.act.startswith(KEEP)
    assert decided(new("new-0"), rules(), refusals=(denied,)).next.verdict is not None


def test_on_the_way_back_one_of_those_that_failed_is_kept() -> None:
    """The failure turned the direction, whose own count is anew; the former policy, which rules it, keeps nobody."""
    allowed = rules(need_percent=100.0, way_back=rules(keep_failed=0))
    now, at = rolling(failed=(FAILED,)), AT
    for _ in range(8):
        decision = decided(new("new-0"), allowed, now, at=at, pointer=now.target.address)
        now, at = decision.next, at + 5.0
        if leaving(decision):
            break
    assert now.direction is Direction.BACK and leaving(decision) == {"new-0": True}
    assert now.ours.kept == ("new-0",)


def test_a_launch_hook_forbids_it() -> None:
    """One that fails at its hook never reaches service; by its tag it does."""
    roll = parse_policy({"rollingUpdate": {"keepFailed": 1}}).rolling_update
    assert roll is not None
    (fault,) = keeping_faults(roll, HookSignals())
    assert fault.path == "updatePolicy.rollingUpdate.keepFailed" and "launch hook" in fault.message
    assert list(keeping_faults(roll, TagSignals())) == []
    assert list(keeping_faults(RollingUpdate(), HookSignals())) == []


def test_the_end_says_who_lives_on_and_how_it_ends() -> None:
    """One instance in one number, several in the other, each with the command."""
    rollout = rolling()
    one = replace(rollout, ours=replace(rollout.ours, kept=("i-1",)))
    fleet = SimulatedFleet(desired=1, max_size=2, revision=rollout.goal.to)
    assert set_apart(one, fleet.ends) == (
        "Kept for a look, outside the group: i-1; it runs, at the price of any instance of that type, until somebody "
        "ends it: end i-1"
    )
    two = replace(rollout, ours=replace(rollout.ours, kept=("i-1", "i-2")))
    assert "i-1, i-2; they run" in set_apart(two, fleet.ends)
    assert set_apart(rollout, fleet.ends) == ""
