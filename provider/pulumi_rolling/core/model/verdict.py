"""Why a member failed, and why a direction ended."""

from __future__ import annotations

from pulumi_rolling.core.model.codes import FailureReason, VerdictCode
from pulumi_rolling.core.model.values import value


@value(frozen=True, slots=True)
class Failure:
    id: str
    reason: FailureReason
    cause: str = ""


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
