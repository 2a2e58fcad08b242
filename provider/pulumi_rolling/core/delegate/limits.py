"""What a delegated rollout may do: the policy resolved once. How the service replaces members is in its preferences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

from pulumi_rolling.core.model.goal import OnFailure

ONE_HOUR = 3600.0
LONGEST = 14 * 24 * ONE_HOUR
"""The deadline of a policy without one: no service rolls for longer ("14 days", instance refresh)."""


class WayBack(Enum):
    """Who returns the group after a failure, as the preview already knows."""

    SERVICE = "service"
    """The service's own way back while its operation is not over; where that is refused or incomplete, as OPERATION."""
    OPERATION = "operation"
    """A new operation to the former revision, after ours is stopped."""
    REPLACE = "replace"
    """The replace machine on the same group, after ours is stopped: the rollout ends handed over."""


@dataclass(frozen=True, slots=True)
class ForeseenGate:
    """A checkpoint or a hook of the policy."""

    name: str
    percent: float | None = None
    lasts: float | None = None
    by_word: bool = False


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What the service does by its own arithmetic, as far as the policy foretells it. For plan and forecast alone."""

    batch: int = 1
    """Members that are replaced at a time."""
    lowest: int | None = None
    """The fewest in service, where nothing fails. None: not foretold."""
    most: int | None = None
    gates: tuple[ForeseenGate, ...] = ()
    ends_at: float | None = None
    """Percent at which the operation ends by plan, where that is not the whole."""
    alarms: tuple[str, ...] = ()
    """Those that the service itself watches."""
    bake: float = 0.0
    """The service's own time of watching."""
    warm_up: float = 0.0
    """Of each member, after its boot."""


@dataclass(frozen=True, slots=True)
class DelegateLimits:
    """Seconds for all times."""

    preferences: Mapping[str, Any] = field(default_factory=dict)
    """For the service, in the words of the kind; they stand in the Begin."""
    preferences_back: Mapping[str, Any] = field(default_factory=dict)
    """The same for an operation that returns the group: no gate, alarm or bake, and to the end."""
    on_failure: OnFailure = OnFailure.ROLL_BACK
    way_back_by: WayBack = WayBack.SERVICE
    otherwise: WayBack = WayBack.OPERATION
    """Who returns where the service's own way back is refused or incomplete: OPERATION or REPLACE."""
    replaces_at_last: bool = False
    """Where an operation back is refused, or ends and leaves the group mixed, the replace machine returns it."""
    returns_by_itself: bool = False
    """The service turns where its operation fails (AutoRollback, circuit breaker).

    One that failed is then looked at again for a settle time, before returning is ours.
    """
    returns_equals: bool = False
    """The service's own way back is worth asking for between equal revisions.

    It alone brings back what a revision leaves open, as the image behind a tag.
    """
    pausable: bool = False
    """The service can let an operation stand still and go on."""
    approval: bool = False
    """At each gate somebody must approve."""
    part: bool = False
    """The policy itself ends before all are replaced: its last checkpoint is below 100."""
    knows_tokens: bool = False
    """The service tells the token of an operation, so that one without ours is not ours."""
    alarms: tuple[str, ...] = ()
    bake: float = 0.0
    """How long alarms are watched after a success, where the service has no such time of its own."""
    timeout: float | None = None
    stall: float = ONE_HOUR
    """How long nothing may move; also how long a status may be unknown."""
    hopeless: float = 300.0
    """The same where the service tells a cause that does not mend itself."""
    settle: float = 20.0
    """How long an act may take to show in what the cloud answers."""
    poll: float = 5.0
    """Shortest time between two looks."""
    foreseen: Foreseen = Foreseen()
    way_back: DelegateLimits | None = None
    """The former policy, which rules the way back. None: these limits do."""

    def back(self) -> DelegateLimits:
        """The limits of the way back: what the service is asked is the former policy's.

        No gate stands on it, no alarm counts, it leads to the end, and a timeout does not cut it short: that is how
        long the way forward may take.
        """
        former = self.way_back or self
        return replace(
            self,
            preferences=former.preferences_back,
            returns_by_itself=former.returns_by_itself,
            foreseen=former.foreseen,
            stall=former.stall,
            timeout=None,
            approval=False,
            part=False,
            alarms=(),
            bake=0.0,
        )
