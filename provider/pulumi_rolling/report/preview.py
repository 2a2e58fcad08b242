"""A rollout that has not begun, told in rows: what the terminal, `pulumi preview` and a pull request all show.

A row is a label and a sentence. Text and Markdown only set them differently, so they cannot contradict each other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from pulumi_rolling.core.delegate.plan import DelegatePlan
from pulumi_rolling.core.explain import time_range
from pulumi_rolling.core.model.commands import command
from pulumi_rolling.core.model.goal import OnFailure
from pulumi_rolling.core.replace.forecast import time_left
from pulumi_rolling.core.replace.gates import stops
from pulumi_rolling.core.replace.limits import Choice, Guard, Limits, Pacing, ZoneOrder
from pulumi_rolling.core.replace.plan import Plan, PlannedRound
from pulumi_rolling.core.replace.rollout import Boots
from pulumi_rolling.report.delegated_preview import delegated_rows
from pulumi_rolling.report.wording import INSTANCE, Noun, Row, counted, ends, instances, listed, span

MOST_DIFFERENCES = 6
MOST_RUNS = 4
"""Runs of equal rounds that are listed one by one."""

_LOST = "as the window slides: no new starts while overdue instances make a lost roll likely"
_GUARDS = {
    Guard.FAST: f"fast, {_LOST} (stops late)",
    Guard.BALANCED: f"balanced, {_LOST}",
    Guard.CAUTIOUS: f"cautious, {_LOST} (stops early)",
    Guard.OFF: "off: overdue instances stop no new starts",
}
_CHOICES = {
    Choice.WAIT: "waited for, one hour at most",
    Choice.IGNORE: "left as they are",
    Choice.REPLACE: "old ones are replaced, too",
}


@dataclass(frozen=True, slots=True)
class Preview:
    """Facts that are known before a rollout. Revisions are named as people name them, e.g. ``version 3``."""

    group: str
    plan: Plan | DelegatePlan | None
    """The plan; None where there is none to show, and ``nothing`` or ``pointer_only`` says why."""
    came_from: str | None
    """The former revision; None where it is not known, or where there was none."""
    to: str | None
    """The target; None where it is known only after apply, so that the plan counts every member that may have to go."""
    differences: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    pointer_only: bool = False
    """The contents are equal: nothing is replaced, and only the pointer moves."""
    nothing: bool = False
    returns_to: str | None = None
    """The revision that a failed rollout goes back to; None: there is no way back."""
    leaves: bool = False
    """A failed rollout stops where it is (``onFailure: leave``)."""
    last_boots: Boots | None = None
    """Boot times of an earlier rollout of the group."""
    where: str = ""
    """Where the cloud has the group: a name may be there in every region and account."""
    call: str = ""
    """The group as a command has to name it; empty where the plan is of no group that is there."""
    noun: Noun = INSTANCE
    moves_alone: bool = False
    """Nobody is there to be replaced, and an operation changes what new members are made from."""


def headline(preview: Preview) -> str:
    """The whole preview in one line, with where that is."""
    where = f", in {preview.where}" if preview.where else ""
    return f"{_what_happens(preview)}{where}"


def _what_happens(preview: Preview) -> str:
    to = preview.to or "a version known after apply"
    way = f"{preview.came_from} -> {to}" if preview.came_from else f"to {to}"
    if preview.pointer_only:
        return f"{preview.group}: nothing to replace, only the pointer moves, {way} (equal contents)"
    if preview.moves_alone:
        return f"{preview.group}: no {preview.noun[1]} to replace, new ones are of another revision, {way}"
    if preview.nothing or preview.plan is None or not preview.plan.replace:
        runs = f", all {preview.noun[1]} run {preview.to}" if preview.to else ""
        return f"{preview.group}: nothing to replace{runs}"
    if preview.came_from == preview.to:
        return f"{preview.group}: replacing {counted(preview.plan.replace, preview.noun)}, all of {preview.to} again"
    most = "" if preview.to else "up to "
    return f"{preview.group}: replacing {most}{counted(preview.plan.replace, preview.noun)}, {way}"


def rows(preview: Preview) -> list[Row]:
    """Rows below the headline, in the order in which they are read."""
    told = [("changes", line) for line in _folded(preview.differences)]
    if preview.plan is not None and preview.plan.replace and not preview.nothing:
        plan = preview.plan
        if isinstance(plan, DelegatePlan):
            told += delegated_rows(
                plan, preview.returns_to, preview.call, preview.noun, leaves=preview.leaves
            )
        else:
            told += _plan_rows(preview, plan)
    told += [("note", note) for note in preview.notes]
    return told + [("warning", warning) for warning in preview.warnings]


def _plan_rows(preview: Preview, plan: Plan) -> Iterator[Row]:
    if plan.resize:
        raised = instances(plan.launch_first)
        desired = plan.capacity - plan.launch_first
        yield "capacity", f"{desired} -> {plan.capacity} during the roll, {raised} launched first"
    if plan.pacing is Pacing.LOCK_STEP:
        yield from _round_rows(plan.rounds)
    else:
        yield "window", _window(plan)
        yield "guard", _GUARDS[plan.limits.guard]
    yield from _stop_rows(plan, preview.call)
    floor = f" (floor {plan.floor})" if plan.floor != plan.lowest_in_service else ""
    yield "in service", f"at least {plan.lowest_in_service}{floor}"
    yield "waits for", _waits_for(plan)
    yield from _watch_rows(plan.limits)
    yield from _order_rows(plan.limits)
    yield "on failure", f"{_fails_when(plan)}, {_then(preview, plan.limits)}"
    if plan.limits.keep_failed:
        yield "keeps", _keeps(plan.limits.keep_failed)
    yield "losses", f"the same with more than {plan.losses} lost after having been ready"
    yield "duration", _duration(plan, preview.last_boots)
    yield "API calls", f"at least {fewest_calls(plan)}"


def _window(plan: Plan) -> str:
    first = max(1, plan.limits.canary)
    if plan.limits.slow_start and first < plan.batch:
        return (
            f"{first} at a time at first, one more with each that is ready, up to {plan.batch}; "
            "the next as soon as one is ready"
        )
    return f"{plan.batch} at a time, the next as soon as one is ready"


def _stop_rows(plan: Plan, call: str) -> Iterator[Row]:
    limits = plan.limits
    found = stops(limits, plan.replace)
    places = []
    if limits.canary:
        places.append("after the canary")
        soak = f", watched for {span(limits.soak)} once ready" if limits.soak else ""
        first = instances(min(limits.canary, plan.replace))
        yield "canary", f"{first} first{soak}; a failed one ends the roll"
    standing = [stop for stop in found if stop.percent is not None]
    if standing:
        places.append("at each checkpoint")
        delay = f", {span(limits.checkpoint_delay)} each" if limits.checkpoint_delay else ""
        percents = listed([f"{stop.percent:g}" for stop in standing])
        counts = listed([str(stop.count) for stop in standing])
        yield "checkpoints", f"at {percents} % ({counts} of {plan.replace}){delay}"
    if limits.approval:
        yield "approval", f"asked for {' and '.join(places)}: {command('approve', call)} or 'reject'"


def _watch_rows(limits: Limits) -> Iterator[Row]:
    if limits.alarms:
        yield "alarms", f"{listed(list(limits.alarms))}: ALARM ends the roll"
    if limits.bake:
        who = "alarms and instances" if limits.alarms else "instances"
        yield "bake", f"{who} are watched for {span(limits.bake)} after the last one is ready"
    own = ["the policy's probe of each new instance"] if limits.probes else []
    if limits.before_terminate is not None:
        own.append(f"beforeTerminate for each in service that goes, at most {span(limits.before_terminate)}")
    if own:
        yield "runs", f"{listed(own)}; where 'pulumi up' runs, with its environment"
    if limits.drain is not None:
        yield "drain", f"instances that leave are waited for, at most {span(limits.drain)} each"


def _order_rows(limits: Limits) -> Iterator[Row]:
    """Rows for what is not the default, or each plan would tell of instances that the group does not have."""
    if limits.zone_order is ZoneOrder.ONE_AT_A_TIME:
        yield "zones", "one after another"
    if limits.standby is not Choice.IGNORE:
        yield "standby", _CHOICES[limits.standby]
    if limits.protected is not Choice.REPLACE:
        yield "protected", _CHOICES[limits.protected]
    if limits.warm_pool is not Choice.REPLACE:
        yield "warm pool", _CHOICES[limits.warm_pool]


def _round_rows(rounds: tuple[PlannedRound, ...]) -> Iterator[Row]:
    """Rows of the rounds, equal ones in one; of too many, all but the first and the last become ranges."""
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
    limits = plan.limits
    parts = [
        "a SUCCESS signal from each new instance" if plan.signals else "each new instance to be in service"
    ]
    if limits.target_health:
        parts.append("healthy in every target group")
    if limits.status_checks:
        parts.append("past EC2's status checks")
    if limits.probes:
        parts.append("an answer to the policy's own probe")
    clock = plan.pause if plan.signals else limits.ready_within
    if clock is not None:
        parts.append(f"at most {span(clock)} each")
    if limits.warm_up:
        parts.append(f"then {span(limits.warm_up)} of warm-up")
    if plan.pause and not plan.signals:
        parts.append(f"then {span(plan.pause)} after each round")
    return ", ".join(parts)


def _fails_when(plan: Plan) -> str:
    if not plan.tolerated:
        return "with the first failed instance"
    if plan.tolerated >= plan.replace:
        return "not for failed instances, all are tolerated; for anything else"
    return f"with more than {plan.tolerated} of {instances(plan.replace)} failed"


def _keeps(count: int) -> str:
    if count == 1:
        return (
            "the first failed instance in service, out of the group; it runs and costs until somebody ends it"
        )
    which = f"the first {count} failed instances in service"
    return f"{which}, out of the group; they run and cost until somebody ends them"


def _then(preview: Preview, limits: Limits) -> str:
    if limits.on_failure is OnFailure.HOLD:
        return f"stops and waits for {command('retry', preview.call)}, 'skip', 'resume' or 'abort' (onFailure: hold)"
    if preview.leaves:
        return "stops and leaves the group as it is (onFailure: leave)"
    if preview.returns_to is None:
        return "stops; there is no other revision to return to"
    return f"rolls back to {preview.returns_to}"


def _duration(plan: Plan, boots: Boots | None) -> str:
    expected = likely(plan, boots)
    parts = []
    if plan.signals:
        longest = longest_wait(plan)
        if expected is None:
            parts.append(f"at most {span(longest)}, if every wait takes its whole time")
        else:
            parts.append(f"{time_range(*expected)}, by the boots seen before; at most {span(longest)}")
    else:
        pauses = f"at most {span(plan.longest)} of pauses, and " if plan.pause else ""
        seen = "the time of the boots, not known yet"
        if expected is not None:
            seen = f"{time_range(*expected)} of boots, by those seen before"
        parts.append(f"{pauses}{seen}")
    if plan.fixed_waits:
        parts.append(f"{span(plan.fixed_waits)} of {_named_waits(plan.limits)} on top")
    return "; ".join([*parts, *ends(plan.limits.timeout, approval=plan.limits.approval)])


def likely(plan: Plan, boots: Boots | None) -> tuple[float, float] | None:
    """Seconds that the waits take by the boots seen before; where signals are awaited, at most ``longest_wait``."""
    expected = time_left(boots, plan.replace, plan.batch, plan.pacing) if boots and plan.batch else None
    if expected is None or not plan.signals:
        return expected
    longest = longest_wait(plan)
    return min(expected[0], longest), min(expected[1], longest)


def longest_wait(plan: Plan) -> float:
    """Seconds at most of the members' own clocks, as many times as the dry run launched one after another.

    A canary and a slow start need more launches than the window alone; a victim is waited for in the same slot.
    """
    launches = sum(each.launch > 0 for each in plan.rounds) + plan.resize
    slot = max(plan.pause + plan.limits.warm_up, plan.limits.drain or 0.0)
    slot += plan.limits.before_terminate or 0.0
    return max(plan.longest, launches * slot)


def _named_waits(limits: Limits) -> str:
    waits = (("soak", limits.soak), ("checkpoints", limits.checkpoint_delay), ("bake", limits.bake))
    return listed([name for name, seconds in waits if seconds])


def fewest_calls(plan: Plan) -> int:
    """A call for each look and for each act; a real cloud takes more looks than an ideal one."""
    return plan.decisions + sum(each.terminate for each in plan.rounds) + (2 if plan.resize else 0)


def _folded(differences: tuple[str, ...]) -> list[str]:
    if len(differences) <= MOST_DIFFERENCES:
        return list(differences)
    more = len(differences) - MOST_DIFFERENCES + 1
    return [*differences[: MOST_DIFFERENCES - 1], f"and {more} more"]
