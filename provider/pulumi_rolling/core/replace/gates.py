"""Where a rollout stops on its way: after the canaries and at each checkpoint, for a time or for somebody's word.

A stop is a number of successes. Starts never go beyond the next one, so that no more members are of the new revision
there than it says; when it is reached its time runs, and where the policy wants approval it waits for that as well.
Two stops at the same number are one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from pulumi_rolling.core.model.codes import ReasonCode
from pulumi_rolling.core.model.decision import Because
from pulumi_rolling.core.replace.limits import Limits
from pulumi_rolling.core.replace.losses import in_doubt
from pulumi_rolling.core.replace.rollout import Gate, Rollout, replace

MOST_NAMED = 5
"""Canaries that a reason names."""


@dataclass(slots=True)
class Stop:
    count: int
    """Successes at which it stands."""
    wait: float
    percent: float | None
    """None: the canaries."""


def stops(limits: Limits, total: int) -> tuple[Stop, ...]:
    """All stops of a rollout of ``total`` members, in order."""
    found: dict[int, Stop] = {}
    if limits.canary and total:
        count = min(limits.canary, total)
        found[count] = Stop(count, limits.soak, None)
    for percent in limits.checkpoints:
        count = max(1, math.ceil(round(total * percent / 100, 6))) if total else 0
        if not count:
            continue
        wait = limits.checkpoint_delay
        if count in found:
            wait = max(wait, found[count].wait)
        found[count] = Stop(count, wait, percent)
    return tuple(found[count] for count in sorted(found))


def next_stop(limits: Limits, rollout: Rollout) -> Stop | None:
    """The first stop beyond those that were passed.

    ``passed`` counts successes, not stops: skipping a member changes M and moves percentage stops, and a stop that was
    passed must not come back.
    """
    return next((s for s in stops(limits, rollout.way.total) if s.count > rollout.way.passed), None)


def room(limits: Limits, rollout: Rollout, in_use: int, slots: int) -> int:
    """Starts that the window and the next stop still allow; ``slots`` are in flight, ``in_use`` hold the window."""
    window = rollout.way.batch
    if limits.slow_start:
        window = min(window, max(1, limits.canary) + len(rollout.way.succeeded))
    free = window - in_use
    stop = next_stop(limits, rollout)
    if stop is not None:
        free = min(free, stop.count - len(rollout.way.succeeded) - slots)
    return free


def in_canary(limits: Limits, rollout: Rollout) -> bool:
    """The canaries are not passed yet."""
    return rollout.way.passed < min(limits.canary, rollout.way.total)


@dataclass(slots=True)
class AtGate:
    """The rollout after its gates were looked at, and what it waits for there, until when if that is a time."""

    rollout: Rollout
    because: Because | None = None
    until: float | None = None


def stand(limits: Limits, rollout: Rollout, at: float) -> AtGate:
    """Open the gates whose time and approval have come, and stand at the first that is closed."""
    while True:
        stop = next_stop(limits, rollout)
        if stop is None or len(rollout.way.succeeded) - len(in_doubt(rollout.way)) < stop.count:
            return AtGate(
                replace(rollout, way=replace(rollout.way, gate=None))
                if rollout.way.gate is not None
                else rollout
            )
        gate = rollout.way.gate
        if gate is None:
            gate = Gate(stops(limits, rollout.way.total).index(stop), at)
            rollout = replace(rollout, way=replace(rollout.way, gate=gate), progress_at=at)
        numbers: dict[str, int | float] = {"count": stop.count, "wait": stop.wait}
        if limits.approval:
            numbers["approval"] = int(not gate.approved)
        if stop.percent is not None:
            numbers["percent"] = stop.percent
        tried = tuple(sorted(rollout.way.succeeded))[:MOST_NAMED] if stop.percent is None else ()
        until = gate.at + stop.wait
        if at < until:
            code = ReasonCode.SOAKING if stop.percent is None else ReasonCode.CHECKPOINT
            return AtGate(rollout, Because(code, {**numbers, "left": until - at}, tried), until)
        if limits.approval and not gate.approved:
            return AtGate(rollout, Because(ReasonCode.APPROVAL, numbers, tried))
        rollout = replace(rollout, way=replace(rollout.way, passed=stop.count, gate=None), progress_at=at)
