"""A deployment as an operation where no service deployment tells of it: by ``deployments`` of the service alone.

There are none of before October 2024, none where the caller may not list them, and for a while none of one that has
just begun. What is told then is less: the breaker's way back shows as the deployment that failed beside an older one
that is primary again, and afterwards as one that is told no more while an older one is primary. No call is made here.
"""

from __future__ import annotations

from dataclasses import dataclass

from pulumi_rolling.core.delegate.operation import Operation, ServiceReturn, State
from pulumi_rolling.core.model.codes import Remedy
from pulumi_rolling.fleets.aws.api import one_line
from pulumi_rolling.fleets.ecs_service.description import COMPLETED, FAILED, Deployed


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What ``deployments`` does not hold and an operation has."""

    leads_to: str | None = None
    token: str = ""
    causes: tuple[str, ...] = ()
    remedy: Remedy | None = None
    """What mends the first of the causes."""
    failed: int = 0
    """Tasks of it that failed."""
    returned_to: bool = False
    """It is the primary one, and another was begun after it."""
    given_up: bool = False
    """We wanted it stopped. Nothing can, and the next one supersedes it."""


def operation_of(one: Deployed, primary: Deployed | None, beside: Beside) -> Operation:
    """``primary``: the primary deployment of the same look."""
    state = _state(one, primary, beside.returned_to)
    if beside.given_up and state in (State.PENDING, State.RUNNING):
        state = State.STOPPED
    said = one_line(one.reason)
    tells = state not in (State.PENDING, State.RUNNING, State.SUCCEEDED)
    turned = state is State.RETURNING
    return Operation(
        id=one.id,
        state=state,
        status=one.rollout or "not told by ECS",
        leads_to=beside.leads_to,
        token=beside.token,
        started_at=one.created_at,
        done=one.running,
        total=max(one.desired, one.running) or None,
        reasons=(*((said or "the deployment failed",) if tells else ()), *beside.causes),
        remedy=beside.remedy,
        failed=beside.failed,
        returned=ServiceReturn(said) if turned else None,
    )


def gone(
    ident: str,
    since: float | None,
    primary: Deployed | None,
    beside: Beside,
) -> Operation:
    """One that is not told of any more. ``since``: what is primary by then and did not begin later was there before."""
    superseded = primary is None or since is None or primary.created_at > since
    reason = (
        f"deployment {primary.id} superseded it"
        if superseded and primary is not None
        else "the service went back to the deployment before"
    )
    return Operation(
        id=ident,
        state=State.STOPPED if superseded else State.RETURNED,
        status="not told any more",
        leads_to=beside.leads_to,
        token=beside.token,
        started_at=since,
        reasons=(reason, *beside.causes),
        remedy=beside.remedy,
        failed=beside.failed,
        returned=None if superseded else ServiceReturn(),
    )


def _state(one: Deployed, primary: Deployed | None, returned_to: bool) -> State:
    if returned_to:
        return State.SUCCEEDED  # once, before another was begun; its tasks come back by that one's way back
    replaced = primary is not None and primary is not one and primary.id != one.id
    if one.rollout == FAILED:
        back = replaced and primary is not None and primary.created_at <= one.created_at
        return State.RETURNING if back else State.FAILED
    if one.rollout == COMPLETED:
        return State.SUCCEEDED
    if replaced:
        return State.STOPPED
    if not one.rollout and one.running >= one.desired and not one.pending:
        return State.SUCCEEDED
    return State.RUNNING if one.running else State.PENDING
