"""How fast `decide` is, and how that grows with the group."""

from __future__ import annotations

import time
from dataclasses import replace

from pulumi_rolling.core.model.member import Lifecycle, Member, Revision, Sizes
from pulumi_rolling.core.replace.decide import decide
from pulumi_rolling.core.replace.ideal import all_old
from pulumi_rolling.core.replace.limits import Limits, Pacing
from pulumi_rolling.core.replace.observation import Observation
from pulumi_rolling.core.replace.plan import new_rollout, plan
from pulumi_rolling.core.replace.rollout import Rollout

V1 = Revision("lt-1:1", "one", "version 1")
V2 = Revision("lt-1:2", "two", "version 2")
SECONDS = 1.0


def midway(members: int) -> tuple[Limits, Rollout, Observation]:
    """A sliding roll that is half done: half new, a window in flight, the rest old."""
    window = max(1, members // 10)
    limits = Limits(batch=window, floor=members - window, max_size=members, pacing=Pacing.SLIDING)
    sizes = Sizes(0, members, members)
    new = [
        Member(f"new-{i}", V2, Lifecycle.IN_SERVICE, launched_at=100.0 + i)
        for i in range(members // 2 - window)
    ]
    flight = [Member(f"fly-{i}", V2, Lifecycle.PENDING, launched_at=900.0) for i in range(window)]
    old = all_old(members - len(new) - len(flight), V1)
    seen = Observation(1000.0, (*new, *flight, *old), sizes, V2.address)
    rollout = new_rollout("bench", V2, V1, sizes, frozenset(), 0.0)
    for _ in range(4):
        rollout = decide(limits, rollout, seen).next
        seen = replace(seen, at=seen.at + 2)
    return limits, rollout, seen


def rate(members: int) -> float:
    limits, rollout, seen = midway(members)
    count, started = 0, time.perf_counter()
    while time.perf_counter() - started < SECONDS:
        decide(limits, rollout, seen)
        count += 1
    return count / (time.perf_counter() - started)


def report() -> None:
    print("decide: decisions per second, a sliding roll half done")
    rates = {members: rate(members) for members in (100, 1000, 10_000)}
    first = rates[100]
    for members, per_second in rates.items():
        print(
            f"  {members:>6} members  {per_second:>9.0f} /s  {first / per_second:>7.1f} times the time of 100"
        )
    print("plan: seconds for the whole dry run")
    for members, window in ((100, 10), (1000, 100), (1000, 1), (10_000, 100)):
        limits = Limits(batch=window, floor=members - window, max_size=members)
        sizes = Sizes(0, members, members)
        seen = Observation(0.0, tuple(all_old(members, V1)), sizes, V1.address)
        started = time.perf_counter()
        made = plan(limits, new_rollout("bench", V2, V1, sizes, frozenset(), 0.0), seen)
        spent = time.perf_counter() - started
        print(f"  {members:>6} members, batch {window:>3}  {spent:>7.2f} s  {made.decisions} decisions")
