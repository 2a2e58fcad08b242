"""How fast each pacing is with a good build, and how many members a bad one reaches before it is stopped.

Virtual clock, looks in the very moment of each event, lognormal boots, silent bad members that are found at five mean
boots, no failure allowed. Beside each figure stands that of the table which the guard was chosen by: means of 12 to 300
seeded runs, so that its last digit wobbles, at small bad shares by several percent. Below stands what the table's model
gives with 4,000 (pacing_model).
"""

from __future__ import annotations

import math
import os
import statistics
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import zip_longest

from pulumi_rolling.core.model.member import Revision
from pulumi_rolling.core.replace.limits import Guard, Limits, Pacing
from pulumi_rolling.core.replace.plan import new_rollout
from pulumi_rolling.fleets.simulated import Behaviour, SimulatedFleet
from pulumi_rolling.simulation.driver import Manner, Rolled, drive

from tests.benchmarks.pacing_model import MODEL

V1 = Revision("lt-1:1", "one", "version 1")
V2 = Revision("lt-1:2", "two", "version 2")
BOOT = 100.0
"""Seconds: long, so that launch times in whole seconds do not matter."""
FOUND = 5.0
"""Mean boots until a silent member is found."""
SPREADS = (0.3, 0.6, 1.0)
SHARES = (1.0, 0.5, 0.2, 0.1, 0.05)
PACINGS = ("lockStep", "sliding", "fast", "balanced", "cautious")
SIZES = ((20, 4, 1000), (100, 10, 1000), (1000, 100, 12))
"""Members, window, seeds."""

Figures = tuple[tuple[float, ...], tuple[float, ...]]
TABLE: dict[tuple[int, str], Figures] = {
    (20, "lockStep"): ((1.34, 1.73, 2.29), (4, 4.3, 6.5, 9.6, 13.5)),
    (20, "sliding"): ((1.10, 1.17, 1.39), (4, 7.7, 14.3, 17.6, 19.0)),
    (20, "balanced"): ((1.11, 1.26, 1.62), (4, 5.7, 9.2, 12.5, 15.4)),
    (20, "cautious"): ((1.39, 1.67, 2.16), (4, 4.2, 6.4, 9.9, 14.1)),
    (100, "lockStep"): ((1.55, 2.27, 3.47), (10, 10.0, 11.2, 14.8, 23.1)),
    (100, "sliding"): ((1.07, 1.14, 1.37), (10, 19.4, 35.2, 45.9, 60.3)),
    (100, "fast"): ((1.07, 1.18, 1.48), (10, 14.3, 20.2, 25.6, 39.4)),
    (100, "balanced"): ((1.09, 1.26, 1.67), (10, 10.6, 16.2, 22.1, 35.9)),
    (100, "cautious"): ((1.34, 1.75, 2.62), (10, 10.0, 10.8, 14.1, 25.1)),
    (1000, "lockStep"): ((2.04, 3.88, 8.23), (100, 100, 100, 100, 100)),
    (1000, "sliding"): ((1.13, 1.36, 2.32), (100, 192, 348, 432, 496)),
    (1000, "balanced"): ((1.19, 1.65, 3.11), (100, 100, 100, 102, 137)),
    (1000, "cautious"): ((1.68, 2.90, 6.08), (100, 100, 100, 100, 100)),
}


@dataclass(frozen=True)
class Case:
    """One cell of the table. ``share`` None: a good build, and the roll's time is asked for."""

    members: int
    window: int
    pacing: str
    spread: float
    share: float | None = None
    canary: int = 0
    abandons: bool = False
    """The bad ones are abandoned by a launch hook, so that the cloud launches others by itself."""


def limits(case: Case) -> Limits:
    lock_step = case.pacing == "lockStep"
    unguarded = lock_step or case.pacing == "sliding"
    return Limits(
        batch=case.window,
        floor=case.members - case.window,
        max_size=case.members,
        active_percent=None,
        signals=True,
        pause=math.inf if case.share is None else FOUND * BOOT,
        pacing=Pacing.LOCK_STEP if lock_step else Pacing.SLIDING,
        guard=Guard.OFF if unguarded else Guard(case.pacing),
        canary=case.canary,
        settle=5.0,
        poll=0.01,
    )


