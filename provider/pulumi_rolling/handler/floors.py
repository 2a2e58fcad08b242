"""The floor of a rollout that another process drives, from what its group holds: record, and the policy beside it."""

from __future__ import annotations

from collections.abc import Mapping

from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.core.replace.rollout import Rollout
from pulumi_rolling.engine.record import kept_policy
from pulumi_rolling.engine.record.pieces import read_any
from pulumi_rolling.errors import RollingError
from pulumi_rolling.fleets.base import Retry
from pulumi_rolling.handler.context import Context, Defaults
from pulumi_rolling.handler.continuing import inputs_of
from pulumi_rolling.handler.kinds import kind_named
from pulumi_rolling.handler.opening import Asked, open_operation
from pulumi_rolling.handler.operation import Reach
from pulumi_rolling.policy.block import POLICY


def floor_of(group: str, marks: Mapping[str, str], defaults: Defaults, retry: Retry[object]) -> int | None:
    """The cloud is asked nothing. None where it is the service's to keep, or where nothing tells it."""
    try:
        return _floor(group, marks, defaults, retry)
    except RollingError:
        return None


def _floor(group: str, marks: Mapping[str, str], defaults: Defaults, retry: Retry[object]) -> int | None:
    found, kept = read_any(marks), kept_policy.read(marks)
    rollout = None if found is None else found[1]
    # Policies count in units of Desired where members have weights, and what was handed over has another's policy.
    if kept is None or not isinstance(rollout, Rollout) or rollout.handed_over or rollout.way.unit != 1:
        return None
    kind = kind_named(group, Reach(defaults, retry))
    inputs = inputs_of(kind, group, rollout.goal.to, kept)
    olds = None if kept.former is None else {POLICY: kept.former}
    operation = open_operation(Asked.stored(inputs), Context(), olds=olds, defaults=defaults)
    limits = operation.limits(rollout.found.sizes)
    back = rollout.direction is Direction.BACK
    floor: int = (limits.back() if back else limits).floor
    return floor
