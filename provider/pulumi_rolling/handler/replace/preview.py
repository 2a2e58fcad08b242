"""A situation as it is shown before anything is done: under the resource in preview, and by `rolling plan --group`."""

from __future__ import annotations

from pulumi_rolling.core.replace.plan import plan
from pulumi_rolling.handler.between import between
from pulumi_rolling.handler.replace.situation import Situation
from pulumi_rolling.report.preview import Preview
from pulumi_rolling.report.wording import instances, span


def preview_of(situation: Situation, notes: tuple[str, ...]) -> Preview:
    """The plan of the very rollout that would be driven, and what surrounds it."""
    rollout = situation.rollout
    born = rollout.goal.fresh and not situation.old
    work = situation.has_work and not born
    if born:
        notes += (_waits(situation),)
    way = between(situation, (m.revision for m in situation.old))
    return Preview(
        group=situation.facts.name,
        where=situation.facts.where,
        plan=plan(situation.limits, rollout, situation.facts.observation) if work else None,
        came_from=way.leaves,
        to=way.to,
        differences=way.differences,
        warnings=situation.warnings,
        notes=(*notes, *way.notes),
        pointer_only=situation.is_pointer_only,
        nothing=not work and not situation.is_pointer_only,
        returns_to=way.returns_to,
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
