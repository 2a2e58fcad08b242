"""The plan for a live group as preview would tell it. The group is looked at and not touched."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pulumi_rolling.cli.live import live_group
from pulumi_rolling.engine.record.pieces import read_any
from pulumi_rolling.handler.context import Context
from pulumi_rolling.handler.handover import assessed
from pulumi_rolling.handler.kinds import inputs_model, kind_of_name
from pulumi_rolling.handler.opening import Asked, open_operation
from pulumi_rolling.handler.operation import raise_faults
from pulumi_rolling.policy.check import check_inputs
from pulumi_rolling.report.preview import Preview


def live_preview(block: Any, name: str, to: str | None, region: str | None, endpoint: str | None) -> Preview:
    """The preview of the policy on the group as it is now. PolicyErrors with everything that stands in the way."""
    facts = live_group(name, region, endpoint).facts()
    kind = kind_of_name(name)
    group = {
        kind.identity[0]: name,
        "region": region,
        "endpoint": endpoint,
        **kind.at_version(facts.pointer, to),
    }
    given = {key: value for key, value in group.items() if value is not None}
    checked = check_inputs(inputs_model(), {kind.key: given, "updatePolicy": block})
    operation = open_operation(Asked(checked, checked.normal), Context())
    recorded = read_any(facts.tags)
    # This only looks, so the rollout that is under way is the one to show, whichever resource owns it.
    owner = recorded[0] if recorded is not None else name
    operation, situation = assessed(replace(operation, owner=owner))
    raise_faults(situation)
    preview = operation.strategy.situation.telling.preview(situation, situation.notes)
    if recorded is None:
        return preview
    return replace(preview, notes=(*preview.notes, f"see 'rolling status {name}' for the rollout under way"))
