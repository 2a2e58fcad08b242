"""A simulated refresh is the engine's: the same acts at the same moments, and what the calls would be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, cast

import pytest
from pulumi_rolling.core.delegate.delegating import Delegating
from pulumi_rolling.core.delegate.limits import DelegateLimits
from pulumi_rolling.core.delegate.plan import begin
from pulumi_rolling.core.machine import DELEGATE
from pulumi_rolling.core.model.goal import Goal
from pulumi_rolling.core.model.member import Sizes
from pulumi_rolling.engine.lease import Lease
from pulumi_rolling.engine.loop import Drive
from pulumi_rolling.engine.record.pieces import Journal
from pulumi_rolling.fleets.simulated import DelegatedFleet
from pulumi_rolling.policy.check import check_policy
from pulumi_rolling.policy.instance_refresh.feasibility import Found
from pulumi_rolling.policy.instance_refresh.limits import limits
from pulumi_rolling.policy.rolling_update.limits import limits as rolling_limits
from pulumi_rolling.policy.timing import Timing
from pulumi_rolling.simulation.builds import GOOD, NEW, OLD, Build
from pulumi_rolling.simulation.calls import AFTER
from pulumi_rolling.simulation.driver import Rolled
from pulumi_rolling.simulation.law import BootLaw
from pulumi_rolling.simulation.refresh_calls import BEFORE, RefreshBill
from pulumi_rolling.simulation.refreshes import RefreshScenario, follow, simulated_service
from pulumi_rolling.simulation.trials import Scenario, simulate

from tests.engine.test_delegate_crashes import Clock

HOUR = 3600.0


def allowed(desired: int = 10, **block: Any) -> DelegateLimits:
    refresh = check_policy({"instanceRefresh": block}).accepted().instance_refresh
    return limits(refresh, Found(desired=desired, old=desired), Timing())


def scenario(build: Build = GOOD, desired: int = 10, **block: Any) -> RefreshScenario:
    return RefreshScenario(allowed(desired, **block), desired, BootLaw(60.0, 0.3), build)


def counted(fleet: DelegatedFleet, rules: DelegateLimits) -> tuple[Rolled, Counter[str], list[float]]:
    """The same by the engine's loop: its calls of the fleet, and the moments of its acts."""
    calls: Counter[str] = Counter()

    class Counting:
        def __getattr__(self, name: str) -> Any:
            return getattr(fleet, name)

        def observe(self, rollout: Delegating) -> Any:
            calls["observe"] += 1
            return fleet.observe(rollout)

        def write_marks(self, marks: Mapping[str, str]) -> None:
            calls["write"] += 1
            fleet.write_marks(marks)

    clock, counting = Clock(fleet), cast(DelegatedFleet, Counting())
    lease = Lease(counting, "me", clock, Timing().poll)
    lease.acquire()
    began, taken = fleet.now, calls["write"]
    decision = Drive(
        DELEGATE,
        counting,
        rules,
        Journal(counting, "me"),
        lease,
        clock,
        on_decision=lambda _, decision: None,
        orphaned=lambda: False,
    ).run(begin(Goal("simulated", NEW, OLD), fleet.now))
    calls["write"] -= taken
    assert decision.outcome is not None
    made = Rolled(
        decision.outcome.done, decision.outcome.returned, "", fleet.now - began, None, 0, 0, 0, 0, 0, 0
    )
    return made, calls, [at - began for at, _ in fleet.acts]


def _service(fleet: DelegatedFleet) -> list[tuple[float, int, int]]:
    began = fleet.acts[0][0]
    return [(round(each.at - began, 3), each.in_service, each.total) for each in fleet.history[1:]]


