"""A thousand rollouts are a thousand single ones, on any number of cores."""

from __future__ import annotations

import statistics
from dataclasses import replace

import pytest
from pulumi_rolling.core.model.member import Sizes
from pulumi_rolling.core.replace.limits import Guard, Limits, Pacing
from pulumi_rolling.simulation import trials as module
from pulumi_rolling.simulation.builds import Build
from pulumi_rolling.simulation.law import BootLaw
from pulumi_rolling.simulation.trials import Scenario, simulate, study

SIZES = Sizes(0, 8, 6)
LIMITS = Limits(
    batch=2, floor=4, max_size=8, signals=True, pause=60.0, active_percent=None, pacing=Pacing.SLIDING
)
GOOD = Scenario(LIMITS, SIZES, BootLaw(10.0, 0.3))


def test_processes_make_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each scenario has its seeds in order, whether one process made them or several."""
    scenarios = [GOOD, replace(GOOD, build=Build(silent=0.3))]
    monkeypatch.setattr(module, "CHUNK", 7)
    spread = study(scenarios, 30)
    monkeypatch.setattr(module, "FEW", 1000)
    alone = study(scenarios, 30)
    assert spread == alone
    assert [len(rolls) for rolls in alone] == [30, 30]
    assert alone[0][4] == simulate(GOOD, 5)


def test_a_good_build_arrives_and_a_bad_one_is_stopped() -> None:
    """Bad members say so at the end of their boot; silent ones are found when PauseTime is over."""
    assert all(rolled.done for rolled in study([GOOD], 10)[0])
    bad, silent = (simulate(replace(GOOD, build=build), 1) for build in (Build(bad=1.0), Build(silent=1.0)))
    assert bad.stopped is not None and silent.stopped is not None
    assert bad.stopped < 30.0 < 60.0 <= silent.stopped
    assert (bad.touched, silent.touched) == (2, 2)


@pytest.mark.parametrize("build", [Build(bad=1.0), Build(silent=1.0)])
def test_without_signals_a_bad_member_never_serves(build: Build) -> None:
    """Otherwise nobody could tell it from a good one; its clock alone finds it."""
    limits = replace(LIMITS, signals=False, active_percent=100.0, pause=0.0, boot_limit=90.0)
    rolled = simulate(replace(GOOD, limits=limits, build=build), 1)
    assert (rolled.done, rolled.why) == (False, "tooManyFailures")


def test_what_the_policy_watches_is_there() -> None:
    """Targets, checks and alarms of a simulated group are well unless the build is not."""
    limits = replace(LIMITS, target_health=True, status_checks=True, alarms=("errors",))
    scenario = replace(GOOD, limits=limits)
    assert simulate(scenario, 1).done
    assert not simulate(replace(scenario, build=Build(silent=1.0)), 1).done


def test_leaving_takes_time_only_where_it_is_waited_for() -> None:
    """A victim that drains holds its slot; without drain nobody waits."""
    slow = replace(GOOD, leaving=50.0)
    assert simulate(slow, 1).seconds == simulate(GOOD, 1).seconds
    assert simulate(replace(slow, limits=replace(LIMITS, drain=900.0)), 1).seconds > 100.0


@pytest.mark.parametrize("guard", [Guard.BALANCED, Guard.OFF])
def test_a_grain_changes_no_outcome_and_hardly_the_time(guard: Guard) -> None:
    """Fewer decisions, the same rollouts: who fails by its clock fails, and on average rolls take their time."""
    limits = replace(LIMITS, batch=8, floor=32, max_size=40, pause=40.0, guard=guard, need_percent=95.0)
    scenario = Scenario(limits, Sizes(0, 40, 40), BootLaw(20.0, 0.5))
    fine, coarse = study([scenario, replace(scenario, grain=3.0)], 30)
    assert 5 < sum(rolled.done for rolled in fine) < 25, "both outcomes are among them"
    same = sum(one.done is other.done for one, other in zip(fine, coarse, strict=True))
    assert same >= 27
    times = [statistics.fmean(r.seconds for r in rolls if r.done) for rolls in (fine, coarse)]
    assert times[1] == pytest.approx(times[0], rel=0.03)
    assert sum(r.decisions for r in coarse) < 0.7 * sum(r.decisions for r in fine)
