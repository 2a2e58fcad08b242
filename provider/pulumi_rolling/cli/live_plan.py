"""The plan for a live group, which is looked at and not touched: what preview would say of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pulumi_rolling.cli.live import live_group
from pulumi_rolling.engine.record.pieces import read
from pulumi_rolling.fleets.aws.launch_templates import LATEST, parts
from pulumi_rolling.handler import assess, preview_of, wire
from pulumi_rolling.report.preview import Preview


def live_preview(block: Any, name: str, to: str | None, region: str | None, endpoint: str | None) -> Preview:
    """What the policy would do to the group now. PolicyErrors with everything that stands in the way."""
    facts = live_group(name, region, endpoint).facts()
    template, _ = parts(facts.pointer)
    group = {
        "name": name,
        "region": region,
        "endpoint": endpoint,
        "launchTemplate": {"id": template, "version": to or LATEST},
    }
    given = {key: value for key, value in group.items() if value is not None}
    wiring = wire({"autoScalingGroup": given, "updatePolicy": block}, lambda value: False)
    recorded = read(facts.tags)
    # Whoever owns the record, this only looks: the rollout that is under way is the one to show.
    owner = recorded[0] if recorded is not None else name
    situation = assess(wiring, None, owner=owner, forced=False, target_unknown=False)
    situation.raise_faults()
    preview = preview_of(situation, situation.notes)
    if recorded is None:
        return preview
    return replace(preview, notes=(*preview.notes, f"see 'rolling status {name}' for the rollout under way"))
