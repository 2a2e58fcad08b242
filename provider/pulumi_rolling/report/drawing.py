"""The likely course of a planned rollout: what is replaced when, where it stops, and for how long.

Boots that were seen before give the times; without them each boot is drawn with a length that the drawing tells.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from pulumi_rolling.core.delegate.plan import DelegatePlan
from pulumi_rolling.core.replace.forecast import time_left
from pulumi_rolling.core.replace.gates import stops
from pulumi_rolling.core.replace.limits import Pacing
from pulumi_rolling.core.replace.plan import Plan
from pulumi_rolling.core.replace.rollout import Boots
from pulumi_rolling.report.drawn import Does, Drawing, Phase
from pulumi_rolling.report.preview import Preview
from pulumi_rolling.report.wording import Noun, counted, instances

ASSUMED_BOOT = 180.0


def drawing(preview: Preview) -> Drawing:
    plan, boots = preview.plan, preview.last_boots
    if plan is None or not plan.replace or preview.nothing:
        return Drawing()
    if isinstance(plan, DelegatePlan):
        return Drawing(tuple(_delegated(plan, preview.noun)), ASSUMED_BOOT)
    return Drawing(tuple(_replaced(plan, boots)), None if boots else ASSUMED_BOOT)


def _replaced(plan: Plan, boots: Boots | None) -> Iterator[Phase]:
    if plan.launch_first:
        first = instances(plan.launch_first)
        yield Phase("launch first", first, _boots(plan, boots, plan.launch_first), Does.REPLACE)
    limits, done = plan.limits, 0
    for stop in stops(limits, plan.replace):
        canary = stop.percent is None
        name = "canary" if canary else f"to {stop.percent:g} %"
        count = stop.count - done
        if count:
            yield Phase(name, instances(count), _boots(plan, boots, count), Does.REPLACE)
        if stop.wait:
            yield Phase("soak" if canary else "checkpoint", "watched", stop.wait, Does.WAIT)
        if limits.approval:
            yield Phase("approval", "somebody approves", 0.0, Does.ASK)
        done = stop.count
    if rest := plan.replace - done:
        name = "the rest" if done else "replace"
        yield Phase(name, instances(rest), _boots(plan, boots, rest), Does.REPLACE)
    if limits.bake:
        yield Phase("bake", "watched", limits.bake, Does.WAIT)


def _boots(plan: Plan, boots: Boots | None, count: int) -> float:
    """Seconds in which so many members are likely to be replaced."""
    window = max(1, min(plan.batch, count))
    rounds = math.ceil(count / window)
    expected = time_left(boots, count, window, plan.pacing) if boots else None
    longest = rounds * (plan.pause + plan.limits.warm_up) if plan.signals and plan.pause else math.inf
    if expected is not None:
        return min(sum(expected) / 2, longest)
    each = ASSUMED_BOOT + plan.limits.warm_up
    if plan.pacing is Pacing.LOCK_STEP and not plan.signals:
        each += plan.pause
    return min(rounds * each, longest)


def _delegated(plan: DelegatePlan, noun: Noun) -> Iterator[Phase]:
    foreseen, done = plan.limits.foreseen, 0
    leaves = plan.replace - plan.left_old
    for gate in foreseen.gates:
        if gate.percent is not None:
            count = min(leaves, math.ceil(gate.percent * plan.replace / 100))
            if count > done:
                yield _operated(plan, f"to {gate.percent:g} %", count - done, noun)
            done = max(done, count)
        name = "checkpoint" if gate.percent is not None else gate.name
        if gate.lasts:
            yield Phase(name, "the service waits", gate.lasts, Does.WAIT)
        if gate.by_word or plan.limits.approval:
            yield Phase("approval", "somebody approves", 0.0, Does.ASK)
    if rest := leaves - done:
        yield _operated(plan, "the rest" if done else "replace", rest, noun)
    if bake := foreseen.bake + plan.limits.bake:
        yield Phase("bake", "watched", bake, Does.WAIT)


def _operated(plan: DelegatePlan, name: str, count: int, noun: Noun) -> Phase:
    times = math.ceil(count / max(1, plan.batch))
    lasts = times * (ASSUMED_BOOT + plan.limits.foreseen.warm_up)
    return Phase(name, counted(count, noun), lasts, Does.REPLACE)
