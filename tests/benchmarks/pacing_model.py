"""The pacing table's model, which knows nothing of the core: what the table's figures are with enough seeds.

`python -m tests.benchmarks.pacing_model` prints what stands in MODEL.

N replacements, W slots, lognormal boots of mean 1; a silent bad one is found at 5. A slot is used again on success,
and only while the probability that a bad one is in flight stays under the setting's threshold (no failure allowed).
"""

from __future__ import annotations

import heapq
import math
import random
import statistics
from collections.abc import Iterator
from dataclasses import dataclass, field

FOUND = 5.0
SETTINGS = {"fast": (0.02, 0.1), "balanced": (0.1, 0.2), "cautious": (0.3, 0.1)}
"""The prior's failures, and the threshold; the prior's successes are one."""
SPREADS = (0.3, 0.6, 1.0)
SHARES = (1.0, 0.5, 0.2, 0.1, 0.05)
SEEDS = 4000

MODEL: dict[tuple[int, str], tuple[float, ...]] = {
    (20, "fast"): (1.09, 1.18, 1.40, 4.0, 6.39, 10.03, 13.39, 16.12),
    (20, "balanced"): (1.10, 1.23, 1.53, 4.0, 5.77, 9.31, 12.74, 15.69),
    (20, "cautious"): (1.38, 1.64, 2.07, 4.0, 4.21, 6.68, 10.44, 14.13),
    (100, "fast"): (1.07, 1.17, 1.47, 10.0, 14.22, 20.15, 26.43, 37.18),
    (100, "balanced"): (1.09, 1.24, 1.66, 10.0, 10.75, 16.65, 23.58, 34.69),
    (100, "cautious"): (1.33, 1.73, 2.55, 10.0, 10.01, 10.97, 15.43, 26.33),
}
"""By members and setting: the roll's time by spread, then members touched by bad share."""


@dataclass
class Roll:
    prior: float
    threshold: float
    now: float = 0.0
    logs: list[float] = field(default_factory=list)
    flight: dict[int, float] = field(default_factory=dict)

    def may_start(self) -> bool:
        n = len(self.logs)
        if not n:
            return True
        mean = sum(self.logs) / n
        variance = (sum((x - mean) ** 2 for x in self.logs) + 2 * 0.25) / (n + 1) * (1 + 1 / n)
        failing = self.prior / (n + self.prior + 1)
        none_bad = 1.0
        for started in self.flight.values():
            age = self.now - started
            slower = 0.5 * math.erfc((math.log(age) - mean) / math.sqrt(2 * variance)) if age > 0 else 1.0
            none_bad *= 1 - failing / (failing + (1 - failing) * slower)
        return 1 - none_bad < self.threshold


def roll(
    members: int, window: int, setting: str, spread: float, share: float, seed: int
) -> tuple[float, int]:
    """(time, members touched) until all are ready or the first bad one is found."""
    chance = random.Random(seed)
    now = Roll(*SETTINGS[setting])
    events: list[tuple[float, int, bool]] = []
    started = 0

    def start() -> None:
        nonlocal started
        boot = chance.lognormvariate(-spread * spread / 2, spread)
        bad = chance.random() < share
        heapq.heappush(events, (now.now + (FOUND if bad else boot), started, bad))
        now.flight[started] = now.now
        started += 1

    for _ in range(window):
        start()
    while events:
        now.now, number, bad = heapq.heappop(events)
        if bad:
            break
        now.logs.append(math.log(now.now - now.flight.pop(number)))
        while started < members and len(now.flight) < window and now.may_start():
            start()
    return now.now, started


def figures(members: int, window: int, setting: str) -> Iterator[float]:
    unit = members / window
    for spread in SPREADS:
        yield statistics.fmean(
            roll(members, window, setting, spread, 0.0, seed)[0] / unit for seed in range(SEEDS // 4)
        )
    for share in SHARES:
        yield statistics.fmean(
            roll(members, window, setting, SPREADS[0], share, seed)[1] for seed in range(SEEDS)
        )


if __name__ == "__main__":
    for members, window in ((20, 4), (100, 10)):
        for setting in SETTINGS:
            told = ", ".join(f"{figure:.2f}" for figure in figures(members, window, setting))
            print(f'    ({members}, "{setting}"): ({told}),', flush=True)
