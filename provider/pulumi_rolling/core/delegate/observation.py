"""What the cloud tells of a group that it rolls itself, at one moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from pulumi_rolling.core.delegate.operation import Operation
from pulumi_rolling.core.model.seen import Alarm, RefusedAct, Request
from pulumi_rolling.core.model.values import value


@value(frozen=True, slots=True)
class Delegated:
    at: float
    operations: tuple[Operation, ...]
    """The newest first: every one that is not over, and those that ended lately. Strangers' as well as ours."""
    pointer: str
    """Digest of what the group makes new members from while no operation says otherwise."""
    runs: Mapping[str, int] = field(default_factory=dict, hash=False)
    """Members by the digest of their revision, pending ones included.

    Those that leave, and those that the policy lets be, are left out.
    """
    let_be: tuple[str, ...] = ()
    """Members that the policy lets be: protected from scale-in, in standby."""
    to_replace: int | None = None
    """Members that an operation begun now toward this direction's target would replace. None: not told."""
    desired: int = 0
    in_service: int = 0
    refusals: tuple[RefusedAct, ...] = ()
    requests: tuple[Request, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    lease_is_ours: bool = True
    complete: bool = True
    names: Mapping[str, str] = field(default_factory=dict, hash=False)
    """What people call the revisions of ``pointer`` and of operations, by digest, as far as that is known."""

    def name_of(self, digest: str | None) -> str:
        """Empty where the cloud does not tell."""
        return "" if digest is None else self.names.get(digest, "")
