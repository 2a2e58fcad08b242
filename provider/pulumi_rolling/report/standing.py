"""A rollout that another process drives, or that nobody drives any more, as its record and its driver's words have it.

Which machine's rollout it is decides what more is known: members that we picked, or an operation of the service.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from pulumi_rolling.core.delegate.delegating import Delegating
from pulumi_rolling.core.delegate.observation import Delegated
from pulumi_rolling.core.explain import has_time_left, time_range
from pulumi_rolling.core.model.decision import Because, Status
from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.core.model.member import Member
from pulumi_rolling.core.model.seen import Request
from pulumi_rolling.core.replace.rollout import Rollout
from pulumi_rolling.report.wording import Row, span

R = TypeVar("R", Rollout, Delegating)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing(Generic[R]):
    """One group's record as it is read at ``at``."""

    group: str
    at: float
    rollout: R
    owner: str
    """The short name of the resource whose rollout it is."""
    driver: str | None
    """The holder of the lease; None when it was given back."""
    lease_until: float | None
    has_ended: bool = False
    """Its process was of this machine and is there no more."""
    because: Because | None = None
    """The driver's last reason; None: it has not told any."""
    status: Status | None = None
    """The status that the driver told together with ``because``."""
    said_at: float | None = None
    call: str = ""
    """The group as a command has to name it, where its name alone is not enough."""
    asked: tuple[Request, ...] = ()
    """Requests that the driver has not taken up yet."""

    @property
    def addressed(self) -> str:
        """The group as a command has to name it."""
        return self.call or self.group

    @property
    def is_driven(self) -> bool:
        """Somebody may renew the lease."""
        return self.lease_until is not None and self.lease_until > self.at and not self.has_ended


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupStatus(Standing[Rollout]):
    """A rollout of the replace machine, and the group's members as they are seen then."""

    members: Sequence[Member]


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationStatus(Standing[Delegating]):
    """A rollout of the delegate machine, and the operations on the group as they are told then."""

    seen: Delegated


Either = GroupStatus | OperationStatus


def way(standing: Standing[Any]) -> str:
    """The direction, and whether anybody drives: ``web: rolling to version 2``."""
    rollout = standing.rollout
    back = rollout.direction is Direction.BACK
    whither = f"going back to {rollout.goal.came_from}" if back else f"rolling to {rollout.goal.to}"
    return f"{standing.group}: {'' if standing.is_driven else 'stopped while '}{whither}"


def opening_rows(standing: Either) -> list[Row]:
    """Whose rollout it is, and since when."""
    rollout = standing.rollout
    return [
        ("rollout", f"{rollout.goal.id} of resource {standing.owner}"),
        ("since", f"{moment(rollout.started_at)} ({ago(standing.at - rollout.started_at)})"),
    ]


def asked_rows(standing: Either) -> list[Row]:
    """What people have asked for that the driver has not taken up."""
    return [("asked", f"{_request(request)}, not taken up yet") for request in standing.asked]


def time_left(standing: Standing[Any]) -> str | None:
    """The driver's own range."""
    status, because = standing.status, standing.because
    if status is None or because is None or status.time_left is None or not standing.is_driven:
        return None
    return time_range(*status.time_left) if has_time_left(status, because) else None


def driver(standing: Either) -> str:
    """Who drives it, if anybody does."""
    if standing.lease_until is None:
        return "none, the lease was given back"
    if standing.is_driven:
        return f"{standing.driver} is at work"
    if standing.has_ended:
        return f"gone, the process of {standing.driver} on this machine has ended"
    return f"gone, {standing.driver} was last heard of before {moment(standing.lease_until)}"


def _request(request: Request) -> str:
    return f"{request.kind} {request.member}" if request.member else request.kind


def moment(at: float) -> str:
    """A time for people."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def ago(seconds: float) -> str:
    """How long since."""
    return f"{span(seconds if seconds < 120 else seconds // 60 * 60)} ago"
