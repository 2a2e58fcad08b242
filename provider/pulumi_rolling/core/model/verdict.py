"""Why a member failed, why a direction ended, and what mends it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TypeVar

from pulumi_rolling.core.model.codes import FAILURES, VERDICTS, FailureReason, Remedy, VerdictCode
from pulumi_rolling.core.model.values import value

Code = TypeVar("Code")


@value(frozen=True, slots=True)
class Failure:
    id: str
    reason: FailureReason
    cause: str = ""
    remedy: Remedy | None = None
    """None: that of its reason."""
    hint: str = ""
    """What to do in the cloud's own terms, where the fleet knows it: ``Allow ec2:RunInstances``."""


@value(frozen=True, slots=True)
class Verdict:
    """Why a direction ended."""

    code: VerdictCode
    at: float
    failed: int = 0
    of: int = 0
    failures: tuple[Failure, ...] = ()
    """The first few, for the sentence."""
    cause: str = ""
    clock: float = 0.0
    """Seconds that each member had, or at a deadline the rollout; 0: not known."""
    touched: int = 0
    """Launches by our acts until then."""
    remedy: Remedy | None = None
    """That of a refused act, where its refusal tells. None: that of the failures, else that of the code."""
    hint: str = ""


@value(frozen=True, slots=True)
class Cure:
    """The one thing to mend. ``reason`` is of the failures that it would mend, where there are any."""

    remedy: Remedy
    hint: str = ""
    reason: FailureReason | None = None


def cure_of(verdict: Verdict) -> Cure:
    """What most of the failures need, the first of them where several need as much."""
    if verdict.remedy is not None or verdict.hint or not verdict.failures:
        return Cure(verdict.remedy or VERDICTS[verdict.code].remedy, verdict.hint)
    remedy = _commonest(_remedy(f) for f in verdict.failures)
    alike = [f for f in verdict.failures if _remedy(f) is remedy]
    hint = next((f.hint for f in alike if f.hint), "")
    return Cure(remedy, hint, _commonest(f.reason for f in alike))


def _remedy(failure: Failure) -> Remedy:
    return failure.remedy or FAILURES[failure.reason].remedy


def _commonest(codes: Iterable[Code]) -> Code:
    return Counter(codes).most_common(1)[0][0]
