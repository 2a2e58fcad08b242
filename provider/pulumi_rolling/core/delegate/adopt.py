"""Which of the operations on a group is ours, and which is a stranger's.

An operation is ours by its id, once we know that; by its token, where the service or the answer to our begin told it;
otherwise when it began after our act and leads where that act led. "After" is told by the cloud's own clock and by the
ids that were there before, never by our clock. A begin that the service refused, since another operation was in the
way, began nothing: what is found then is a stranger's.
"""

from __future__ import annotations

from collections.abc import Iterable

from pulumi_rolling.core.delegate.delegating import Beginning
from pulumi_rolling.core.delegate.operation import Operation


def beginning(token: str, to: str, at: float, told: Iterable[Operation]) -> Beginning:
    """What will tell an operation that is about to be begun from those that are told now."""
    there = tuple(told)
    watermark = max((o.started_at for o in there if o.started_at is not None), default=0.0)
    known = [o.id for o in there if o.started_at is None or o.started_at >= watermark]
    return Beginning(token, to, at, watermark, tuple(sorted(known)))


def by_id(told: Iterable[Operation], name: str) -> Operation | None:
    return next((o for o in told if o.id == name), None) if name else None


def begun_by(
    begun: Beginning, told: Iterable[Operation], *, knows_tokens: bool, void: bool = False
) -> Operation | None:
    """The operation that our begin made, if it is told. ``void``: the service refused that begin."""
    there = tuple(told)
    named = next((o for o in there if o.token and o.token == begun.token), None)
    if named is not None or knows_tokens or void:
        return named
    after = [o for o in there if is_after(begun, o)]
    return min(after, key=_age, default=None)


def is_after(begun: Beginning, operation: Operation) -> bool:
    """Began after our act and leads where that act led, with no other token on it."""
    if operation.token or operation.id in begun.known or operation.leads_to != begun.to:
        return False
    return operation.started_at is None or operation.started_at >= begun.watermark


def strangers(told: Iterable[Operation], ours: Iterable[str]) -> tuple[Operation, ...]:
    """Operations that are not over and none of ours."""
    mine = frozenset(ours)
    return tuple(o for o in told if not o.is_over and o.id not in mine)


def leads_along(operation: Operation, target: str) -> bool:
    """It goes where we go, and the service has not turned it."""
    return operation.leads_to == target and not operation.has_turned


def _age(operation: Operation) -> tuple[float, str]:
    return operation.started_at or 0.0, operation.id
