"""When members and refresh are asked for: soon where they can have moved, and seldom while the group shows nothing new.

A group tells how many of its members are in which state, and a refresh moves by its members. A checkpoint that ends
and a stranger's word move none, so what was told serves for a while and no longer. What we did is looked for at every
look until it is seen, and nothing is done on what was told earlier (``Sight.whole``).
"""

from __future__ import annotations

from dataclasses import dataclass

from pulumi_rolling.core.delegate.delegating import Delegating
from pulumi_rolling.fleets.alibaba.api import Answer
from pulumi_rolling.fleets.ess_scaling_group import description as described
from pulumi_rolling.fleets.ess_scaling_group import refresh_answers as answers
from pulumi_rolling.fleets.ess_scaling_group.group import Look
from pulumi_rolling.fleets.rhythm import Rhythm


@dataclass(frozen=True, slots=True)
class Told:
    """The last look that asked for all: group, members, refreshes."""

    look: Look
    refreshes: list[Answer]


def still_serves(before: Told, group: Answer, at: float, rollout: Delegating, rhythm: Rhythm) -> bool:
    """Whether members and refreshes are told again as they were: of an active refresh of ours, and no act unseen."""
    active = next((each for each in before.refreshes if not answers.is_over(each)), None)
    earlier = rollout.earlier.operation if rollout.earlier is not None else ""
    if active is None or rollout.issued or described.counts(group) is None:
        return False
    if active["InstanceRefreshTaskId"] not in (rollout.way.operation, earlier):
        return False
    ends = active.get("FinishedUpdateCapacity") == active.get("TotalNeedUpdateCapacity")
    moved = _shape(group) != _shape(before.look.group)
    return rhythm.serves(at - before.look.at, is_near=moved or ends)


def _shape(group: Answer) -> object:
    return described.counts(group), described.pointer(group), described.suspended(group)
