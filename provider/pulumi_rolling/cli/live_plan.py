"""The plan for a live group as preview would tell it. The group is looked at and not touched."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pulumi_rolling.cli.live import live_group, reach_of
from pulumi_rolling.core.model.commands import command
from pulumi_rolling.engine.record.pieces import read_any
from pulumi_rolling.handler.context import Context
from pulumi_rolling.handler.handover import assessed
from pulumi_rolling.handler.kinds import inputs_model, kind_named
from pulumi_rolling.handler.opening import Asked, open_operation
from pulumi_rolling.handler.operation import Operation, Situation, raise_faults
from pulumi_rolling.policy.check import check_inputs
from pulumi_rolling.report.preview import Preview


def live_preview(block: Any, name: str, to: str | None, region: str | None, endpoint: str | None) -> Preview:
    """The preview of the policy on the group as it is now. PolicyErrors with everything that stands in the way."""
    facts = live_group(name, region, endpoint).facts()
    kind = kind_named(name, reach_of(region, endpoint))
    group = {
        **kind.as_named(name),
        "region": region,
        "endpoint": endpoint,
        **kind.at_version(facts.pointer, to),
    }
    given = {key: value for key, value in group.items() if value is not None}
    checked = check_inputs(inputs_model(), {kind.key: given, "updatePolicy": block})
    operation = open_operation(Asked(checked, checked.normal), Context())
    recorded = read_any(facts.tags)
    operation, situation = _assessed_by_owner(operation, name if recorded is None else recorded[0])
    raise_faults(situation)
    call = operation.fleet.call
    preview = replace(operation.strategy.situation.telling.preview(situation, situation.notes), call=call)
    if read_any(situation.facts.tags) is None:
        return preview
    return replace(
        preview, notes=(*preview.notes, f"see {command('status', call)} for the rollout under way")
    )


def _assessed_by_owner(operation: Operation, owner: str) -> tuple[Operation, Situation]:
    """This only looks, so the rollout that is under way is the one to show, whichever resource owns it.

    ``owner``: of the record as it was. Where another resource has begun a rollout since, the look is taken anew as its.
    """
    while True:
        ours, situation = assessed(replace(operation, owner=owner))
        found = read_any(situation.facts.tags)
        if found is None or found[0] == owner:
            return ours, situation
        owner = found[0]
