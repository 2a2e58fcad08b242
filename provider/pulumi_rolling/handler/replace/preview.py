"""A situation as it is shown before anything is done: under the resource in preview, and by `rolling plan --group`."""

from __future__ import annotations

from dataclasses import replace

from pulumi_rolling.core.replace.plan import plan
from pulumi_rolling.handler.between import shown
from pulumi_rolling.handler.replace.situation import Situation
from pulumi_rolling.report.preview import Preview
from pulumi_rolling.report.wording import instances, span


def preview_of(situation: Situation, notes: tuple[str, ...]) -> Preview:
    """The plan of the very rollout that would be driven, and what surrounds it."""
    rollout, seen = situation.rollout, situation.facts.observation
    preview = shown(
        situation,
        situation.old,
        lambda: plan(situation.limits, rollout, seen),
        notes,
        lambda: _waits(situation),
    )
    return replace(preview, last_boots=rollout.prior if rollout.prior.n else None)


def _waits(situation: Situation) -> str:
    signals = situation.limits.signals
    young = (
        f", and for a SUCCESS signal from each younger than {span(situation.limits.pause)}" if signals else ""
    )
    return f"waits for {instances(situation.facts.sizes.desired)} in service{young}"
