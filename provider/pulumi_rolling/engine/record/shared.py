"""What the records of all machines have in common, in JSON: revisions, goals, verdicts, failures."""

from __future__ import annotations

from typing import Any

from pulumi_rolling.core.model.codes import FailureReason, Remedy, VerdictCode
from pulumi_rolling.core.model.goal import Goal
from pulumi_rolling.core.model.member import Revision
from pulumi_rolling.core.model.verdict import Failure, Verdict

CAUSE_CHARACTERS = 160


def without_empty(raw: dict[str, Any]) -> dict[str, Any]:
    """Most of a rollout is as it began, and tags are few."""
    return {key: value for key, value in raw.items() if value}


def revision_out(revision: Revision) -> list[str]:
    return [revision.address, revision.digest, revision.label]


def goal_out(goal: Goal) -> list[Any]:
    return [
        goal.id,
        revision_out(goal.to),
        None if goal.came_from is None else revision_out(goal.came_from),
        [int(goal.forced), int(goal.fresh)],
        list(goal.abandoned),
    ]


def goal_in(raw: list[Any]) -> Goal:
    ident, to, came_from, (forced, fresh), abandoned = raw
    return Goal(
        id=ident,
        to=Revision(*to),
        came_from=None if came_from is None else Revision(*came_from),
        forced=bool(forced),
        fresh=bool(fresh),
        abandoned=tuple(abandoned),
    )


def verdict_out(verdict: Verdict) -> list[Any]:
    return [
        verdict.code,
        verdict.at,
        verdict.failed,
        verdict.of,
        [failure_out(f) for f in verdict.failures],
        verdict.cause[: 2 * CAUSE_CHARACTERS],
        verdict.clock,
        verdict.touched,
        *_advice_out(verdict.remedy, verdict.hint),
    ]


def verdict_in(raw: list[Any]) -> Verdict:
    code, at, failed, of, failures, cause, clock, *rest = raw
    touched, *advice = rest or [0]  # Format 1 had no touched.
    named = tuple(failure_in(f) for f in failures)
    return Verdict(VerdictCode(code), at, failed, of, named, cause, clock, touched, *_advice_in(advice))


def failure_out(failure: Failure) -> list[Any]:
    cause = failure.cause[:CAUSE_CHARACTERS]
    return [failure.id, failure.reason, cause, *_advice_out(failure.remedy, failure.hint)]


def failure_in(raw: list[Any]) -> Failure:
    ident, reason, cause, *advice = raw
    return Failure(ident, FailureReason(reason), cause, *_advice_in(advice))


def _advice_out(remedy: Remedy | None, hint: str) -> list[str]:
    """What formats 1 and 2 did not know. Most failures have none of it, so what is empty is left out."""
    if not hint:
        return [] if remedy is None else [remedy]
    return [remedy or "", hint[:CAUSE_CHARACTERS]]


def _advice_in(raw: list[str]) -> tuple[Remedy | None, str]:
    remedy, hint = (*raw, "", "")[:2]
    return Remedy(remedy) if remedy else None, hint
