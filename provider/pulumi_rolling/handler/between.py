"""The two revisions that a rollout lies between, as a preview names them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.core.model.member import Revision
from pulumi_rolling.handler.operation import UNKNOWN, Situation

TURNED_BACK = (
    "that rollout had turned back: this update returns the group and ends with its failure, "
    "and the one after it tries again"
)


@dataclass(frozen=True, slots=True)
class Between:
    leaves: str | None
    to: str | None
    """None where it is known only after apply."""
    returns_to: str | None
    differences: tuple[str, ...]
    notes: tuple[str, ...] = ()


def between(situation: Situation, old: Iterable[Revision]) -> Between:
    """``old``: revisions of the members that are replaced, one for each."""
    goal, known = situation.rollout.goal, situation.to is not UNKNOWN
    former = situation.came_from or situation.facts.current
    if situation.rollout.direction is Direction.BACK and situation.came_from is not None:
        return Between(str(goal.to), str(situation.came_from), None, (), (TURNED_BACK,))
    elsewhere = former is not None and (not known or former.digest != situation.to.digest)
    returns = former if elsewhere or goal.abandoned else None
    leaves, counts = former, Counter(old)
    if former is not None and not elsewhere and counts:
        # Reverted, or drifted: what is replaced is of another revision than the one in state.
        leaves = counts.most_common(1)[0][0]
    return Between(
        leaves=None if leaves is None else str(leaves),
        to=str(situation.to) if known else None,
        returns_to=None if returns is None else str(returns),
        differences=situation.differences,
    )
