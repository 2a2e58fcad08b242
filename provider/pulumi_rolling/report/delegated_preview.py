"""The plan of a delegated rollout in rows: what the service will do, what it keeps, and who returns the group."""

from __future__ import annotations

import math
from collections.abc import Iterator

from pulumi_rolling.core.delegate.limits import WayBack
from pulumi_rolling.core.delegate.plan import DelegatePlan
from pulumi_rolling.core.model.commands import command
from pulumi_rolling.report.wording import INSTANCE, Noun, Row, counted, ends, listed, span

ROOM = 61
"""Characters of a row in the diagnostics of a terminal of 80 columns, which the engine indents and does not wrap."""


def delegated_rows(
    plan: DelegatePlan, returns_to: str | None, call: str, noun: Noun = INSTANCE, *, leaves: bool
) -> Iterator[Row]:
    """``returns_to``: the revision that a failed rollout goes back to. ``leaves``: it stops where it is.

    ``call``: the group as a command has to name it.
    """
    if plan.follows:
        yield (
            "rolls",
            f"the service itself: its operation {plan.follows} is under way already and is followed",
        )
    else:
        yield "rolls", f"the service itself, {_at_once(plan)}"
    yield from _bounds(plan)
    yield from _stops(plan, call)
    warm_up = plan.limits.foreseen.warm_up
    yield "waits for", f"new {noun[1]} in service and healthy by the group's checks"
    if warm_up:
        yield "waits for", f"then {span(warm_up)} of warm-up"
    yield from _watched(plan)
    if plan.left_old:
        yield "leaves", f"{counted(plan.left_old, noun)} as they are: the last checkpoint ends it"
    for sentence in _on_failure(plan, returns_to, leaves):
        yield "on failure", sentence
    for sentence in _duration(plan):
        yield "duration", sentence
    yield "API calls", f"at least {plan.decisions + len(plan.acts)}"


def _at_once(plan: DelegatePlan) -> str:
    if plan.batch >= plan.replace:
        return "the only one" if plan.replace == 1 else f"all {plan.replace} at once"
    return f"{'' if plan.batch == 1 else 'up to '}{plan.batch} at a time"


def _bounds(plan: DelegatePlan) -> Iterator[Row]:
    """What it keeps in service, and what there may be at most."""
    if plan.lowest_in_service is None:
        return
    most = f", and {plan.most} there at most" if plan.most is not None else ""
    yield "in service", f"at least {plan.lowest_in_service}{most}"


def _stops(plan: DelegatePlan, call: str) -> Iterator[Row]:
    gates = plan.limits.foreseen.gates
    told = [gate for gate in gates if gate.percent is not None]
    if told:
        percents = listed([f"{gate.percent:g}" for gate in told])
        counts = listed([str(math.ceil((gate.percent or 0.0) * plan.replace / 100)) for gate in told])
        lasts = [f"{span(told[0].lasts)} each"] if told[0].lasts else []
        for sentence in _folded([f"at {percents} % ({counts} of {plan.replace})", *lasts], ", "):
            yield "checkpoints", sentence
    if gates and plan.limits.approval:
        yield "approval", f"asked for at each checkpoint: {command('approve', call)} or 'reject'"


def _watched(plan: DelegatePlan) -> Iterator[Row]:
    foreseen = plan.limits.foreseen
    alarms = foreseen.alarms or plan.limits.alarms
    if alarms:
        yield "alarms", f"{listed(list(alarms))}: ALARM ends the roll"
    bake = foreseen.bake + plan.limits.bake
    if bake:
        yield "bake", f"alarms are watched for {span(bake)} after the last one"


def _on_failure(plan: DelegatePlan, returns_to: str | None, leaves: bool) -> Iterator[str]:
    """Who returns the group, as is known beforehand; each of them a row."""
    if leaves:
        yield "the service stops, and the group is left (onFailure: leave)"
        return
    if returns_to is None and plan.way_back:
        asked = (
            "returns the group by itself" if plan.limits.returns_by_itself else "is asked to return the group"
        )
        yield f"the service {asked} to what ran before"
        yield "else the group is left as it is"
        return
    if returns_to is None:
        yield "the service stops; there is no other revision to return to"
        return
    ways = [_way_back(way, returns_to) for way in plan.way_back]
    if plan.limits.returns_by_itself and ways:
        ways[0] = f"the service returns the group to {returns_to} by itself"
    yield from (f"{'else ' if place else ''}{way}" for place, way in enumerate(ways))


def _way_back(way: WayBack, to: str) -> str:
    return {
        WayBack.SERVICE: f"the service is asked to return the group to {to}",
        WayBack.OPERATION: f"another operation leads it back to {to}",
        WayBack.REPLACE: f"this program rolls it back to {to} itself",
    }[way]


def _duration(plan: DelegatePlan) -> list[str]:
    foreseen = plan.limits.foreseen
    times = math.ceil(plan.replace / plan.batch) if plan.batch else 0
    warm_up = f" and {span(foreseen.warm_up)} of warm-up" if foreseen.warm_up else ""
    parts = [f"{times} times a boot{warm_up}" if times > 1 else f"a boot{warm_up}"]
    if plan.fixed_waits:
        timed = any(gate.lasts for gate in foreseen.gates)
        named = [name for name, given in (("checkpoints", timed), ("bake", foreseen.bake)) if given]
        parts.append(f"{span(plan.fixed_waits)} of {listed(named or ['bake'])} on top")
    parts += ends(plan.limits.timeout, approval=plan.limits.approval)
    return _folded(parts, "; ")


def _folded(parts: list[str], by: str) -> list[str]:
    """One row, or where that would be long one for each part."""
    told = by.join(parts)
    return [told] if len(told) <= ROOM else parts
