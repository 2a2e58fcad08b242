"""The forms of a decision: acts that are written down first, a wait that knows its clocks, and the end.

Whether to act or to wait is ``decide``'s; when to look again and what the status says is the same for all.
"""

from __future__ import annotations

import math
from collections.abc import Collection

from pulumi_rolling.core.model.codes import ReasonCode, Step
from pulumi_rolling.core.model.decision import Because, Decision, Outcome, Status
from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.core.replace.actions import Action, Terminate
from pulumi_rolling.core.replace.acts import issue
from pulumi_rolling.core.replace.budget import occupied_until, slot_clock, stalled_at
from pulumi_rolling.core.replace.census import is_in_service
from pulumi_rolling.core.replace.forecast import time_left
from pulumi_rolling.core.replace.keeping import keep_some
from pulumi_rolling.core.replace.limits import Limits
from pulumi_rolling.core.replace.look import Look
from pulumi_rolling.core.replace.looks import after_boots
from pulumi_rolling.core.replace.observation import roster_of
from pulumi_rolling.core.replace.rollout import Decided, Rollout, replace
from pulumi_rolling.core.shared import ended, pace


def act(look: Look, actions: tuple[Action, ...], because: Because) -> Decided:
    actions = keep_some(look, actions)
    issued = issue(look.rollout, actions, look.at)
    lowest, after = issued.ours.lowest, _in_service_after(actions, look)
    least = after if lowest is None else min(lowest, after)
    started = sum(isinstance(a, Terminate) and a.relaunch for a in actions)
    # Of other acts the next step waits to see the effect.
    again = after_boots(look, started) if all(isinstance(a, Terminate) for a in actions) else None
    due, now = _next_clock(look), look.with_rollout(replace(issued, ours=replace(issued.ours, lowest=least)))
    if again is None:
        return Decision(now.rollout, actions, look.at + look.limits.poll, because, status_of(now))
    again = _not_after(due, look, again)
    return Decision(now.rollout, actions, again, because, status_of(now), by_boots=True)


def _not_after(due: float, look: Look, again: float) -> float:
    return max(look.at + look.limits.poll / 4, min(again, due))


def _in_service_after(actions: tuple[Action, ...], look: Look) -> int:
    """Victims are members that counted, so each one in service is one less."""
    gone = [a.member for a in actions if isinstance(a, Terminate)]
    if not gone:
        return look.census.in_service
    found = roster_of(look.seen).find(gone)
    return look.census.in_service - sum(is_in_service(m) for m in found.values())


def wait(look: Look, because: Because, until: float | None = None, suspects: Collection[str] = ()) -> Decided:
    """No act; the next look is when anything may be new. ``suspects``: those for whom the guard holds new starts."""
    due = _next_clock(look)
    if until is not None:
        due = min(due, until)
    again = after_boots(look, suspects=suspects)
    if again is not None:
        again = _not_after(due, look, again)
        return Decision(look.rollout, (), again, because, status_of(look), quiet_until=due, by_boots=True)
    again = look_after(look.limits, look.rollout, look.at, due)
    return Decision(look.rollout, (), again, because, status_of(look), quiet_until=due)


def ask_health(look: Look) -> Decided:
    """No act: what comes next hangs on health, for which this look did not ask."""
    again = look.at + look.limits.poll
    return Decision(look.rollout, (), again, Because(ReasonCode.UNSEEN), status_of(look), asks_health=True)


def look_after(limits: Limits, rollout: Rollout, at: float, due: float) -> float:
    """When to look again after a look at ``at`` that brought nothing new, the next clock running out at ``due``."""
    attentive = rollout.way.waits_for_somebody
    return pace.look_after(limits.poll, rollout.progress_at, at, due, attentive=attentive)


def looks_until(
    limits: Limits, rollout: Rollout, again: float, until: float, due: float, longest: float
) -> tuple[float, int]:
    """Skip the looks that would bring nothing new: when the next useful one is, and how many were skipped.

    The useful one is at or after ``until``; ``longest``: no two looks are further apart. Right after something happened
    they follow each other evenly.
    """
    idle, poll = 0, limits.poll
    even = -math.inf if rollout.way.waits_for_somebody or poll > longest else rollout.progress_at + 10 * poll
    while again < until:
        if again <= even and again + poll <= due:
            again += poll
        else:
            again = min(look_after(limits, rollout, again, due), again + longest)
        idle += 1
    return again, idle


def _next_clock(look: Look) -> float:
    """When the next of the clocks runs out that ``judge`` and the verdicts read."""
    limits, rollout, census, at = look.limits, look.rollout, look.census, look.at
    way = rollout.way
    later = [stalled_at(limits, rollout), *([occupied_until(rollout)] if census.occupied else [])]
    later += [since + within for _, since in way.missing for within in (limits.settle, slot_clock(limits))]
    later += [o.at + slot_clock(limits) for o in way.openings]
    due = [clock for clock in later if clock > at]
    if rollout.deadline is not None and rollout.direction is Direction.FORWARD:
        due.append(rollout.deadline)
    clock = slot_clock(limits)
    due += [m.from_at + clock for m in census.unjudged if m.from_at is not None]
    due += [i.at + limits.settle for i in rollout.ours.issued]
    due += [since + limits.warm_up for _, since in way.warming]
    if limits.drain is not None:
        due += [since + limits.drain for _, since in way.draining]
    return min(due, default=math.inf)


def stand_by(limits: Limits, rollout: Rollout, at: float, because: Because) -> Decided:
    """No acts and no judgement: the rollout is over, not ours, turning, or not fully seen."""
    status = Status(rollout.step, rollout.direction, 0, 0, 0, rollout.way.total, (), 0, None)
    outcome = outcome_of(rollout) if rollout.step is Step.DONE else None
    return Decision(rollout, (), at + limits.poll, because, status, outcome)


def status_of(look: Look) -> Status:
    limits, rollout, census = look.limits, look.rollout, look.census
    way = rollout.way
    left = len(census.candidates) + census.slots
    return Status(
        step=rollout.step,
        direction=rollout.direction,
        in_service=census.in_service,
        ready=census.ready,
        replaced=max(0, way.total - left),
        total=way.total,
        waiting_for=tuple([m.id for m in census.unjudged[:5]]),
        waiting_count=census.slots,
        time_left=time_left(way.boots, left, max(1, way.batch), limits.pacing, rollout.prior)
        if _moves(look)
        else None,
        failed=rollout.failures,
    )


def _moves(look: Look) -> bool:
    """Something is in flight, or was just begun: launches that do not come say nothing of the time that is left."""
    census, openings = look.census, look.rollout.way.openings
    if census.unjudged or not openings:
        return True
    return look.at - openings[0].at < look.limits.settle


def outcome_of(rollout: Rollout) -> Outcome:
    whole = rollout.way.unfilled is None
    return ended.outcome(rollout.direction, rollout.verdict, rollout.back_failed, whole=whole)
