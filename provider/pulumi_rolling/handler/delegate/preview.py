"""A situation as it is shown before anything is done, where the cloud rolls."""

from __future__ import annotations

from dataclasses import replace

from pulumi_rolling.core.delegate.observation import Delegated
from pulumi_rolling.core.delegate.plan import plan
from pulumi_rolling.handler.between import between
from pulumi_rolling.handler.delegate.situation import Situation
from pulumi_rolling.report.preview import Preview
from pulumi_rolling.report.wording import instances

_OLD = "of other revisions"


def preview_of(situation: Situation, notes: tuple[str, ...]) -> Preview:
    """The plan of the very rollout that would be driven, and what surrounds it."""
    rollout, seen = situation.rollout, situation.facts.observation
    born = rollout.goal.fresh and not situation.old
    work = situation.has_work and not born
    if born:
        notes += (f"waits for {instances(seen.desired)} in service",)
    way = between(situation, (m.revision for m in situation.old))
    return Preview(
        group=situation.facts.name,
        where=situation.facts.where,
        plan=plan(situation.limits, rollout, _as_counted(situation)) if work else None,
        came_from=way.leaves,
        to=way.to,
        differences=way.differences,
        warnings=situation.warnings,
        notes=(*notes, *way.notes),
        pointer_only=situation.is_pointer_only,
        nothing=not work and not situation.is_pointer_only,
        returns_to=way.returns_to,
        leaves=situation.limits.on_failure.value == "leave",
    )


def _as_counted(situation: Situation) -> Delegated:
    """The look in members, as the service will count them, where the rollout looks in units of Desired."""
    target = situation.rollout.target.digest
    runs = {_OLD: len(situation.replaced), target: situation.kept}
    return replace(situation.facts.observation, runs={each: count for each, count in runs.items() if count})
