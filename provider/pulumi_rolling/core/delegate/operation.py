"""An operation of a service, in words that every service shares."""

from __future__ import annotations

from enum import Enum

from pulumi_rolling.core.model.codes import Remedy
from pulumi_rolling.core.model.values import value


class State(Enum):
    """What a service's own status comes to."""

    PENDING = "pending"
    """Accepted; nothing is replaced yet."""
    RUNNING = "running"
    AT_GATE = "atGate"
    """Stands at a checkpoint or a hook; ``gate`` says which."""
    BAKING = "baking"
    """All is replaced, and the service watches."""
    STOPPING = "stopping"
    """Stopped by somebody, and not over yet."""
    RETURNING = "returning"
    """The service returns what it has done."""
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    """Ended by the service, which returned nothing."""
    STOPPED = "stopped"
    """Ended by somebody's word; the service returned nothing."""
    RETURNED = "returned"
    """The service has returned what it had done."""
    RETURN_FAILED = "returnFailed"
    """The service gave up returning: the group is mixed."""
    UNKNOWN = "unknown"
    """A word that this version does not know. The operation may or may not be going on."""


@value(frozen=True, slots=True)
class Gate:
    """Where an operation stands until a time, or until a word."""

    name: str
    """What tells it from the operation's other gates: ``20 %``, or a stage with a hook's id behind a colon."""
    percent: float | None = None
    lasts: float | None = None
    """Seconds from its beginning until it ends by itself. None: not told, or never."""
    goes_on: bool = True
    """Then the operation goes on. False: the service returns it."""
    by_word: bool = False
    """A Continue ends it at once. False: an operation that was not paused goes on when the time is over."""


def stage_of(gate: str) -> str:
    """A gate as people call it, by its name."""
    return gate.partition(":")[0]


@value(frozen=True, slots=True)
class ServiceReturn:
    """The service's own way back of an operation."""

    reason: str = ""
    """The service's own sentence."""
    done_before: int | None = None
    """How many were replaced when it turned."""
    by_person: bool = False
    """Somebody asked for it. False: the service did so by itself, or does not say."""


@value(frozen=True, slots=True)
class Operation:
    id: str
    state: State
    status: str = ""
    """The service's own word for the state, for people."""
    leads_to: str | None = None
    """Digest of the revision that it was begun for, also while it returns. None: the service does not tell."""
    token: str = ""
    """Of the begin that made it, as the service tells, or the answer to that begin did. Empty: not known."""
    started_at: float | None = None
    """By the cloud's clock."""
    percent: float | None = None
    """As the service tells it; it may fall, and 100 is no end."""
    done: int | None = None
    total: int | None = None
    """Members to replace by this operation, those done included."""
    reasons: tuple[str, ...] = ()
    """The service's own sentences, the newest first: status reason, causes of failed launches, failing events."""
    remedy: Remedy | None = None
    """What mends the first cause among them, where the service tells that."""
    is_hopeless: bool = False
    """What it waits for fails for a cause that does not mend itself, by the service's own word for it."""
    failed: int = 0
    """New members that failed under it, as far as the service tells: it may forget, and tells late."""
    by: str = ""
    """Who began it, where the service tells."""
    gate: Gate | None = None
    is_paused: bool = False
    """It stands still on somebody's word, ours or another's; said also of one that is over, until it is taken back."""
    returned: ServiceReturn | None = None
    """None: the service has not turned it."""
    whole: bool = True
    """False: it ends, or ended, by plan before all are replaced (a last checkpoint below 100, an early success)."""

    @property
    def is_over(self) -> bool:
        """The service does nothing more for it, whatever else is said."""
        return self.state in _OVER

    @property
    def has_turned(self) -> bool:
        """It no longer leads to what it was begun for."""
        return self.state in _TURNED


_TURNED = frozenset({State.RETURNING, State.RETURNED, State.RETURN_FAILED})
_OVER = frozenset({State.SUCCEEDED, State.FAILED, State.STOPPED, State.RETURNED, State.RETURN_FAILED})
