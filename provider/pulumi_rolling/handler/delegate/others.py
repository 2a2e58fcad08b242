"""Operations on the group that this resource has not begun, before a rollout: followed, or refused with their ids."""

from __future__ import annotations

from dataclasses import dataclass

from pulumi_rolling.core.delegate.adopt import begun_by, leads_along, strangers
from pulumi_rolling.core.delegate.delegating import Beginning, Delegating
from pulumi_rolling.core.delegate.observation import Delegated
from pulumi_rolling.core.delegate.operation import Operation as Told
from pulumi_rolling.errors import Fault
from pulumi_rolling.handler.operation import UNKNOWN, Operation


@dataclass(frozen=True, slots=True)
class Others:
    faults: tuple[Fault, ...] = ()
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    are_followed: bool = False
    """One of them leads where this update goes."""


def others(
    operation: Operation, noun: str, seen: Delegated, rollout: Delegating, *, knows_tokens: bool
) -> Others:
    """``noun``: what the service calls its operation."""
    found = strangers(seen.operations, _ours(rollout, seen.operations, knows_tokens))
    if not found:
        return Others()
    other, to = found[0], rollout.target
    what = f"{noun} {other.id} is {other.status or other.state.value} on the group"
    if to is UNKNOWN:
        return Others(
            warnings=(
                f"{what}: where it leads to what this update wants it is followed, and otherwise the update is "
                "refused",
            )
        )
    if leads_along(other, to.digest):
        return Others(
            notes=(f"{what} and leads to {to}: it is followed, and never ended by us",), are_followed=True
        )
    path = f"{operation.kind.key}.{operation.strategy.block.key}"
    where = f"to {seen.name_of(other.leads_to)}" if seen.name_of(other.leads_to) else "elsewhere"
    return Others(faults=(Fault(path, f"{what} and leads {where}. Wait for its end, or cancel it."),))


def _ours(rollout: Delegating, told: tuple[Told, ...], knows_tokens: bool) -> frozenset[str]:
    """By id, or by what its beginning said beforehand."""
    earlier = rollout.earlier
    named = {rollout.way.operation, "" if earlier is None else earlier.operation}
    beginnings: list[Beginning | None] = [
        rollout.way.beginning,
        None if earlier is None else earlier.beginning,
    ]
    found = [begun_by(each, told, knows_tokens=knows_tokens) for each in beginnings if each is not None]
    return frozenset(named | {each.id for each in found if each is not None}) - {""}
