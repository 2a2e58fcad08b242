"""What a look still has to find out, beside what the group says of its members in any case.

A fleet asks for nothing else: each question costs calls. The answers are what ``judge`` and the census read.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from pulumi_rolling.core.model.codes import Step
from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.core.model.member import Lifecycle, Member
from pulumi_rolling.core.replace.census import is_new, is_sound, is_working
from pulumi_rolling.core.replace.look import Look
from pulumi_rolling.core.replace.rollout import Rollout
from pulumi_rolling.core.shared.asked import unheard

_COUNTING = frozenset({Step.PREPARE, Step.ROLL, Step.BAKE, Step.RESIZE})
_ALARMED = frozenset({Step.PREPARE, Step.ROLL, Step.BAKE})
_FILLING = frozenset({Step.PREPARE, Step.ROLL})


def proves_members(rollout: Rollout) -> bool:
    """Health behind load balancers and status checks can still matter."""
    return rollout.step in _COUNTING


def judges_by_health(look: Look) -> bool:
    """Health decides how members are judged and counted at this look, whatever else it brings.

    Beyond that it decides who may go, and whether the floor holds: that is asked for where victims are picked.
    """
    rollout = look.rollout
    if not proves_members(rollout):
        return False
    # A member that somebody skips counts only while it serves.
    said = rollout.way.skipped or unheard(look.seen.requests, rollout.handled)
    return bool(said) or any(is_sound(m) for m in look.census.unjudged)


def watches_alarms(rollout: Rollout) -> bool:
    """Alarms count on the way forward alone, and not once the verdict is given."""
    over = rollout.direction is Direction.BACK or rollout.verdict is not None
    return not over and rollout.step in _ALARMED


def looks_outside(rollout: Rollout) -> bool:
    """Members may still enter from a warm pool."""
    return rollout.step in _FILLING


def looks_for_others(rollout: Rollout) -> bool:
    """Another operation on the group would still be in our way, or we in its."""
    return rollout.step in _COUNTING and not rollout.gives_up


def here(members: Iterable[Member]) -> list[Member]:
    return [m for m in members if m.lifecycle is not Lifecycle.LEAVING]


def unproved(rollout: Rollout, members: Iterable[Member]) -> list[Member]:
    """New members whose fate is open; those launched before the watermark never have to prove anything."""
    way, wanted = rollout.way, rollout.target.digest
    judged = way.succeeded | {failure.id for failure in (*way.failed, *way.lost)}
    return [
        m
        for m in here(members)
        if m.revision.digest == wanted
        and m.id not in judged
        and (way.watermark is None or is_new(rollout, m))
    ]


def may_be_ready(rollout: Rollout, members: Iterable[Member]) -> bool:
    """Some new member lacks at most what is asked for beside the group: its health, checks, signal or probe."""
    return any(is_sound(m) for m in unproved(rollout, members))


def undated(rollout: Rollout, members: Iterable[Member], at: float, clock: float) -> list[Member]:
    """Members whose launch time is asked for. The first look of a direction dates all, since it tells old from new.

    Later ones came under our eyes and are new. Their launch matters when they may be ready, so that their boot is
    measured, and when their ``clock`` may have run out. One such look asks for all, as one request does for one.
    """
    if rollout.way.watermark is None:
        return [m for m in here(members) if m.launched_at is None]
    unknown = [m for m in unproved(rollout, members) if m.launched_at is None]
    return unknown if any(_is_dating_due(m, at, clock) for m in unknown) else []


def _is_dating_due(member: Member, at: float, clock: float) -> bool:
    return member.launched_after is None or is_working(member) or at - member.launched_after >= clock


def revocable(rollout: Rollout, members: Iterable[Member]) -> list[Member]:
    """Members that succeeded, the youngest first: a later FAILURE of theirs still counts.

    "Signals may only be updated with a FAILURE status" (CloudFormation, facts/cloudformation.md B.4).
    """
    succeeded = [m for m in here(members) if m.id in rollout.way.succeeded]
    return sorted(succeeded, key=lambda m: m.launched_at or math.inf, reverse=True)
