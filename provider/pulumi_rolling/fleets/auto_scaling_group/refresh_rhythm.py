"""When the refresh itself is asked for: soon where it can have moved, and seldom while its group shows nothing new.

One description serves every group of this process, and each refresh is a call of its own. A refresh moves by its
members, which the group's description shows; a checkpoint that ends, a bake or a stranger's word moves no member, so
what was told serves for a while and no longer. What we did to it is looked for at every look until it is seen.
"""

from __future__ import annotations

from dataclasses import dataclass

from pulumi_rolling.core.delegate.delegating import Delegating
from pulumi_rolling.fleets.auto_scaling_group import description as described
from pulumi_rolling.fleets.auto_scaling_group import refresh_answers as answers
from pulumi_rolling.fleets.aws.api import Answer
from pulumi_rolling.fleets.aws.shared_poll import Look
from pulumi_rolling.fleets.rhythm import Rhythm

BAKING = "Baking"


@dataclass(frozen=True, slots=True)
class Told:
    """What the service told of its refreshes, and what the group showed then."""

    refreshes: list[Answer]
    at: float
    shape: object


def told(refreshes: list[Answer], look: Look) -> Told:
    return Told(refreshes, look.at, _shape(look))


def still_serves(before: Told, look: Look, rollout: Delegating, rhythm: Rhythm) -> bool:
    """Whether what was told before is told again: of an active refresh of ours, with nothing of ours to be seen."""
    active = next((each for each in before.refreshes if not answers.is_over(each)), None)
    earlier = rollout.earlier.operation if rollout.earlier is not None else ""
    if (
        active is None
        or rollout.issued
        or active["InstanceRefreshId"] not in (rollout.way.operation, earlier)
    ):
        return False
    moved = _shape(look) != before.shape
    ends = active["Status"] != BAKING and not active.get("InstancesToUpdate")
    return rhythm.serves(look.at - before.at, is_near=moved or ends)


def _shape(look: Look) -> object:
    group = look.description
    members = frozenset(
        (each["InstanceId"], each["LifecycleState"], each.get("HealthStatus"))
        for each in group.get("Instances", [])
    )
    return members, described.suspended(group)
