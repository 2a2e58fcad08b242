"""The words of a rollout as plain, immutable data: what is allowed, what is seen, what is remembered, what is next.

Time is a field (seconds since the epoch), never a clock. Revisions are opaque: the fleet made the address and the
digest, the core only compares them. Nothing here decides.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum

ONE_HOUR = 3600.0


class Pacing(Enum):
    """How slots open: all at once when none is in use, or each as soon as it is free."""

    LOCK_STEP = "lockStep"
    SLIDING = "sliding"


class OnFailure(Enum):
    """What follows a failed rollout: the way back, or everything left where it is."""

    ROLL_BACK = "rollBack"
    LEAVE = "leave"


class Direction(Enum):
    FORWARD = "forward"
    BACK = "back"


class Step(Enum):
    PREPARE = "prepare"
    ROLL = "roll"
    SETTLE = "settle"
    RESTORE = "restore"
    DONE = "done"


class Lifecycle(Enum):
    """What the cloud calls the state of a member, folded to what a decision needs."""

    PENDING = "pending"
    WAITING = "waiting"
    """Held by a launch hook until the member, or the hook's timeout, completes it."""
    IN_SERVICE = "inService"
    STANDBY = "standby"
    LEAVING = "leaving"
    """Terminating or detaching: it no longer counts toward Desired."""


class Signal(Enum):
    SUCCESS = "SUCCESS"
    FAILURE = "FAILURE"


class LaunchError(Enum):
    PERMANENT = "permanent"
    """Image, quota, authorization, template: the cloud's own retries will fail as well."""
    CAPACITY = "capacity"
    """The cloud retries, possibly in another zone, and may succeed."""


@dataclass(frozen=True, slots=True)
class Revision:
    """What members are made from. Two revisions with the same digest make the same members."""

    address: str
    """What the fleet writes as the group's pointer, e.g. ``lt-0abc:3``."""
    digest: str
    label: str = ""
    """How people call it, e.g. ``version 3``."""

    def __str__(self) -> str:
        return self.label or self.address


@dataclass(frozen=True, slots=True)
class Sizes:
    min: int
    max: int
    desired: int


@dataclass(frozen=True, slots=True)
class Limits:
    """What one direction of a rollout may do, resolved from the policy and the sizes as found (never raised ones).

    Seconds for all times. ``floor`` is min(MinInstancesInService, Desired).
    """

    batch: int
    floor: int
    max_size: int
    need_percent: float = 100.0
    """Share of M that must succeed: MinSuccessfulInstancesPercent. Judged only when ``signals``."""
    active_percent: float | None = 100.0
    """Share of Desired that must reach service: MinActiveInstancesPercent. None: not judged."""
    signals: bool = False
    pause: float = 0.0
    """With signals how long a member may take to send one; without, a sleep after each round."""
    pacing: Pacing = Pacing.LOCK_STEP
    suspend: frozenset[str] = frozenset()
    timeout: float | None = None
    on_failure: OnFailure = OnFailure.ROLL_BACK
    settle: float = 20.0
    """How long an act may take to show in what the cloud answers."""
    boot_limit: float = ONE_HOUR
    """How long a launch may take without signals, and how long a slot waits for its member to appear at all.

    "a fixed, non-configurable wait of one hour per instance": CloudFormation, MinActiveInstancesPercent.
    """
    poll: float = 1.0
    """Shortest time between two looks."""
    way_back: Limits | None = None
    """The former policy, which rules the way back (CloudFormation does the same). None: these limits do."""

    def back(self) -> Limits:
        """The limits of the way back: the former policy with the higher of both floors, below MaxSize."""
        former = self.way_back or self
        floor = max(0, min(max(former.floor, self.floor), self.max_size - 1))
        return replace(former, floor=floor)


@dataclass(frozen=True, slots=True)
class Member:
    id: str
    revision: Revision
    lifecycle: Lifecycle
    healthy: bool = True
    alive: bool = True
    """False when the machine itself is known to be stopped or gone, whatever the group believes."""
    zone: str = ""
    launched_at: float | None = None
    """By the cloud's clock; None while the cloud has not said."""
    in_service_at: float | None = None
    protected: bool = False
    signal: Signal | None = None
    signal_at: float | None = None


@dataclass(frozen=True, slots=True)
class Launch:
    """A launch that the cloud refused since the rollout began."""

    id: str
    at: float
    error: LaunchError
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Loss:
    """Why a member went, where the cloud says so. Excused: scaling, rebalancing, spot interruption."""

    member: str
    at: float
    excused: bool
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One of our acts that the cloud refused for good. It comes back as something seen, never as an exception."""

    act: str
    member: str | None
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Request:
    """Somebody's wish, put on the group from outside; acted on once, by its id."""

    id: str
    kind: str


