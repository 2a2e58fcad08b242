"""What looks that follow the boots cost and save: calls per replaced instance, and time over the steady pace.

Without signals, as `rolling simulate` counts. The steady pace is that of all other waits: a poll, and a tenth of the
time since something happened, which is what a roll cost before looks followed the boots. Each cell twice: in a first
roll, of whose boots nothing is known, and in one that knows the last roll's. Figures above the goal have a star. The
last rows are of a group with one target group (guard balanced), at one call more.
"""

from __future__ import annotations

import math
import os
import random
import statistics
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from itertools import product

from pulumi_rolling.core.model.member import Revision
from pulumi_rolling.core.replace.boots import add_boots
from pulumi_rolling.core.replace.limits import Guard, Limits, Pacing
from pulumi_rolling.core.replace.plan import new_rollout
from pulumi_rolling.core.replace.rollout import Boots
from pulumi_rolling.fleets.simulated import Behaviour, SimulatedFleet
from pulumi_rolling.simulation.driver import AS_THE_ENGINE, Manner, Rolled, drive

V1 = Revision("lt-1:1", "one", "version 1")
V2 = Revision("lt-1:2", "two", "version 2")
SIZES = ((20, 5, 7.0), (100, 10, 4.0))
"""Members, window, and the most calls that each replaced instance may cost."""
BOOTS = (5.0, 30.0, 90.0, 300.0, 900.0, 1800.0)
SPREADS = (0.1, 0.3, 1.0)
GUARDS = (Guard.FAST, Guard.BALANCED, Guard.CAUTIOUS)
STEADY = Manner(even=True)


@dataclass(frozen=True)
class Case:
    members: int
    window: int
    boot: float
    spread: float
    guard: Guard
    known: bool
    targets: bool = False


def last_roll(case: Case) -> Boots:
    draws = random.Random(7)
    median = math.log(case.boot) - case.spread**2 / 2
    return add_boots(Boots(), [math.exp(draws.gauss(median, case.spread)) for _ in range(case.members)])


def roll(case: Case, seed: int, manner: Manner) -> Rolled:
    limits = Limits(
        batch=case.window,
        floor=case.members - case.window,
        max_size=case.members,
        pacing=Pacing.SLIDING,
        guard=case.guard,
        ready_within=100 * case.boot,
        target_health=case.targets,
    )
    fleet = SimulatedFleet(
        desired=case.members,
        max_size=case.members,
        revision=V1,
        behaviours={"two": Behaviour(boot=case.boot, spread=case.spread)},
        seed=seed,
        shutdown=0.0,
        targets=case.targets,
    )
    rollout = new_rollout("bench", V2, V1, fleet.sizes, frozenset(), fleet.now)
    if case.known:
        rollout = replace(rollout, prior=last_roll(case))
    return drive(fleet, limits, rollout, manner)


def measured(task: tuple[Case, int]) -> tuple[float, float]:
    """Calls per replaced instance, and the roll's time over that of the steady pace."""
    case, seeds = task
    ours = [roll(case, seed, AS_THE_ENGINE) for seed in range(1, seeds + 1)]
    steady = [roll(case, seed, STEADY) for seed in range(1, seeds + 1)]
    calls = statistics.fmean(each.calls for each in ours) / case.members
    return calls, sum(each.seconds for each in ours) / sum(each.seconds for each in steady)


def report() -> None:
    seeds = int(os.environ.get("ROLLING_SEEDS") or 20)
    print(f"looks: calls per replaced instance, and roll time over that of the steady pace ({seeds} seeds)")
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for members, window, goal in SIZES:
            for known in (False, True):
                name = "the last roll's boots are known" if known else "no boots are known"
                print(f"  N={members}, W={window}, {name}; boots of {', '.join(f'{b:g}' for b in BOOTS)} s")
                rows = [(guard, False) for guard in GUARDS] + [(Guard.BALANCED, True)]
                for (guard, targets), spread in product(rows, SPREADS):
                    cases = [
                        (Case(members, window, boot, spread, guard, known, targets), seeds) for boot in BOOTS
                    ]
                    cells = [
                        f"{calls:5.2f}{'*' if calls > goal + targets else ' '}×{ratio:.2f}"
                        for calls, ratio in pool.map(measured, cases)
                    ]
                    name = "targets" if targets else guard.value
                    print(f"    {name:<9} spread {spread:.1f}  {' | '.join(cells)}", flush=True)
