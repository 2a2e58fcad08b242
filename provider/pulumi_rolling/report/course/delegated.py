"""Points of the delegate machine's decisions: what the service's operation was seen to do, and what people said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import assert_never

from pulumi_rolling.core.delegate.actions import Act as DelegateAct
from pulumi_rolling.core.delegate.actions import Begin, Continue, Pause, RollBack, Stop
from pulumi_rolling.core.delegate.delegating import DelegateDecision, Delegating, Way, Whose
from pulumi_rolling.core.delegate.limits import DelegateLimits
from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.core.model.verdict import Verdict
from pulumi_rolling.report.course.point import (
    ASKED,
    Act,
    Operated,
    Point,
    common,
    fresh,
    is_turned,
)


def point(
    limits: DelegateLimits, before: Delegating, decision: DelegateDecision, at: float, call: str
) -> Point:
    """``call``: the group as a command has to name it."""
    after = decision.next
    was = Way() if is_turned(before, after) else before.way
    verdict = fresh(before.verdict, after.verdict)
    foreseen = (limits.back() if after.direction is Direction.BACK else limits).foreseen
    return replace(
        common(before, decision, at, call),
        failures=max(decision.status.failed, 0 if after.verdict is None else after.verdict.failed),
        lowest=after.lowest,
        floor=foreseen.lowest,
        ceiling=foreseen.most,
        acts=tuple(_act(each) for each in decision.actions),
        verbs=tuple(_verbs(was, after, verdict)),
        operation=_operated(was, after),
    )


def _act(act: DelegateAct) -> Act:
    match act:
        case Begin():
            return Act("start", str(act.to))
        case Continue():
            return Act("continue", act.gate or act.operation)
        case Pause():
            return Act("pause", act.operation)
        case Stop():
            return Act("stop", act.operation)
        case RollBack():
            return Act("rollBack", str(act.to))
        case _:
            assert_never(act)


def _operated(was: Way, rollout: Delegating) -> Operated | None:
    """On the service's own way back that is what was begun before."""
    way, earlier = rollout.way, rollout.earlier
    ident = way.operation or ("" if earlier is None else earlier.operation)
    if not ident:
        return None
    known = was.states if was.operation == way.operation else frozenset()
    states = tuple(sorted(state.value for state in way.states - known))
    return Operated(ident, states, way.whose is Whose.STRANGERS, way.percent)


def _verbs(was: Way, rollout: Delegating, verdict: Verdict | None) -> Iterator[str]:
    way = rollout.way
    if verdict is not None:
        yield from [ASKED[verdict.code]] if verdict.code in ASKED else []
        return
    if way.paused != was.paused:
        yield "pause" if way.paused else "resume"
    approved = was.gate is not None and was.gate.approved
    if way.gate is not None and way.gate.approved and not approved:
        yield "approve"