@dataclass(frozen=True, slots=True)
class Observation:
    """The group at one moment, as the cloud tells it."""

    at: float
    members: tuple[Member, ...]
    sizes: Sizes
    pointer: str
    suspended: frozenset[str] = frozenset()
    launches: tuple[Launch, ...] = ()
    losses: tuple[Loss, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    requests: tuple[Request, ...] = ()
    lease_is_ours: bool = True
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Suspend:
    processes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Resume:
    processes: frozenset[str]


@dataclass(frozen=True, slots=True)
class PointAt:
    revision: Revision


@dataclass(frozen=True, slots=True)
class Resize:
    """Set the least size and Desired; None leaves that one as it is. MaxSize is never changed."""

    min: int | None = None
    desired: int | None = None


@dataclass(frozen=True, slots=True)
class Terminate:
    member: str
    replace: bool
    """True: the cloud launches another; False: Desired falls by one with it."""


Action = Suspend | Resume | PointAt | Resize | Terminate


@dataclass(frozen=True, slots=True)
class Issued:
    """An act written down before it was done, kept until it is seen or has plainly not happened."""

    action: Action
    at: float


@dataclass(frozen=True, slots=True)
class Failure:
    id: str
    reason: str
    """``failureSignal``, ``signalTimeout``, ``notInService``, ``neverAppeared``, ``launchRefused``, ``vanished``."""
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Boots:
    """Boot times seen, as a count, the sum of their logs and of the squares of their logs."""

    n: int = 0
    logs: float = 0.0
    squares: float = 0.0


@dataclass(frozen=True, slots=True)
class Round:
    """One lock-step round: victims and launches of it; settled once every launch has been judged."""

    number: int
    started_at: float
    terminated: int
    expected: int
    settled_at: float | None = None


@dataclass(frozen=True, slots=True)
class Opening:
    """``count`` launches that are due since ``at`` and whose members have not appeared."""

    at: float
    count: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why the way forward ended. ``code``: tooManyFailures, deadline, stalled, aborted, refused."""

    code: str
    at: float
    failed: int = 0
    of: int = 0
    failures: tuple[Failure, ...] = ()
    """The first few, for the sentence."""
    cause: str = ""
    clock: float = 0.0  # Seconds that each member had.


@dataclass(frozen=True, slots=True)
class Rollout:
    """What must survive a crash: everything that cannot be read back from the group."""

    id: str
    to: Revision
    came_from: Revision | None
    found: Sizes
    found_suspended: frozenset[str]
    started_at: float
    generation: int = 1
    forced: bool = False
    """Replace members although their revision is equal (triggers)."""
    fresh: bool = False
    """A create: members younger than the slot's clock are judged, too."""
    abandoned: tuple[str, ...] = ()
    """Digests that were targets before this one."""
    direction: Direction = Direction.FORWARD
    step: Step = Step.PREPARE
    watermark: float | None = None
    """Launch time of the youngest member at the start of this direction, by the cloud's clock."""
    direction_at: float = 0.0
    total: int = 0
    """M: members to replace, fixed when a direction starts to roll."""
    batch: int = 0
    capacity: int = 0
    suspended_by_us: frozenset[str] = frozenset()
    round: Round | None = None
    issued: tuple[Issued, ...] = ()
    openings: tuple[Opening, ...] = ()
    in_flight: frozenset[str] = frozenset()
    missing: tuple[tuple[str, float], ...] = ()
    succeeded: frozenset[str] = frozenset()
    failed: tuple[Failure, ...] = ()
    failed_before: int = 0
    judged_until: float = 0.0
    boots: Boots = Boots()
    desired_before: int = 0
    desired: int = 0
    """What Desired is after our own acts; ``desired_before`` differs from it until that is seen."""
    desired_at: float = 0.0
    """When we last changed Desired."""
    delta: int = 0
    """What others did to Desired meanwhile."""
    launched: int = 0
    """Launches by our acts: the members touched."""
    seen_new: int = 0
    """New members seen, the cloud's own relaunches included."""
    lowest: int | None = None
    resumed_at: float | None = None
    progress_at: float = 0.0
    deadline: float | None = None
    handled: frozenset[str] = frozenset()
    verdict: Verdict | None = None
    back_failed: Verdict | None = None

    @property
    def target(self) -> Revision:
        """The revision that this direction leads to."""
        if self.direction is Direction.BACK and self.came_from is not None:
            return self.came_from
        return self.to

    @property
    def failures(self) -> int:
        return len(self.failed) + self.failed_before

    @property
    def leaving(self) -> bool:
        """The way forward is over and nobody goes back: sizes and processes are given back, the pointer stays."""
        return self.verdict is not None and self.direction is Direction.FORWARD


@dataclass(frozen=True, slots=True)
class Because:
    """Why this decision: a code and its numbers, for explain, log and report."""

    code: str
    numbers: dict[str, int | float] = field(default_factory=dict)
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Status:
    step: Step
    direction: Direction
    in_service: int
    ready: int
    replaced: int
    total: int
    waiting_for: tuple[str, ...]
    waiting_count: int
    time_left: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end. ``returned`` is None for a success, True after a complete way back, False when the group is mixed."""

    done: bool
    returned: bool | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    next: Rollout
    actions: tuple[Action, ...]
    look_again_at: float
    because: Because
    status: Status
    outcome: Outcome | None = None
