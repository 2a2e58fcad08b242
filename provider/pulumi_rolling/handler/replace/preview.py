"""A situation as it is shown before anything is done: under the resource in preview, and by `rolling plan --group`."""

from __future__ import annotations

from collections import Counter

from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.core.replace.plan import plan
from pulumi_rolling.handler.operation import UNKNOWN
from pulumi_rolling.handler.replace.situation import Situation
from pulumi_rolling.report.preview import Preview, instances, span

TURNED_BACK = (
    "that rollout had turned back: this update returns the group and ends with its failure, "
    "and the one after it tries again"
)


def preview_of(situation: Situation, notes: tuple[str, ...]) -> Preview:
    """The plan of the very rollout that would be driven, and what surrounds it."""
    rollout = situation.rollout
    known = situation.to is not UNKNOWN
    former = situation.came_from or situation.facts.current
    born = rollout.goal.fresh and not situation.old
    work = situation.has_work and not born
    if born:
        notes += (_waits(situation),)
    elsewhere = former is not None and (not known or former.digest != situation.to.digest)
    returns = former if elsewhere or rollout.goal.abandoned else None
    leaves = former
    if former is not None and not elsewhere and situation.old:
        # Reverted, or drifted: what is replaced is of another revision than the one in state.
        leaves = Counter(m.revision for m in situation.old).most_common(1)[0][0]
    to = str(situation.to) if known else None
    back = rollout.direction is Direction.BACK and situation.came_from is not None
    if back:
        notes += (TURNED_BACK,)
        leaves, to, returns = rollout.goal.to, str(situation.came_from), None
    return Preview(
        group=situation.facts.name,
        where=situation.facts.where,
        plan=plan(situation.limits, rollout, situation.facts.observation) if work else None,
        came_from=None if leaves is None else str(leaves),
        to=to,
        differences=() if back else situation.differences,
        warnings=situation.warnings,
        notes=notes,
        pointer_only=situation.is_pointer_only,
        nothing=not work and not situation.is_pointer_only,
        returns_to=None if returns is None else str(returns),
        leaves=situation.limits.on_failure.value == "leave",
        last_boots=rollout.prior if rollout.prior.n else None,
    )


def _waits(situation: Situation) -> str:
    """What a create does on a group whose members all match: it replaces no member, and may fail all the same."""
    signals = situation.limits.signals
    young = (
        f", and for a SUCCESS signal from each younger than {span(situation.limits.pause)}" if signals else ""
    )
    return f"waits for {instances(situation.facts.sizes.desired)} in service{young}"
