"""What must survive a crash: the acts done and not yet seen, and everything that cannot be read back from the group."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Literal

from pulumi_rolling.core.model.codes import Step, VerdictCode
from pulumi_rolling.core.model.decision import Decision
from pulumi_rolling.core.model.goal import Direction, Goal
from pulumi_rolling.core.model.member import Revision, Sizes
from pulumi_rolling.core.model.values import value
from pulumi_rolling.core.model.verdict import Failure, Verdict
from pulumi_rolling.core.replace.actions import Action


@value(frozen=True, slots=True)
class Issued:
    """An act written down before it was done, kept until it is seen or has plainly not happened."""

    action: Action
    at: float


@value(frozen=True, slots=True)
class Boots:
    """Boot times seen, as a count, the sum of their logs and of the squares of their logs."""

    n: int = 0
    logs: float = 0.0
    squares: float = 0.0


@value(frozen=True, slots=True)
class Round:
    """One lock-step round: victims and launches of it; settled once every launch has been judged."""

    number: int
    started_at: float
    terminated: int
    expected: int
    settled_at: float | None = None


@value(frozen=True, slots=True)
class Opening:
    """``count`` launches that are due since ``at`` and whose members have not appeared."""

    at: float
    count: int


@value(frozen=True, slots=True)
class Gate:
    """The stop at which the rollout stands: new starts wait for its time, and for approval where one is wanted."""

    number: int
    """How many stops there are before it."""
    at: float
    approved: bool = False


@value(frozen=True, slots=True)
class Astray:
    """The group points elsewhere than this direction leads, by no act of ours."""

    pointer: str
    since: float


@value(frozen=True, slots=True)
class Found:
    """The group as it was before the rollout touched it, which is how it shall end."""

    sizes: Sizes
    suspended: frozenset[str] = frozenset()


@value(frozen=True)
class Way:
    """All that begins anew with a direction: a turn and a new target are ``way=Way()``."""

    watermark: float | None = None
    """Launch time of the youngest member at the start of this direction, by the cloud's clock."""
    direction_at: float = 0.0
    total: int = 0
    """M: members to replace, fixed when a direction starts to roll."""
    batch: int = 0
    capacity: int = 0
    surge: int = 0
    """Launches ahead of the first kill that are still to be asked for."""
    unit: int = 1
    """Units of Desired that a launch is taken to bring: the largest weight in the group. Without weights all is 1."""
    round: Round | None = None
    openings: tuple[Opening, ...] = ()
    draining: tuple[tuple[str, float], ...] = ()
    """Victims that are leaving, each with the time of our act, where the policy waits for them."""
    parting: tuple[str, ...] = ()
    """Victims before whose end a command of the user's own is run. No record has them: after a crash it runs anew."""
    in_flight: frozenset[str] = frozenset()
    warming: tuple[tuple[str, float], ...] = ()
    """Members that are ready but for their warm-up, and since when."""
    missing: tuple[tuple[str, float], ...] = ()
    succeeded: frozenset[str] = frozenset()
    failed: tuple[Failure, ...] = ()
    failed_before: int = 0
    lost: tuple[Failure, ...] = ()
    """Members that had succeeded and did not stay, by nothing that excuses it. They are no failures."""
    lost_before: int = 0
    retried: frozenset[str] = frozenset()
    """Members that somebody asked to replace once more; they are no failures."""
    skipped: frozenset[str] = frozenset()
    """Members that somebody asked to leave as they are."""
    zone: str = ""
    """Under ``oneAtATime`` the zone that is being rolled."""
    passed: int = 0
    """Successes at which the last stop stood that was passed: the canaries, or a checkpoint."""
    gate: Gate | None = None
    paused: bool = False
    held: Verdict | None = None
    """onFailure hold: what failed, while somebody's word is waited for."""
    ignored_alarms: frozenset[str] = frozenset()
    """In ALARM since before the rollout: ignored until they have once been OK."""
    baked_from: float | None = None
    """Since when all are ready and watched; on the way back, since when all is given back and Desired is waited for."""
    astray: Astray | None = None
    judged_at: float = 0.0
    """When a member last came to be ready or failed, or was asked for: that others come and go leads nowhere."""
    unfilled: Verdict | None = None
    """The way back is over with fewer in service than Desired."""
    launched_before: int = 0
    """Launches by our acts that do not count against this direction: earlier ones, and what people asked for anew."""
    boots: Boots = Boots()

    @property
    def failures(self) -> int:
        return len(self.failed) + self.failed_before

    @property
    def losses(self) -> int:
        return len(self.lost) + self.lost_before

    @property
    def waits_for_somebody(self) -> bool:
        """Nothing moves before a person says so, or before a time that somebody set."""
        return self.paused or self.held is not None or self.gate is not None

    def ended(self) -> Way:
        """What the direction came to, with nothing under way any more."""
        return replace(
            self,
            surge=0,
            round=None,
            openings=(),
            draining=(),
            parting=(),
            warming=(),
            missing=(),
            zone="",
            passed=0,
            gate=None,
            paused=False,
            held=None,
            baked_from=None,
        )


