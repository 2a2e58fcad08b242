"""A point of a course: what one decision brought. It is read off decision and limits; no rule is known here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from pulumi_rolling.core.explain import sentence, verdict_sentence
from pulumi_rolling.core.machine import is_handed_over
from pulumi_rolling.core.model.codes import REASONS, ReasonCode, VerdictCode
from pulumi_rolling.core.model.decision import Decision, Outcome
from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.core.model.verdict import Verdict


class End(StrEnum):
    """How a rollout came to its end."""

    SUCCEEDED = "succeeded"
    RETURNED = "returned"
    LEFT = "left"
    """It failed, and nobody was to return it."""
    MIXED = "mixed"
    """It failed, and the way back did not bring all back."""


@dataclass(frozen=True, slots=True)
class Act:
    """An act as it was decided. ``of``: the member, the operation or the revision that it is about."""

    act: str
    of: str = ""


@dataclass(frozen=True, slots=True)
class Acted:
    """A member that is new, and when the act of ours was done that brought it."""

    id: str
    at: float


@dataclass(frozen=True, slots=True)
class Owed:
    """So many launches were asked for at that moment, and their members have not appeared."""

    at: float
    count: int


@dataclass(frozen=True, slots=True)
class Failed:
    """``named``: false where there never was a member, so that the id tells people nothing."""

    id: str
    reason: str
    words: str
    named: bool = True


@dataclass(frozen=True, slots=True)
class Operated:
    """The service's operation as it was last seen."""

    id: str
    states: tuple[str, ...]
    """Those that it was seen in for the first time."""
    theirs: bool = False
    """Somebody else began it."""
    percent: float | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """Why a direction ended, by its code and in words."""

    code: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    at: float
    way: str
    step: str
    code: str
    why: str
    in_service: int | None = None
    """None: the look did not show it."""
    ready: int | None = None
    replaced: int = 0
    total: int = 0
    failures: int = 0
    """Of both ways so far."""
    lowest: int | None = None
    """The fewest in service so far that a look saw, or that an act has left."""
    floor: int | None = None
    ceiling: int | None = None
    acts: tuple[Act, ...] = ()
    launches: int = 0
    """Launches that this decision's acts ask for; fewer than none: some that were asked for did not happen."""
    appeared: tuple[str, ...] = ()
    readied: tuple[str, ...] = ()
    failed: tuple[Failed, ...] = ()
    gone: tuple[str, ...] = ()
    """Members of which nobody asks any more whether they are ready, and that did not fail."""
    acted: tuple[Acted, ...] = ()
    """Of the members that this point is the first to tell of. One that is missing here the cloud launched by itself."""
    owed: tuple[Owed, ...] = ()
    """The oldest first."""
    verbs: tuple[str, ...] = ()
    stands: str = ""
    """What it stands still for: a gate, a pause, somebody's word; empty where it goes on."""
    operation: Operated | None = None
    verdict: Ended | None = None
    back_failed: Ended | None = None
    end: End | None = None


ASKED = {VerdictCode.ABORTED: "abort", VerdictCode.REJECTED: "reject"}
"""The word by which somebody ended a direction."""
_BLIND = (ReasonCode.LEASE_LOST, ReasonCode.INCOMPLETE, ReasonCode.REFUSED)
"""Reasons of decisions whose look told nothing of the members."""


def sight(decision: Decision[Any, Any]) -> tuple[int | None, int | None]:
    """In service and ready, where the look showed them."""
    status = decision.status
    if decision.because.code in _BLIND:
        return None, None
    return status.in_service, status.ready


def common(before: Any, decision: Decision[Any, Any], at: float, call: str) -> Point:
    """What is read off the decisions of both machines alike. ``call``: the group as a command has to name it."""
    after, because = decision.next, decision.because
    in_service, ready = sight(decision)
    return Point(
        at=at,
        way=after.direction.value,
        step=after.step.value,
        code=because.code.value,
        why=sentence(because, call),
        in_service=in_service,
        ready=ready,
        replaced=decision.status.replaced,
        total=decision.status.total,
        stands=because.code.value if _stands(because.code) else "",
        verdict=ended(fresh(before.verdict, after.verdict)),
        back_failed=ended(fresh(before.back_failed, after.back_failed)),
        end=end_of(decision),
    )


def _stands(code: ReasonCode) -> bool:
    meaning = REASONS[code]
    return meaning.at_a_gate or meaning.asks or code in (ReasonCode.BAKING, ReasonCode.GUARDED)


def end_of(decision: Decision[Any, Any]) -> End | None:
    """None while it goes on, also by another machine."""
    outcome: Outcome | None = decision.outcome
    if outcome is None or is_handed_over(decision.next):
        return None
    if outcome.done:
        return End.SUCCEEDED
    if outcome.returned:
        return End.RETURNED
    back = decision.next.direction is Direction.BACK or decision.next.back_failed is not None
    return End.MIXED if back else End.LEFT


def is_turned(before: Any, after: Any) -> bool:
    """The direction, and all that is known of it, has begun anew."""
    return bool(before.direction is not after.direction or before.goal != after.goal)


def fresh(before: Verdict | None, after: Verdict | None) -> Verdict | None:
    """The verdict that this decision brought."""
    return None if after == before else after


def ended(verdict: Verdict | None) -> Ended | None:
    return None if verdict is None else Ended(verdict.code.value, verdict_sentence(verdict))


def is_told(point: Point) -> bool:
    """Something happened: it is worth a point even where all else is as it was."""
    happened = (point.acts, point.launches, point.appeared, point.readied, point.failed, point.gone)
    states = point.operation.states if point.operation is not None else ()
    return any(happened) or bool(states) or is_landmark(point)


def is_landmark(point: Point) -> bool:
    """It stands by itself, and is kept also where a course has grown too long for all the others."""
    return bool(point.verbs or point.verdict or point.back_failed or point.end)


def is_same(one: Point, other: Point) -> bool:
    """Nothing stands otherwise; moment and sentence differ, which counts the time that is left."""
    return _quiet(one) == _quiet(other)


def _quiet(point: Point) -> Point:
    """The point without what happened at it."""
    operation = point.operation
    return replace(
        point,
        at=0.0,
        lowest=None,
        why="",
        acts=(),
        launches=0,
        appeared=(),
        readied=(),
        failed=(),
        gone=(),
        acted=(),
        verbs=(),
        operation=None if operation is None else replace(operation, states=()),
        verdict=None,
        back_failed=None,
        end=None,
    )


def in_sequence(points: Iterable[Point], since: float) -> Iterator[Point]:
    """The points in the order in which they were decided, of which none is told as before the one that it follows.

    A clock may be set back, and the next driver may have another one. ``since``: when the rollout began.
    """
    last = since
    for point in points:
        last = max(last, point.at)
        yield point if point.at == last else replace(point, at=last)
