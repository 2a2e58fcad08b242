"""The point of a decision, whichever machine decided."""

from __future__ import annotations

from typing import Any

from pulumi_rolling.core.delegate.delegating import Delegating
from pulumi_rolling.core.model.decision import Decision
from pulumi_rolling.report.course import delegated, replaced
from pulumi_rolling.report.course.point import Point


def point_of(limits: Any, before: Any, decision: Decision[Any, Any], at: float, call: str) -> Point:
    """``before``: the rollout that was decided on. ``call``: the group as a command has to name it."""
    made = delegated.point if isinstance(decision.next, Delegating) else replaced.point
    return made(limits, before, decision, at, call)
