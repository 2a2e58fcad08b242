"""How a direction ends on any machine, and how a rollout ended, from the verdicts on its two ways."""

from __future__ import annotations

from pulumi_rolling.core.model.codes import VerdictCode
from pulumi_rolling.core.model.decision import Outcome
from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.core.model.seen import RefusedAct
from pulumi_rolling.core.model.verdict import Verdict


def outcome(
    direction: Direction, verdict: Verdict | None, back_failed: Verdict | None, *, whole: bool = True
) -> Outcome:
    """``verdict`` ended the way forward, ``back_failed`` the way back; ``whole``: Desired members are in service."""
    if verdict is None and back_failed is None:
        return Outcome(done=True)
    return Outcome(done=False, returned=direction is Direction.BACK and back_failed is None and whole)


def is_let_be(verdict: Verdict | None) -> bool:
    """The direction ended because others hold the group: no member is named for removal."""
    return verdict is not None and verdict.code in (
        VerdictCode.POINTER_MOVED,
        VerdictCode.STRANGERS_OPERATION,
    )


def refusal(first: RefusedAct, at: float) -> Verdict:
    """What a refused act comes to."""
    cause = f"{first.act}: {first.message}"
    return Verdict(VerdictCode.REFUSED, at, cause=cause, remedy=first.remedy, hint=first.hint)
