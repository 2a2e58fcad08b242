"""One rollout as spans: the whole, each batch, each member from our act until it is ready or failed, each wait.

What the spans are of is read off decisions; a tracer of OpenTelemetry keeps them. The whole begins when the rollout
began, also where another process had begun it; what died with that process is not told.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pulumi_rolling.core.explain import sentence, verdict_sentence
from pulumi_rolling.core.model.codes import REASONS
from pulumi_rolling.core.model.decision import Decision
from pulumi_rolling.telemetry.course import acts, begun, operation_of, over, owed_since

ROLLOUT, BATCH, MEMBER, OPERATION, WAIT = (
    f"rolling.{name}" for name in ("rollout", "batch", "member", "operation", "wait")
)
_NANO = 1_000_000_000


@dataclass
class Spans:
    """``name`` and ``call``: the group, and how a command names it. ``parent``: the context around the run."""

    tracer: Any
    name: str
    call: str
    parent: Any = None
    _whole: Any = None
    _acts: list[float] = field(default_factory=list)
    """When members were asked for: each is a batch."""
    _batches: dict[float, Any] = field(default_factory=dict)
    _members: dict[str, tuple[Any, float]] = field(default_factory=dict)
    """Those in flight, each with the batch that it is of."""
    _others: dict[str, tuple[str, Any]] = field(default_factory=dict)
    """What is open of operations and waits: by the name of the span what it is of."""
    _begun: int = 0
    """Batches so far."""
    _failed: bool = False

    def hear(self, before: Any, decision: Decision[Any, Any], now: float) -> None:
        rollout = decision.next
        if self._whole is None:
            self._whole = self._open(ROLLOUT, rollout.started_at, None, _of(self.name, rollout))
        self._acts += [at for at in sorted(acts(rollout)) if at > max(self._acts, default=0.0)]
        self._judge(rollout, now)
        for member in begun(before, rollout, now, self._members):
            self._begin(member.id, member.at, rollout)
        self._judge(rollout, now)
        self._follow(OPERATION, operation_of(rollout), now, {"rolling.operation": operation_of(rollout)})
        because = decision.because
        asks = because.code.value if REASONS[because.code].asks else ""
        told = {"rolling.reason": asks, "rolling.sentence": sentence(because, self.call) if asks else ""}
        self._follow(WAIT, asks, now, told)
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

    def _begin(self, member: str, at: float, rollout: Any) -> None:
        act = self._act_of(at)
        if act not in self._batches:
            self._begun += 1
            which = {"rolling.batch": self._begun, "rolling.direction": rollout.direction.value}
            self._batches[act] = self._open(BATCH, act, self._whole, which)
        told = {"rolling.member": member, "rolling.revision": str(rollout.target)}
        self._members[member] = (self._open(MEMBER, act, self._batches[act], told), act)

    def _judge(self, rollout: Any, now: float) -> None:
        for each in over(rollout, self._members):
            span, act = self._members.pop(each.id)
            span.set_attribute("rolling.judged", each.judged)
            if each.failed and each.judged:
                _fails(span, each.failed)
            span.end(_nano(now))
        for act in [each for each in self._batches if not self._goes_on(each, rollout)]:
            self._batches.pop(act).end(_nano(now))

    def _goes_on(self, act: float, rollout: Any) -> bool:
        """A member of the batch is in flight, or has not appeared yet."""
        owed = map(self._act_of, owed_since(rollout))
        return any(act == other for _, other in self._members.values()) or act in owed

    def _act_of(self, at: float) -> float:
        """The act that brings what is due since then."""
        place = bisect_right(self._acts, at)
        return self._acts[place - 1] if place else at

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
        "rolling.from": str(goal.came_from),
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