@pytest.mark.parametrize(
    ("build", "block"),
    [
        (GOOD, {"minHealthyPercentage": 90}),
        (GOOD, {"checkpointPercentages": [20, 100], "checkpointDelay": 300, "bakeTime": 120}),
        (Build(bad=1.0), {"minHealthyPercentage": 100, "maxHealthyPercentage": 120}),
    ],
    ids=["good", "checkpoint and bake", "bad"],
)
def test_a_simulated_refresh_is_driven_as_the_engine_drives(build: Build, block: dict[str, Any]) -> None:
    """Looks, acts and writes are those of the loop, and the bill is made of them."""
    asked = scenario(build, **block)
    fleet = simulated_service(asked, 3)
    bill = RefreshBill(asked.limits.poll, fleet.now)
    rolled = follow(fleet, asked.limits, begin(Goal("simulated", NEW, OLD), fleet.now), bill=bill)
    again = simulated_service(asked, 3)
    engine, calls, moments = counted(again, asked.limits)
    assert (rolled.done, rolled.returned) == (engine.done, engine.returned)
    assert [round(at - 1000.0, 3) for at, _ in fleet.acts] == [round(at, 3) for at in moments]
    assert rolled.looks == calls["observe"] and rolled.seconds == pytest.approx(engine.seconds)
    assert _service(fleet) == _service(again)
    assert bill.marks == calls["write"] and bill.acts == 2 * len(fleet.acts)
    assert rolled.calls == bill.total == BEFORE + bill.looks + bill.acts + bill.marks + AFTER


def test_what_stands_still_is_asked_about_seldom() -> None:
    """While nothing moves for an hour, the refresh is asked for twice a minute and its causes once."""
    asked = scenario(Build(silent=1.0))
    fleet = simulated_service(asked, 1)
    bill = RefreshBill(asked.limits.poll, fleet.now)
    rolled = follow(fleet, asked.limits, begin(Goal("simulated", NEW, OLD), fleet.now), bill=bill)
    assert rolled.why == "operationFailed" and rolled.seconds > HOUR
    minutes = rolled.seconds / 60
    assert 2.4 * minutes < bill.looks - rolled.looks < 3.4 * minutes


def test_a_bad_build_is_tried_for_an_hour_and_returned() -> None:
    """Slots are touched once; what is launched again in them is the cloud's doing, and the group comes back."""
    rolled = scenario(Build(bad=1.0), minHealthyPercentage=80).roll(1)
    assert (rolled.done, rolled.returned, rolled.touched, rolled.lowest) == (False, True, 2, 8)
    assert rolled.relaunched > 60 and rolled.stopped is not None and rolled.stopped >= HOUR
    left = scenario(Build(bad=1.0), minHealthyPercentage=80, autoRollback=False).roll(1)
    assert left.returned and left.seconds > rolled.seconds, "ours is another refresh, begun after theirs"


def test_approvals_take_their_time() -> None:
    """The refresh stands at each checkpoint until somebody approves, beyond its delay."""
    block: dict[str, Any] = {"checkpointPercentages": [10, 100], "checkpointDelay": 60, "approval": True}
    asked = scenario(**block)
    soon = asked.roll(1)
    later = RefreshScenario(asked.limits, 10, asked.law, approve_after=600.0).roll(1)
    assert soon.done and later.done and later.seconds - soon.seconds > 500


def test_a_last_checkpoint_below_100_ends_in_part() -> None:
    """Half is replaced, and that is the end that the policy wants."""
    rolled = scenario(checkpointPercentages=[50], checkpointDelay=60).roll(1)
    assert rolled.done and rolled.touched == 5


@pytest.mark.parametrize("seed", [1, 7])
def test_both_strategies_meet_the_same_boots(seed: int) -> None:
    """The k-th launch boots alike: one at a time, the roll takes the boots and the looks between them."""
    law = BootLaw(40.0, 0.6)
    refresh = RefreshScenario(allowed(6, minHealthyPercentage=84), 6, law)
    sizes = Sizes(0, 6, 6)
    block = check_policy({"rollingUpdate": {"minInstancesInService": 5}}).accepted().rolling_update
    rolling = Scenario(rolling_limits(block, sizes, Timing(poll=0.01)), sizes, law)
    service = simulated_service(refresh, seed)
    service.start(NEW)
    while service.active is not None:
        service.advance(service.moves_at())
    boots = service.now - 1001.0
    # After a quiet time a look is a tenth of it late, at most.
    assert boots < simulate(rolling, seed).seconds < 1.1 * boots + 1.0
