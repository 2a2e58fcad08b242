"""A preview as JSON for another program of ours: rows, numbers, risks and the drawing. It has a version."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from pulumi_rolling.core.delegate.plan import DelegatePlan
from pulumi_rolling.core.explain import time_range
from pulumi_rolling.core.replace.plan import Plan
from pulumi_rolling.core.replace.rollout import Boots
from pulumi_rolling.report.drawing import drawing
from pulumi_rolling.report.drawn import drawing_json
from pulumi_rolling.report.hazards import hazards
from pulumi_rolling.report.plan_json import planned
from pulumi_rolling.report.preview import Preview, fewest_calls, headline, likely, longest_wait, rows
from pulumi_rolling.report.wording import span

VERSION = 1
APART = frozenset({"changes", "warning"})
"""Labels of rows that have a place of their own."""


def preview_document(preview: Preview, urn: str, around: Sequence[str] = ()) -> dict[str, Any]:
    """Keys may be added, and never change their meaning. ``around``: risks that the group's surroundings show."""
    plan = preview.plan if not preview.nothing else None
    return {
        "version": VERSION,
        "urn": urn,
        "group": preview.group,
        "headline": headline(preview),
        "replaces": 0 if plan is None else plan.replace,
        "noun": list(preview.noun),
        "rows": [[label, sentence] for label, sentence in rows(preview) if label not in APART],
        "brief": {} if plan is None or not plan.replace else _brief(preview, plan),
        "risks": [*hazards(preview), *around, *preview.warnings],
        "differences": list(preview.differences),
        "drawing": drawing_json(drawing(preview)),
        "plan": None if plan is None else planned(plan, preview.warnings),
    }


def _brief(preview: Preview, plan: Plan | DelegatePlan) -> dict[str, str]:
    """A few words for each column of a table of groups."""
    lowest = plan.lowest_in_service
    return {
        "atOnce": str(plan.batch),
        "inService": "" if lowest is None else f"at least {lowest}",
        "stops": ", ".join(_stops(plan)),
        "likely": _likely(plan, preview.last_boots),
        "atMost": _at_most(plan),
        "wayBack": _way_back(preview),
        "calls": f"at least {_calls(plan)}",
    }


def _stops(plan: Plan | DelegatePlan) -> Iterator[str]:
    if isinstance(plan, DelegatePlan):
        count = len(plan.limits.foreseen.gates)
    else:
        count = len(plan.limits.checkpoints)
        if plan.limits.canary:
            yield f"canary {plan.limits.canary}"
    if count:
        yield f"{count} checkpoint{'s' if count > 1 else ''}"
    if plan.limits.approval:
        yield "approval"


def _likely(plan: Plan | DelegatePlan, boots: Boots | None) -> str:
    if isinstance(plan, DelegatePlan):
        return ""
    expected = likely(plan, boots)
    if expected is None:
        return ""
    return time_range(expected[0] + plan.fixed_waits, expected[1] + plan.fixed_waits)


def _at_most(plan: Plan | DelegatePlan) -> str:
    timeout = plan.limits.timeout
    if isinstance(plan, DelegatePlan) or not plan.signals:
        return "" if timeout is None else span(timeout)
    most = longest_wait(plan) + plan.fixed_waits
    if timeout is not None and timeout <= most:
        return span(timeout)
    return f"{span(most)} and approvals" if plan.limits.approval else span(most)


def _way_back(preview: Preview) -> str:
    if preview.leaves:
        return "none (leave)"
    return "none" if preview.returns_to is None else f"to {preview.returns_to}"


def _calls(plan: Plan | DelegatePlan) -> int:
    return plan.decisions + len(plan.acts) if isinstance(plan, DelegatePlan) else fewest_calls(plan)
