"""The forms of a decision: acts that are written down first, a wait that knows its clocks, and the end.

Whether to act or to wait is ``decide``'s; when to look again and what the status says is the same for all.
"""

from __future__ import annotations

import math

from pulumi_rolling.core.model.codes import Step
from pulumi_rolling.core.model.decision import Because, Decision, Outcome, Status
from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.core.replace.actions import Action, Terminate
from pulumi_rolling.core.replace.acts import issue
from pulumi_rolling.core.replace.budget import occupied_until, slot_clock, stalled_at
from pulumi_rolling.core.replace.census import Census, is_in_service
from pulumi_rolling.core.replace.forecast import time_left
from pulumi_rolling.core.replace.limits import Limits
from pulumi_rolling.core.replace.observation import Observation
from pulumi_rolling.core.replace.rollout import Rollout, replace
from pulumi_rolling.core.replace.roster import roster_of

ATTENTIVE = 3.0
"""Polls between two looks, at most, while somebody's word is waited for."""


def act(
    limits: Limits,
    rollout: Rollout,
    seen: Observation,
    census: Census,
    actions: tuple[Action, ...],
    because: Because,
) -> Decision:
    issued = issue(rollout, actions, seen.at)
    after = _in_service_after(actions, seen, census)
    issued = replace(
        issued,
        ours=replace(
            issued.ours, lowest=after if issued.ours.lowest is None else min(issued.ours.lowest, after)
        ),
    )
    return Decision(issued, actions, seen.at + limits.poll, because, status_of(limits, issued, seen, census))


def _in_service_after(actions: tuple[Action, ...], seen: Observation, census: Census) -> int:
    """Victims are members that counted, so each one in service is one less."""
    gone = [a.member for a in actions if isinstance(a, Terminate)]
    if not gone:
        return census.in_service
    return census.in_service - sum(is_in_service(m) for m in roster_of(seen).find(gone).values())


def wait(
    limits: Limits,
    rollout: Rollout,
    seen: Observation,
    census: Census,
    because: Because,
    until: float | None = None,
) -> Decision:
    """Look again soon after something happened, then ever less often; never later than a clock that runs out."""
    due = _next_clock(limits, rollout, seen, census)
    if until is not None:
        due = min(due, until)
    again = look_after(limits, rollout, seen.at, due)
    return Decision(rollout, (), again, because, status_of(limits, rollout, seen, census), quiet_until=due)


def look_after(limits: Limits, rollout: Rollout, at: float, due: float) -> float:
    """When to look again after a look at ``at`` that brought nothing new, the next clock running out at ``due``."""
    quiet = max(limits.poll, min(30.0, (at - rollout.progress_at) / 10))
    if rollout.way.waits_for_somebody:
        # Somebody who has just spoken at another terminal waits for what happens.
        quiet = min(quiet, ATTENTIVE * limits.poll)
    return max(at + limits.poll / 4, min(at + quiet, due))


def looks_until(
    limits: Limits, rollout: Rollout, again: float, until: float, due: float, longest: float
) -> tuple[float, int]:
    """The first of the looks from ``again`` on that is not before ``until``, and how many bring nothing new before it.

    ``longest``: no two looks are further apart. Right after something happened they follow each other evenly.
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


def _next_clock(limits: Limits, rollout: Rollout, seen: Observation, census: Census) -> float:
    """When the next of the clocks runs out that ``judge`` and the verdicts read."""
    later = [stalled_at(limits, rollout), *([occupied_until(rollout)] if census.occupied else [])]
    later += [since + limits.settle for _, since in rollout.way.missing]
    later += [o.at + limits.boot_limit for o in rollout.way.openings]
    due = [at for at in later if at > seen.at]
    if rollout.deadline is not None and rollout.direction is Direction.FORWARD:
        due.append(rollout.deadline)
    clock = slot_clock(limits)
    due += [m.launched_at + clock for m in census.unjudged if m.launched_at is not None]
    due += [i.at + limits.settle for i in rollout.ours.issued]
    due += [since + limits.warm_up for _, since in rollout.way.warming]
    if limits.drain is not None:
        due += [since + limits.drain for _, since in rollout.way.draining]
    return min(due, default=math.inf)


def hold(limits: Limits, rollout: Rollout, seen: Observation, because: Because) -> Decision:
    """No acts and no judgement: the rollout is over, not ours, turning, or not fully seen."""
    status = Status(rollout.step, rollout.direction, 0, 0, 0, rollout.way.total, (), 0, None)
    outcome = outcome_of(rollout) if rollout.step is Step.DONE else None
    return Decision(rollout, (), seen.at + limits.poll, because, status, outcome)


def status_of(limits: Limits, rollout: Rollout, seen: Observation, census: Census) -> Status:
    replaced = max(0, rollout.way.total - len(census.candidates) - census.slots)
    left = len(census.candidates) + census.slots
    return Status(
        step=rollout.step,
        direction=rollout.direction,
        in_service=census.in_service,
        ready=census.ready,
        replaced=replaced,
        total=rollout.way.total,
        waiting_for=tuple([m.id for m in census.unjudged[:5]]),
        waiting_count=census.slots,
        time_left=time_left(rollout.way.boots, left, max(1, rollout.way.batch), limits.pacing, rollout.prior),
    )


def outcome_of(rollout: Rollout) -> Outcome:
    if rollout.verdict is None and rollout.back_failed is None:
        return Outcome(done=True)
    return Outcome(False, rollout.direction is Direction.BACK and rollout.back_failed is None)
