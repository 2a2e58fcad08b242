"""What our update policy must do, as tests: `python -m pytest examples/policy_test`.

No cloud is asked. The policy's own decisions are made on a simulated group of 100 instances, under a virtual clock.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pulumi_rolling.core.model.member import Revision, Signal, Sizes, TargetHealth
from pulumi_rolling.core.replace.limits import Limits
from pulumi_rolling.core.replace.plan import new_rollout
from pulumi_rolling.fleets.simulated import Behaviour, SimulatedFleet
from pulumi_rolling.policy.check import parse_policy
from pulumi_rolling.policy.rolling_update.feasibility import feasibility
from pulumi_rolling.policy.rolling_update.limits import limits
from pulumi_rolling.policy.timing import Timing
from pulumi_rolling.simulation import Rolled, drive

SIZES = Sizes(min=0, max=100, desired=100)
BEFORE = Revision("lt-0abc:1", "before", "version 1")
AFTER = Revision("lt-0abc:2", "after", "version 2")
WELL = Behaviour(boot=120.0, spread=0.3)


@pytest.fixture(scope="module")
def policy() -> Limits:
    block = json.loads(Path(__file__).with_name("policy.json").read_text(encoding="utf-8"))
    roll = parse_policy(block).rolling_update
    allowed = limits(roll, SIZES, Timing())
    faults, _ = feasibility(roll, allowed, SIZES)
    assert not faults
    return allowed


def group(*behaviours: Behaviour, seed: int = 1, targets: bool = False) -> SimulatedFleet:
    """A hundred instances of version 1; ``behaviours`` are those of version 2."""
    return SimulatedFleet(
        desired=SIZES.desired,
        max_size=SIZES.max,
        revision=BEFORE,
        behaviours={BEFORE.digest: WELL, AFTER.digest: behaviours or (WELL,)},
        seed=seed,
        targets=targets,
    )


def roll(policy: Limits, fleet: SimulatedFleet) -> Rolled:
    start = new_rollout("test", AFTER, BEFORE, SIZES, fleet.suspended, fleet.now)
    return drive(fleet, policy, start)


@pytest.mark.parametrize("seed", range(3))
def test_a_good_build_arrives_within_the_maintenance_window(policy: Limits, seed: int) -> None:
    """Never fewer than 90 in service, and done within 45 minutes."""
    rolled = roll(policy, group(seed=seed))
    assert rolled.done
    assert rolled.lowest >= 90
    assert rolled.seconds < 45 * 60


def test_a_build_that_never_signals_reaches_only_the_canaries(policy: Limits) -> None:
    """Two instances of it, and the group is back where it was."""
    fleet = group(Behaviour(boot=120.0, signal=None))
    rolled = roll(policy, fleet)
    assert (rolled.returned, rolled.why, rolled.touched) == (True, "canaryFailed", 2)
    assert {member.revision for member in fleet.members()} == {BEFORE}


def test_a_few_bad_instances_are_put_up_with(policy: Limits) -> None:
    """One in a hundred may fail: minSuccessfulInstancesPercent is 98."""
    fleet = group()
    fleet.after(600.0, lambda: fleet.signal(fleet.launched[-1].id, Signal.FAILURE))
    assert roll(policy, fleet).done


def test_a_build_that_breaks_behind_the_load_balancer_needs_target_health(policy: Limits) -> None:
    """Its instances signal SUCCESS and are never healthy targets. This policy does not notice: readiness is missing."""
    liar = Behaviour(boot=120.0, targets=((0.0, TargetHealth.UNHEALTHY),))
    assert roll(policy, group(liar)).done
    block = json.loads(Path(__file__).with_name("policy.json").read_text(encoding="utf-8"))
    block["rollingUpdate"]["readiness"] = {"targetHealth": True}
    careful = limits(parse_policy(block).rolling_update, SIZES, Timing())
    assert roll(careful, group(liar, targets=True)).touched == 2


def test_a_zone_lost_in_the_middle_brings_the_group_back_whole(policy: Limits) -> None:
    """More instances in flight die with it than may fail, so the group returns, and heals."""
    fleet = group()
    fleet.after(900.0, lambda: fleet.lose_zone("zone-2"))
    fleet.after(1800.0, lambda: fleet.regain_zone("zone-2"))
    rolled = roll(policy, fleet)
    assert (rolled.returned, rolled.why) == (True, "tooManyFailures")
    assert [member.revision for member in fleet.members()] == [BEFORE] * SIZES.desired
