"""A rollout that has not begun, told in rows: what the terminal, `pulumi preview` and a pull request all show.

A row is a label and a sentence. Text and Markdown only set them differently, so they cannot contradict each other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from pulumi_rolling.core.explain import time_range
from pulumi_rolling.core.forecast import time_left
from pulumi_rolling.core.model import Boots, Pacing
from pulumi_rolling.core.plan import Plan, PlannedRound

Row = tuple[str, str]

MOST_DIFFERENCES = 6
MOST_RUNS = 4
"""Runs of equal rounds that are listed one by one."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What is known before a rollout. Revisions are named as people name them, e.g. ``version 3``."""

    group: str
    plan: Plan | None
    """None where there is none to show; then ``nothing`` or ``pointer_only`` says why."""
    came_from: str | None
    """None: not known, or there was none."""
    to: str | None
    """None: known only after apply, so that the plan counts every member that may have to go."""
    differences: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    pointer_only: bool = False
    """The contents are equal: nothing is replaced, and only the pointer moves."""
    nothing: bool = False
    returns_to: str | None = None
    """Where a failed rollout goes back to; None: there is no way back."""
    leaves: bool = False
    """onFailure: leave. A failed rollout stops where it is."""
    last_boots: Boots | None = None
    """Boot times of an earlier rollout of the group."""


def headline(preview: Preview) -> str:
    """The whole preview in one line."""
    to = preview.to or "a version known after apply"
    way = f"{preview.came_from} -> {to}" if preview.came_from else f"to {to}"
    if preview.pointer_only:
        return f"{preview.group}: nothing to replace, only the pointer moves, {way} (equal contents)"
    if preview.nothing or preview.plan is None or not preview.plan.replace:
        runs = f", all instances run {preview.to}" if preview.to else ""
        return f"{preview.group}: nothing to replace{runs}"
    if preview.came_from == preview.to:
        return f"{preview.group}: replacing {instances(preview.plan.replace)}, all of {preview.to} again"
    most = "" if preview.to else "up to "
    return f"{preview.group}: replacing {most}{instances(preview.plan.replace)}, {way}"


def rows(preview: Preview) -> list[Row]:
    """Everything below the headline, in the order in which it is read."""
    told = [("changes", line) for line in _folded(preview.differences)]
    if preview.plan is not None and preview.plan.replace and not preview.nothing:
        told += _plan_rows(preview, preview.plan)
    told += [("note", note) for note in preview.notes]
    return told + [("warning", warning) for warning in preview.warnings]


def instances(count: int) -> str:
    return f"{count} instance{'' if count == 1 else 's'}"


def span(seconds: float) -> str:
    """A fixed length of time: ``90 s``, ``5 min``, ``1 h 30 min``."""
    whole = round(seconds)
    if whole < 120 and whole % 60:
        return f"{whole} s"
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    parts = [f"{count} {unit}" for count, unit in ((hours, "h"), (minutes, "min"), (rest, "s")) if count]
    return " ".join(parts) or "0 s"


def _plan_rows(preview: Preview, plan: Plan) -> Iterator[Row]:
    if plan.resize:
        raised = instances(plan.launch_first)
        desired = plan.capacity - plan.launch_first
        yield "capacity", f"{desired} -> {plan.capacity} during the roll, {raised} launched first"
    if plan.pacing is Pacing.LOCK_STEP:
        yield from _round_rows(plan.rounds)
    else:
        yield "window", f"{plan.batch} at a time, the next as soon as one is ready"
    floor = f" (floor {plan.floor})" if plan.floor != plan.lowest_in_service else ""
    yield "in service", f"at least {plan.lowest_in_service}{floor}"
    yield "waits for", _waits_for(plan)
    yield "on failure", f"{_fails_when(plan)}, {_then(preview)}"
    yield "duration", _duration(plan, preview.last_boots)
    yield "API calls", f"at least {_fewest_calls(plan)}"


def _round_rows(rounds: tuple[PlannedRound, ...]) -> Iterator[Row]:
    """Equal rounds in one row; where that is still many, all but the first and the last become ranges."""
    runs = [list(run) for _, run in groupby(rounds)]
    if len(runs) > MOST_RUNS:
        middle = [each for run in runs[1:-1] for each in run]
        runs = [runs[0], middle, runs[-1]]
    number = 1
    for run in runs:
        last = number + len(run) - 1
        label = f"round {number}" if last == number else f"rounds {number}-{last}"
        each = ", each" if len(run) > 1 else ""
        gone, come = _range([r.terminate for r in run]), _range([r.launch for r in run])
        yield label, f"terminate {gone}, launch {come}{each}"
        number = last + 1


def _range(counts: list[int]) -> str:
    low, high = min(counts), max(counts)
    return str(low) if low == high else f"{low}-{high}"


def _waits_for(plan: Plan) -> str:
    if plan.signals:
        return f"a SUCCESS signal from each new instance, at most {span(plan.pause)} each"
    if plan.pause:
        return f"each new instance to be in service, then {span(plan.pause)} after each round"
    return "each new instance to be in service"


def _fails_when(plan: Plan) -> str:
    if not plan.tolerated:
        return "with the first failed instance"
    if plan.tolerated >= plan.replace:
        return "not for failed instances, all are tolerated; for anything else"
    return f"with more than {plan.tolerated} of {instances(plan.replace)} failed"


def _then(preview: Preview) -> str:
    if preview.leaves:
        return "stops and leaves the group as it is (onFailure: leave)"
    if preview.returns_to is None:
        return "stops; there is no other revision to return to"
    return f"rolls back to {preview.returns_to}"


def _duration(plan: Plan, boots: Boots | None) -> str:
    expected = time_left(boots, plan.replace, plan.batch, plan.pacing) if boots and plan.batch else None
    if plan.signals:
        if expected is None:
            return f"at most {span(plan.longest)}, if every wait takes its whole time"
        low, high = min(expected[0], plan.longest), min(expected[1], plan.longest)
        return f"{time_range(low, high)}, by the boots seen before; at most {span(plan.longest)}"
    pauses = f"at most {span(plan.longest)} of pauses, and " if plan.pause else ""
    if expected is None:
        return f"{pauses}the time of the boots, not known yet"
    return f"{pauses}{time_range(*expected)} of boots, by those seen before"


def _fewest_calls(plan: Plan) -> int:
    """A call for each look and for each act; a real cloud takes more looks than an ideal one."""
    return plan.decisions + sum(each.terminate for each in plan.rounds) + (2 if plan.resize else 0)


def _folded(differences: tuple[str, ...]) -> list[str]:
    if len(differences) <= MOST_DIFFERENCES:
        return list(differences)
    more = len(differences) - MOST_DIFFERENCES + 1
    return [*differences[: MOST_DIFFERENCES - 1], f"and {more} more"]
