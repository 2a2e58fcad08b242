"""A situation as a preview shows it, whatever the machine: the two revisions, the plan, and what surrounds it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pulumi_rolling.core.model.goal import Direction, OnFailure
from pulumi_rolling.core.model.member import Member, Revision
from pulumi_rolling.handler.operation import UNKNOWN, Situation, is_pointer_only
from pulumi_rolling.report.preview import Preview
from pulumi_rolling.report.wording import INSTANCE, Noun

TURNED_BACK = (
    "that rollout had turned back: this update returns the group and ends with its failure, "
    "and the one after it tries again"
)


@dataclass(frozen=True, slots=True)
class _Between:
    leaves: str | None
    to: str | None
    """None where it is known only after apply."""
    returns_to: str | None
    differences: tuple[str, ...]
    notes: tuple[str, ...] = ()


def shown(
    situation: Situation,
    old: Sequence[Member],
    plan: Callable[[], Any],
    notes: tuple[str, ...],
    waits: Callable[[], str],
    noun: Noun = INSTANCE,
) -> Preview:
    """The plan of the very rollout that would be driven. ``old``: members that are replaced.

    ``waits``: what a create does on a group whose members all match: it replaces no member, and may fail all the same.
    """
    born = situation.rollout.goal.fresh and not old
    work = situation.has_work and not born
    pointer_only = is_pointer_only(situation)
    way = _between(situation, (m.revision for m in old))
    return Preview(
        group=situation.facts.name,
        where=situation.facts.where,
        plan=plan() if work else None,
        came_from=way.leaves,
        to=way.to,
        differences=way.differences,
        warnings=situation.warnings,
        notes=(*notes, *((waits(),) if born else ()), *way.notes),
        pointer_only=pointer_only,
        nothing=not work and not pointer_only,
        returns_to=way.returns_to,
        leaves=situation.limits.on_failure is OnFailure.LEAVE,
        noun=noun,
    )


def _between(situation: Situation, old: Iterable[Revision]) -> _Between:
    """``old``: revisions of the members that are replaced, one for each."""
    goal, known = situation.rollout.goal, situation.to is not UNKNOWN
    former = situation.came_from or situation.facts.current
    if situation.rollout.direction is Direction.BACK and situation.came_from is not None:
        return _Between(str(goal.to), str(situation.came_from), None, (), (TURNED_BACK,))
    elsewhere = former is not None and (not known or former.digest != situation.to.digest)
    returns = former if elsewhere or goal.abandoned else None
    leaves, counts = former, Counter(old)
    if former is not None and not elsewhere and counts:
        # Reverted, or drifted: what is replaced is of another revision than the one in state.
        leaves = counts.most_common(1)[0][0]
    return _Between(
        leaves=None if leaves is None else str(leaves),
        to=str(situation.to) if known else None,
        returns_to=None if returns is None else str(returns),
        differences=situation.differences,
    )
