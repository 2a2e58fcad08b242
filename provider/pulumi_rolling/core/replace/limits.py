"""What a rollout may do: the policy resolved into numbers, once, from the sizes as they were found."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from pulumi_rolling.core.model.durations import HOUR
from pulumi_rolling.core.model.goal import OnFailure

ONE_HOUR = HOUR


class Pacing(Enum):
    """How slots open: all at once when none is in use, or each as soon as it is free."""

    LOCK_STEP = "lockStep"
    SLIDING = "sliding"


class Guard(Enum):
    """How soon new starts stop while members are overdue (core.guard); the later, the quicker a good build arrives."""

    FAST = "fast"
    BALANCED = "balanced"
    CAUTIOUS = "cautious"
    OFF = "off"


class Choice(Enum):
    """What to do with old members in a special state. Instance refresh has the same three."""

    WAIT = "Wait"
    """Until they leave that state, one hour at most: "up to 1 hour, then refresh fails" (instance refresh)."""
    IGNORE = "Ignore"
    REPLACE = "Replace"


class ZoneOrder(Enum):
    BALANCED = "balanced"
    """The zone with most old members first, looked at again after each pick."""
    ONE_AT_A_TIME = "oneAtATime"
    """A zone begins when the one before it is done."""


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
    guard: Guard = Guard.OFF
    suspend: frozenset[str] = frozenset()
    timeout: float | None = None
    on_failure: OnFailure = OnFailure.ROLL_BACK
    target_health: bool = False
    """Ready needs healthy in every target group that the group is attached to."""
    status_checks: bool = False
    """Ready needs EC2's status checks passed."""
    probes: bool = False
    """Ready needs the answer to a probe of the user's own."""
    before_terminate: float | None = None
    """How long a command of the user's own may take before a member that serves is ended. None: there is none."""
    warm_up: float = 0.0
    """How long a member must stay otherwise ready before it counts as ready."""
    ready_within: float | None = None
    """The slot's clock where the policy names one. None: ``pause`` with signals, else ``boot_limit``."""
    canary: int = 0
    """Members replaced before all others; one that fails ends the rollout, whatever the budget."""
    soak: float = 0.0
    """How long the canaries are watched once all of them are ready."""
    slow_start: bool = False
    """The window begins at one (or at the canaries) and grows by one with each success, up to ``batch``."""
    checkpoints: tuple[float, ...] = ()
    """Ascending shares of M in percent, at each of which new starts stop."""
    checkpoint_delay: float = 0.0
    approval: bool = False
    """After the canaries and at each checkpoint somebody must approve."""
    alarms: tuple[str, ...] = ()
    bake: float = 0.0
    """How long alarms and members are watched after the last member is ready."""
    zone_order: ZoneOrder = ZoneOrder.BALANCED
    standby: Choice = Choice.IGNORE
    protected: Choice = Choice.REPLACE
    warm_pool: Choice = Choice.REPLACE
    firm_min: bool = False
    """MinSize forbids each removal below it, also one that the cloud makes up for: it is lowered before such a removal,
    and never raised."""
    drain: float | None = None
    """How long a slot waits for its victim to be gone. None: a victim that is leaving is gone."""
    keep_failed: int = 0
    """How many failed members are kept, out of the group, for people to look at."""
    settle: float = 20.0
    """How long an act may take to show in what the cloud answers."""
    boot_limit: float = ONE_HOUR
    """How long a launch may take without signals, whether its member is slow or never appears.

    "a fixed, non-configurable wait of one hour per instance": CloudFormation, MinActiveInstancesPercent.
    """
    poll: float = 1.0
    """Shortest time between two looks."""
    way_back: Limits | None = None
    """The former policy, which rules the way back (CloudFormation does the same). None: these limits do."""

    def back(self) -> Limits:
        """The limits of the way back: the former policy with the higher of both floors, below MaxSize.

        Nothing is tried out on the way back, so no gate stands on it: neither canary nor checkpoint, alarm or bake.
        """
        former = self.way_back or self
        floor = max(0, min(max(former.floor, self.floor), self.max_size - 1))
        return replace(
            former,
            floor=floor,
            canary=0,
            slow_start=False,
            checkpoints=(),
            approval=False,
            alarms=(),
            bake=0.0,
            # The members that failed are those of the way forward, and only now do most of them go.
            keep_failed=self.keep_failed,
        )
