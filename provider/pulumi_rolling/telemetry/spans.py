"""One rollout as spans: the whole, each batch, each member from our act until it is ready or failed, each wait.

What the spans are of is read off the points of a course; a tracer of OpenTelemetry keeps them. The whole begins when
the rollout began, also where another process had begun it; what died with that process is not told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pulumi_rolling.core.explain import verdict_sentence
from pulumi_rolling.core.model.codes import REASONS, ReasonCode
from pulumi_rolling.report.course.course import Fate, Lived, Members
from pulumi_rolling.report.course.point import Point

ROLLOUT, BATCH, MEMBER, OPERATION, WAIT = (
    f"rolling.{name}" for name in ("rollout", "batch", "member", "operation", "wait")
)
_NANO = 1_000_000_000


@dataclass
class Spans:
    """``name``: the group. ``parent``: the context around the run."""

    tracer: Any
    name: str
    parent: Any = None
    _whole: Any = None
    _told: Members = field(default_factory=Members)
    _batches: dict[float, Any] = field(default_factory=dict)
    """By when the act of ours was done that each is of."""
    _members: dict[str, tuple[Any, float]] = field(default_factory=dict)
    """Those in flight, each with the batch that it is of."""
    _others: dict[str, tuple[str, Any]] = field(default_factory=dict)
    """What is open of operations and waits: by the name of the span what it is of."""
    _begun: int = 0
    """Batches so far."""
    _failed: bool = False

    def hear(self, point: Point, rollout: Any) -> None:
        """``rollout``: as the point's decision left it."""
        now = point.at
        if self._whole is None:
            self._whole = self._open(ROLLOUT, rollout.started_at, None, _of(self.name, rollout))
        told = self._told.take(point)
        gone = {each.id for each in told.over}
        for lived in told.came:
            # Of one that came and was judged at the same look by no act of ours there is no time to tell of.
            if lived.id not in gone or lived.began_at < now:
                self._begin(lived, rollout)
        for lived in told.over:
            self._end(lived)
        self._end_batches(point)
        operation = "" if point.operation is None else point.operation.id
        self._follow(OPERATION, operation, now, {"rolling.operation": operation})
        asks = point.code if REASONS[ReasonCode(point.code)].asks else ""
        self._follow(WAIT, asks, now, {"rolling.reason": asks, "rolling.sentence": point.why if asks else ""})
        if rollout.verdict is not None and not self._failed:
            self._failed = True
            self._whole.add_event("failed", _verdict(rollout.verdict), _nano(now))

    def end(self, now: float, outcome: str, sentence: str) -> None:
        """The drive is over; what is still open ends with it."""
        if self._whole is None:
            return
        for name in list(self._others):
            self._follow(name, "", now, {})
        for span, _ in self._members.values():
            span.end(_nano(now))
        for batch in self._batches.values():
            batch.end(_nano(now))
        self._whole.set_attribute("rolling.outcome", outcome)
        if outcome != "succeeded":
            _fails(self._whole, sentence)
        self._whole.end(_nano(now))

    def _begin(self, lived: Lived, rollout: Any) -> None:
        act = lived.acted_at
        if act is None:
            # What the cloud launches by itself is for a member of the last batch, if that goes on.
            act = max(self._batches, default=lived.seen_at)
        if act not in self._batches:
            self._begun += 1
            which = {"rolling.batch": self._begun, "rolling.direction": lived.way}
            self._batches[act] = self._open(BATCH, act, self._whole, which)
        told = {"rolling.member": lived.id, "rolling.revision": str(rollout.target)}
        self._members[lived.id] = (self._open(MEMBER, lived.began_at, self._batches[act], told), act)

    def _end(self, lived: Lived) -> None:
        span, _ = self._members.pop(lived.id, (None, 0.0))
        if span is None:
            return
        span.set_attribute("rolling.judged", lived.fate is not Fate.OPEN)
        if lived.fate is Fate.FAILED:
            _fails(span, lived.words)
        span.end(_nano(lived.until))

    def _end_batches(self, point: Point) -> None:
        """Those of which no member is in flight, and none is still to appear."""
        going = {act for _, act in self._members.values()} | {each.at for each in point.owed}
        for act in sorted(self._batches.keys() - going):
            self._batches.pop(act).end(_nano(point.at))

    def _follow(self, name: str, what: str, now: float, told: Mapping[str, Any]) -> None:
        """A span for as long as it is of the same thing."""
        was = self._others.get(name)
        if was is not None and was[0] != what:
            was[1].end(_nano(now))
            del self._others[name]
        if what and name not in self._others:
            self._others[name] = (what, self._open(name, now, self._whole, told))

    def _open(self, name: str, at: float, parent: Any, told: Mapping[str, Any]) -> Any:
        from opentelemetry import trace

        around = self.parent if parent is None else trace.set_span_in_context(parent)
        return self.tracer.start_span(name, context=around, start_time=_nano(at), attributes=dict(told))


def _of(name: str, rollout: Any) -> dict[str, Any]:
    goal = rollout.goal
    return {
        "rolling.group": name,
        "rolling.rollout": goal.id,
        "rolling.from": str(goal.came_from or ""),
        "rolling.to": str(goal.to),
        "rolling.generation": rollout.generation,
    }


def _verdict(verdict: Any) -> dict[str, Any]:
    return {"rolling.verdict": verdict.code.value, "rolling.sentence": verdict_sentence(verdict)}


def _fails(span: Any, why: str) -> None:
    from opentelemetry.trace import Status, StatusCode

    span.set_status(Status(StatusCode.ERROR, why))


def _nano(at: float) -> int:
    return int(at * _NANO)
