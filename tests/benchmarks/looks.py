"""What looks that follow the boots cost and save: calls per replaced instance, and time over a driver that sees all.

Without signals, as `rolling simulate` counts; the boots of the last roll are not known.
"""

from __future__ import annotations

import os
import statistics
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from pulumi_rolling.core.model.member import Revision
from pulumi_rolling.core.replace.limits import Guard, Limits, Pacing
from pulumi_rolling.core.replace.plan import new_rollout
from pulumi_rolling.fleets.simulated import Behaviour, SimulatedFleet
from pulumi_rolling.simulation.driver import AS_THE_ENGINE, Manner, Rolled, drive

V1 = Revision("lt-1:1", "one", "version 1")
V2 = Revision("lt-1:2", "two", "version 2")
SIZES = ((20, 5), (100, 10))
BOOTS = (5.0, 30.0, 90.0, 300.0, 1800.0)
SPREADS = (0.3, 0.6, 1.0)
GUARDS = (Guard.FAST, Guard.BALANCED, Guard.CAUTIOUS)


@dataclass(frozen=True)
class Case:
    members: int
    window: int
    boot: float
    spread: float
    guard: Guard


def roll(case: Case, seed: int, manner: Manner) -> Rolled:
    limits = Limits(
        batch=case.window,
        floor=case.members - case.window,
        max_size=case.members,
        pacing=Pacing.SLIDING,
        guard=case.guard,
        ready_within=100 * case.boot,
    )
    fleet = SimulatedFleet(
        desired=case.members,
        max_size=case.members,
        revision=V1,
        behaviours={"two": Behaviour(boot=case.boot, spread=case.spread)},
        seed=seed,
        shutdown=0.0,
    )
    rollout = new_rollout("bench", V2, V1, fleet.sizes, frozenset(), fleet.now)
    return drive(fleet, limits, rollout, manner)


def measured(task: tuple[Case, int]) -> tuple[float, float]:
    """Calls per replaced instance, and the roll's time over that of a driver which looks at each event."""
    case, seeds = task
    ours = [roll(case, seed, AS_THE_ENGINE) for seed in range(1, seeds + 1)]
    seeing = [roll(case, seed, Manner(continuous=True)) for seed in range(1, seeds + 1)]
    calls = statistics.fmean(each.calls for each in ours) / case.members
    return calls, sum(each.seconds for each in ours) / sum(each.seconds for each in seeing)


def report() -> None:
    seeds = int(os.environ.get("ROLLING_SEEDS") or 20)
    print(
        f"looks: calls per replaced instance, and roll time over that of a driver that sees each event ({seeds} seeds)"
    )
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for members, window in SIZES:
            print(f"  N={members}, W={window}; boots of {', '.join(f'{boot:g}' for boot in BOOTS)} s")
            for guard in GUARDS:
                for spread in SPREADS:
                    cases = [(Case(members, window, boot, spread, guard), seeds) for boot in BOOTS]
                    cells = [f"{calls:5.2f} ×{ratio:.2f}" for calls, ratio in pool.map(measured, cases)]
                    print(f"    {guard.value:<9} spread {spread:.1f}  {' | '.join(cells)}", flush=True)
