"""The acts of the delegate machine: few, and idempotent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from pulumi_rolling.core.model.member import Revision
from pulumi_rolling.core.model.values import value


@value(frozen=True, slots=True)
class Begin:
    """Begin an operation that leads the group to a revision."""

    to: Revision
    token: str
    """Of our making, and on the record before the call; sent where the service knows tokens."""
    preferences: Mapping[str, Any] = field(default_factory=dict, compare=False, hash=False)
    """What the policy asks of the service, in the words of the kind. No record holds it: it follows from the limits."""


@value(frozen=True, slots=True)
class Continue:
    """Let an operation go on that is paused or stands at a gate."""

    operation: str
    gate: str = ""


@value(frozen=True, slots=True)
class Pause:
    """Let an operation stand still, so that it can go on later."""

    operation: str


@value(frozen=True, slots=True)
class Stop:
    """End an operation where it stands. The service returns nothing."""

    operation: str


@value(frozen=True, slots=True)
class RollBack:
    """Let the service itself return what its operation has done."""

    operation: str
    to: Revision


Act = Begin | Continue | Pause | Stop | RollBack


def key_of(act: Act | type[Act]) -> str:
    """How an act is called where it is refused."""
    return _KEYS[act if isinstance(act, type) else type(act)]


_KEYS: Mapping[type, str] = {
    Begin: "start",
    Continue: "continue",
    Pause: "pause",
    Stop: "stop",
    RollBack: "roll back",
}
