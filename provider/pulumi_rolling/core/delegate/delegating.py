"""What must survive a crash while the cloud rolls: which operation is ours, and how far it was seen to come."""

from __future__ import annotations

from enum import Enum
from typing import Literal

from pulumi_rolling.core.delegate.actions import Act
from pulumi_rolling.core.delegate.operation import State
from pulumi_rolling.core.model.codes import Step
from pulumi_rolling.core.model.decision import Decision
from pulumi_rolling.core.model.goal import Direction, Goal
from pulumi_rolling.core.model.member import Revision
from pulumi_rolling.core.model.values import value
from pulumi_rolling.core.model.verdict import Verdict


class Whose(Enum):
    OURS = "ours"
    STRANGERS = "strangers"
    """Begun by somebody else, and it leads where we go: it is followed, and never stopped or returned by us."""


@value(frozen=True, slots=True)
class Issued:
    """An act written down before it was done, kept until it is seen or has plainly not happened."""

    act: Act
    at: float


@value(frozen=True, slots=True)
class Beginning:
    """What tells our operation from all others. It is on the record before the call that begins it."""

    token: str
    to: str
    """Digest of the revision that it leads to."""
    at: float
    watermark: float
    """Latest start of an operation that was told by then, by the cloud's clock."""
    known: tuple[str, ...] = ()
    """Operations that were told by then and did not start before the watermark."""
    count: int = 0
    """Members that it was to replace, where the group told; a service at its end tells of none."""


@value(frozen=True, slots=True)
class Earlier:
    """What we began and that leads elsewhere by now: it has to be over before another begins."""

    beginning: Beginning | None
    operation: str = ""
    """Empty: it is looked for by its beginning, for a settle time."""
    since: float = 0.0
    whose: Whose = Whose.OURS
    unseen_stop: bool = False
    """A stop was issued although the service tells nothing of the operation."""


@value(frozen=True, slots=True)
class AtGate:
    """The gate at which the operation was last seen to stand."""

    name: str
    at: float
    approved: bool = False


@value(frozen=True, slots=True)
class Blocked:
    """A start that was refused since another operation was in the way, and is not seen."""

    since: float
    """The first refusal."""
    at: float
    """The last refusal."""
    message: str
    void: bool = True
    """Nothing was begun since the last refusal: what is found is not of our making."""


@value(frozen=True)
class Way:
    """All that begins anew with a direction: a turn and a new target are ``way=Way()``."""

    direction_at: float | None = None
    """None: the direction has not begun."""
    beginning: Beginning | None = None
    """Of the last begin on this way."""
    operation: str = ""
    """The one that is followed."""
    whose: Whose = Whose.OURS
    total: int = 0
    """Members to replace on this way, as it was last told."""
    done: int = 0
    """As it was last told: on the service's own way back, how many it has returned."""
    percent: float | None = None
    furthest: float = 0.0
    """The most that was ever done of all, as a share: only what goes beyond it is progress."""
    gate: AtGate | None = None
    paused: bool = False
    """Somebody asked to pause."""
    states: frozenset[State] = frozenset()
    """Those in which the operation was seen: a new one is progress."""
    rests: bool = False
    """When last seen it stood at a gate, was baking, or paused by us: nothing has to move."""
    ignored_alarms: frozenset[str] = frozenset()
    baked_from: float | None = None
    missing_since: float | None = None
    """Since when the service does not tell of an operation that it has told of."""
    doubted_since: float | None = None
    """Since when the operation is over and the group is not seen to run what it should."""
    unknown_since: float | None = None
    blocked: Blocked | None = None
    service_refused: str = ""
    """What the service said when it refused to return, or that it failed to."""
    unpausable: bool = False
    """The service refused to pause."""


DelegateStep = Literal[Step.START, Step.FOLLOW, Step.BAKE, Step.RETURN, Step.DONE]
"""The steps that a direction of this machine walks; it begins with return where something of ours is under way."""


@value(frozen=True)
class Delegating:
    """One move of one group to one revision by the cloud's own operation, as far as it has come."""

    goal: Goal
    started_at: float
    way: Way = Way()
    issued: tuple[Issued, ...] = ()
    begun: int = 0
    """Beginnings so far; the tokens are numbered by them."""
    earlier: Earlier | None = None
    paused_by_us: str = ""
    """The operation that stands still by our act, which is let go before the end."""
    direction: Direction = Direction.FORWARD
    step: DelegateStep = Step.START
    generation: int = 1
    resumed_at: float | None = None
    progress_at: float = 0.0
    deadline: float | None = None
    handled: frozenset[str] = frozenset()
    unheeded: tuple[str, ...] = ()
    """Kinds of requests that were refused, since they mean nothing where the cloud rolls."""
    lowest: int | None = None
    """The fewest in service that any look saw."""
    left_old: int = 0
    """Old members that the policy's last checkpoint left, after a success of that part."""
    verdict: Verdict | None = None
    back_failed: Verdict | None = None
    hands_over: bool = False
    """The way back is the replace machine's, which goes on from this record: goal, verdict, direction back."""

    @property
    def target(self) -> Revision:
        """The revision that this direction leads to."""
        return self.goal.target(self.direction)

    @property
    def is_forced(self) -> bool:
        """Members are replaced although they match: on the way to the goal alone."""
        return self.goal.forced and self.target == self.goal.to

    @property
    def is_between_equals(self) -> bool:
        """A forced way from a revision to its equal: no digest tells which of the two a member runs."""
        goal = self.goal
        return goal.forced and goal.came_from is not None and goal.came_from.digest == goal.to.digest

    @property
    def gives_up(self) -> bool:
        """The way forward is over and nobody goes back."""
        return self.verdict is not None and self.direction is Direction.FORWARD

    @property
    def closes(self) -> bool:
        """Nothing more is decided of members here: what is under way comes to rest."""
        return self.gives_up or self.back_failed is not None or self.hands_over

    @property
    def keeps_record(self) -> bool:
        """The record stays on the group after the end: somebody has to go on from it."""
        return self.back_failed is not None or self.hands_over


DelegateDecision = Decision[Delegating, Act]
"""A decision of the delegate machine."""
