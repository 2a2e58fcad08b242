"""How a rollout ended, from the verdicts on its two ways."""

from __future__ import annotations

from pulumi_rolling.core.model.decision import Outcome
from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.core.model.verdict import Verdict


def outcome(
    direction: Direction, verdict: Verdict | None, back_failed: Verdict | None, *, whole: bool = True
) -> Outcome:
    """``verdict`` ended the way forward, ``back_failed`` the way back; ``whole``: Desired members are in service."""
    if verdict is None and back_failed is None:
        return Outcome(done=True)
    return Outcome(done=False, returned=direction is Direction.BACK and back_failed is None and whole)