def roll(case: Case, seed: int) -> Rolled:
    behaviour = Behaviour(boot=BOOT, spread=case.spread)
    if case.abandons:
        behaviour = Behaviour(boot=BOOT, spread=case.spread, abandon=True, share=case.share or 1.0)
    elif case.share is not None:
        behaviour = Behaviour(boot=BOOT, spread=case.spread, signal=None, share=case.share)
    fleet = SimulatedFleet(
        desired=case.members,
        max_size=case.members,
        revision=V1,
        behaviours={"two": behaviour},
        seed=seed,
        shutdown=0.0,
    )
    rollout = new_rollout("bench", V2, V1, fleet.sizes, frozenset(), fleet.now)
    return drive(fleet, limits(case), rollout, Manner(continuous=True, only_forward=True))


def figure(case: Case, rolled: Rolled) -> float:
    """The roll's time in units of members / window mean boots, or the members that our acts touched."""
    if case.share is None:
        return rolled.seconds / (case.members / case.window * BOOT)
    return float(rolled.touched)


def some(task: tuple[Case, range]) -> list[tuple[float, int]]:
    case, seeds = task
    rolls = [roll(case, seed) for seed in seeds]
    return [(figure(case, each), each.relaunched) for each in rolls]


def measured(pool: ProcessPoolExecutor, case: Case, seeds: int) -> tuple[list[float], list[int]]:
    chunk = max(1, seeds // 40)
    tasks = [(case, range(first, min(first + chunk, seeds + 1))) for first in range(1, seeds + 1, chunk)]
    pairs = [pair for part in pool.map(some, tasks) for pair in part]
    return [value for value, _ in pairs], [relaunched for _, relaunched in pairs]


def cell(case: Case, values: Sequence[float], known: float | None) -> str:
    """Mean, spread (standard deviation), the table's figure and our mean over it."""
    mean, spread = statistics.fmean(values), statistics.pstdev(values)
    digits = 2 if case.share is None else 1
    told = f"{mean:.{digits}f} ±{spread:.{digits}f}"
    if known is None:
        return f"{told:>12} {'-':>6} {'-':>4}"
    return f"{told:>12} {known:>6.{digits}f} {mean / known:>4.2f}"


def cases(members: int, window: int, pacing: str) -> Iterator[Case]:
    for spread in SPREADS:
        yield Case(members, window, pacing, spread)
    for share in SHARES:
        yield Case(members, window, pacing, SPREADS[0], share)


def report() -> None:
    wanted = os.environ.get("ROLLING_SEEDS")
    print(
        "pacing: mean ±spread over the seeds, the table's figure, ratio\n"
        "  roll time in units of N/W mean boots, with boots of spread 0.3, 0.6, 1.0 (1.00 is about the bound);\n"
        f"  members touched until it stops, {', '.join(f'{share:.0%}' for share in SHARES)} silent bad ones"
    )
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for members, window, usual in SIZES:
            seeds = int(wanted) if wanted else usual
            started = time.perf_counter()
            print(f"  N={members}, W={window}, {seeds} seeds", flush=True)
            for pacing in PACINGS:
                times, touched = TABLE.get((members, pacing), ((), ()))
                cells = [
                    cell(case, measured(pool, case, seeds)[0], known)
                    for case, known in zip_longest(cases(members, window, pacing), (*times, *touched))
                ]
                print(f"    {pacing:<9}{' |'.join(cells)}", flush=True)
                if (members, pacing) in MODEL:
                    model = (f"{figure:>12.2f}{'':>12}" for figure in MODEL[members, pacing])
                    print(f"      (model){' |'.join(model)}", flush=True)
            for line in besides(pool, members, window, seeds):
                print(f"    {line}", flush=True)
            print(f"    ({time.perf_counter() - started:.0f} s)", flush=True)


def besides(pool: ProcessPoolExecutor, members: int, window: int, seeds: int) -> Iterator[str]:
    """What the table does not have: the canary, and launches by the cloud itself, which count as nobody's touch."""
    few = max(1, seeds // 5)
    canary = Case(members, window, "balanced", SPREADS[0], 1.0, canary=1)
    touched, _ = measured(pool, canary, few)
    yield f"one canary, balanced: an all-bad build touches {min(touched):g} to {max(touched):g}"
    for pacing in ("lockStep", "balanced"):
        abandoned = Case(members, window, pacing, SPREADS[0], 1.0, abandons=True)
        touched, relaunched = measured(pool, abandoned, few)
        yield (
            f"all abandoned by a hook, {pacing}: touched {min(touched):g} to {max(touched):g} by us, "
            f"and {statistics.fmean(relaunched):.1f} launched by the cloud itself until it stopped"
        )