@value(frozen=True)
class Ledger:
    """What our own acts did to the group, whichever direction they served."""

    issued: tuple[Issued, ...] = ()
    suspended: frozenset[str] = frozenset()
    """Processes that were running when we suspended them."""
    desired_before: int = 0
    desired: int = 0
    """What Desired is after our own acts; ``desired_before`` differs from it until that is seen."""
    desired_at: float = 0.0
    """When we last changed Desired."""
    least: frozenset[int] = frozenset()
    """Each MinSize that we have set: any other than these and the one found is somebody else's."""
    delta: int = 0
    """What others did to Desired meanwhile."""
    launched: int = 0
    """Launches by our acts: the members touched."""
    seen_new: int = 0
    """New members seen, the cloud's own relaunches included."""
    lowest: int | None = None
    """The fewest in service that any look saw, or that our acts left."""
    kept: tuple[str, ...] = ()
    """Failed members that left the group by our act and live on."""
    keep_refused: str = ""
    """Why nobody is kept any more, in the cloud's words."""


ReplaceStep = Literal[Step.PREPARE, Step.ROLL, Step.BAKE, Step.RESIZE, Step.RESTORE, Step.DONE]
"""The steps that a direction of this machine walks, in order."""


@value(frozen=True)
class Rollout:
    """One move of one group to one revision, as far as it has come."""

    goal: Goal
    found: Found
    started_at: float
    way: Way = Way()
    ours: Ledger = Ledger()
    direction: Direction = Direction.FORWARD
    step: ReplaceStep = Step.PREPARE
    generation: int = 1
    prior: Boots = Boots()
    """Boots of the group's last rollout: what is expected before any boot of this one is seen."""
    judged_until: float = 0.0
    """What the cloud tells of launches up to then is judged, in whichever direction."""
    resumed_at: float | None = None
    progress_at: float = 0.0
    deadline: float | None = None
    handled: frozenset[str] = frozenset()
    verdict: Verdict | None = None
    back_failed: Verdict | None = None
    handed_over: bool = False
    """Another machine went forward, and handed the way back over to this one."""

    @property
    def target(self) -> Revision:
        """The revision that this direction leads to."""
        return self.goal.target(self.direction)

    @property
    def keeps_record(self) -> bool:
        """The way back failed as well: the next update goes on from the record."""
        return self.back_failed is not None

    @property
    def failures(self) -> int:
        """Failures of both ways, as the error at the end has them: the way back counts its own anew."""
        before = self.verdict
        if self.direction is Direction.FORWARD or before is None:
            return self.way.failures
        return self.way.failures + (0 if before.code is VerdictCode.TOO_MANY_LOSSES else before.failed)

    @property
    def gives_up(self) -> bool:
        """The way forward is over and nobody goes back: sizes and processes are given back, the pointer stays."""
        return self.verdict is not None and self.direction is Direction.FORWARD


Decided = Decision[Rollout, Action]
"""A decision of the replace machine."""

if TYPE_CHECKING:
    from dataclasses import replace as replace
else:
    _FIELDS = {
        made: frozenset(field.name for field in dataclasses.fields(made)) for made in (Rollout, Way, Ledger)
    }

    def replace(given, **changes):
        """As ``dataclasses.replace``, and a dozen times as fast for what one look changes several times."""
        kind = type(given)
        fields = _FIELDS.get(kind)
        if fields is None:
            return dataclasses.replace(given, **changes)
        if not changes.keys() <= fields:
            raise TypeError(f"a {kind.__name__} has no {', '.join(sorted(changes.keys() - fields))}")
        made = object.__new__(kind)
        made.__dict__.update(given.__dict__)
        made.__dict__.update(changes)
        return made
