"""The same rollout with many seeds, on all cores. A seed gives the same run in any order and on any number of cores."""

from __future__ import annotations

import gc
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from typing import Protocol

from pulumi_rolling.core.model.member import Signal, Sizes
from pulumi_rolling.core.model.seen import AlarmState
from pulumi_rolling.core.replace.budget import slot_clock
from pulumi_rolling.core.replace.limits import Limits
from pulumi_rolling.core.replace.plan import new_rollout
from pulumi_rolling.fleets.simulated import Behaviour, SimulatedFleet
from pulumi_rolling.simulation.builds import GOOD, NEW, OLD, Build
from pulumi_rolling.simulation.driver import Manner, Rolled, drive
from pulumi_rolling.simulation.law import BootLaw

FEW = 40
"""Runs for which no further process is worth its start."""
CHUNK = 25
APART = 0.05
"""Looks of the engine are about that share of a boot apart."""


class Rollable(Protocol):
    """One rollout to be simulated, whatever its strategy: everything but the seed."""

    def roll(self, seed: int) -> Rolled: ...


@dataclass(frozen=True, slots=True)
class Scenario:
    """One rollout to be simulated: everything but the seed."""

    limits: Limits
    sizes: Sizes
    law: BootLaw
    build: Build = GOOD
    grain: float = 0.0
    """Seconds between looks while much is in flight. Boots end half of it sooner, so that rolls take their time."""
    approve_after: float = 0.0
    leaving: float = 0.0
    """Seconds that a victim takes to be gone."""

    def roll(self, seed: int) -> Rolled:
        return simulate(self, seed)


def simulate(scenario: Scenario, seed: int) -> Rolled:
    """One run."""
    limits = scenario.limits
    fleet = SimulatedFleet(
        desired=scenario.sizes.desired,
        min_size=scenario.sizes.min,
        max_size=scenario.sizes.max,
        revision=OLD,
        behaviours={"old": _well(scenario), "new": _behaviours(scenario)},
        targets=limits.target_health,
        checks=limits.status_checks,
        alarms=dict.fromkeys(limits.alarms, AlarmState.OK),
        seed=seed,
        shutdown=scenario.leaving,
    )
    rollout = new_rollout("simulated", NEW, OLD, scenario.sizes, fleet.suspended, fleet.now)
    return drive(fleet, limits, rollout, Manner(grain=scenario.grain, approve_after=scenario.approve_after))


def study(scenarios: Sequence[Rollable], seeds: int) -> list[list[Rolled]]:
    """Each scenario with seeds 1 to ``seeds``, in that order."""
    chunks = [
        (scenario, range(first, min(first + CHUNK, seeds + 1)))
        for scenario in scenarios
        for first in range(1, seeds + 1, CHUNK)
    ]
    cores = os.cpu_count() or 1
    if len(scenarios) * seeds <= FEW or cores == 1:
        parts = [_some(chunk) for chunk in chunks]
    else:
        with ProcessPoolExecutor(cores) as pool:
            parts = list(pool.map(_some, chunks))
    each = len(parts) // len(scenarios)
    return [
        [rolled for part in parts[number * each : (number + 1) * each] for rolled in part]
        for number in range(len(scenarios))
    ]


def _some(chunk: tuple[Rollable, range]) -> list[Rolled]:
    scenario, seeds = chunk
    gc.disable()  # A run makes no cycles, and a collection walks the whole fleet.
    try:
        return [scenario.roll(seed) for seed in seeds]
    finally:
        gc.enable()


def _behaviours(scenario: Scenario) -> tuple[Behaviour, ...]:
    """Without signals a member that does not serve is found by its clock alone."""
    well, build, signals = _well(scenario), scenario.build, scenario.limits.signals
    ill = replace(well, signal=None, in_service=signals, targets=())
    found = [
        replace(ill, signal=Signal.FAILURE if signals else None, share=build.bad),
        replace(ill, share=build.silent),
    ]
    return tuple(each for each in found if each.share) or (well,)


def _well(scenario: Scenario) -> Behaviour:
    law, limits = scenario.law, scenario.limits
    return Behaviour(
        boot=law.mean,
        spread=law.spread,
        quantiles=law.quantiles,
        sooner=max(0.0, scenario.grain - max(limits.poll, APART * law.mean)) / 2,
        sooner_up_to=slot_clock(limits),
    )


def grain_of(desired: int, window: int, law: BootLaw) -> float:
    """At most a quarter of a boot; less in a short roll; none where every look is hardly more.

    At that, roll times are within three percent of those with every look.
    """
    share = min(1 / 4, window / 80, desired / max(1, window) / 40)
    return law.mean * share if share >= 3 * APART else 0.0
