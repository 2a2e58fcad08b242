"""The one count of a rollout that status, watch, list and JSON tell: replaced, in service, waited for, failed.

The driver alone knows what the policy wants of a member, so its own count goes first where it is of the same way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pulumi_rolling.core.replace.rollout import Rollout
from pulumi_rolling.report.member_progress import Count, count
from pulumi_rolling.report.standing import GroupStatus, OperationStatus, Standing


@dataclass(frozen=True, slots=True)
class Counted:
    replaced: int
    total: int
    in_service: int | None = None
    """None where nobody looked at the members."""
    coming: tuple[str, ...] = ()
    """Members that are waited for, by name."""
    unseen: int = 0
    """Launches that the group still owes."""


def counted(standing: Standing[Any]) -> Counted:
    """What is true now, or where nobody looked what the driver last said."""
    if isinstance(standing, OperationStatus):
        way = standing.rollout.way
        return Counted(way.done, way.total, standing.seen.in_service)
    if not isinstance(standing, GroupStatus):
        said = standing.status
        return Counted(0, standing.rollout.way.total) if said is None else Counted(said.replaced, said.total)
    now = count(standing.rollout, standing.members)
    return Counted(_replaced(standing, now), now.total, now.in_service, now.coming, now.unseen)


def _replaced(standing: GroupStatus, now: Count) -> int:
    said = standing.status
    if said is None or said.direction is not standing.rollout.direction or said.total != now.total:
        return now.replaced
    return said.replaced


def failures(rollout: Rollout) -> int:
    return rollout.failures
