"""A situation as it is shown before anything is done, where the cloud rolls."""

from __future__ import annotations

from dataclasses import replace

from pulumi_rolling.core.delegate.observation import Delegated
from pulumi_rolling.core.delegate.plan import plan
from pulumi_rolling.handler.between import shown
from pulumi_rolling.handler.delegate.situation import Situation
from pulumi_rolling.report.preview import Preview
from pulumi_rolling.report.wording import counted

_OLD = "of other revisions"


def preview_of(situation: Situation, notes: tuple[str, ...]) -> Preview:
    """The plan of the very rollout that would be driven, and what surrounds it."""
    preview = shown(
        situation,
        situation.old,
        lambda: plan(situation.limits, situation.rollout, _as_counted(situation)),
        notes,
        lambda: f"waits for {counted(situation.facts.observation.desired, situation.noun)} in service",
        situation.noun,
    )
    return replace(preview, moves_alone=situation.makes_other and not situation.replaced)


def _as_counted(situation: Situation) -> Delegated:
    """The look in members, as the service will count them, where the rollout looks in units of Desired."""
    target = situation.rollout.target.digest
    runs = {_OLD: len(situation.replaced), target: situation.kept}
    return replace(situation.facts.observation, runs={each: count for each, count in runs.items() if count})
