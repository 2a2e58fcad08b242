"""An interrupted rollout, gone on with or taken back by nothing but what its group holds: record, policy and lease.

No state and no program is needed: the record knows both revisions, and the policy stands beside it. The next update of
whichever resource began it finds the group as this has left it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pulumi_rolling.core.model.goal import Direction, OnFailure
from pulumi_rolling.core.model.member import Revision
from pulumi_rolling.engine import lease
from pulumi_rolling.engine.record import kept_policy
from pulumi_rolling.errors import RollingError
from pulumi_rolling.handler.context import Context, Defaults
from pulumi_rolling.handler.driving import roll
from pulumi_rolling.handler.kinds import kind_named
from pulumi_rolling.handler.opening import Asked, fleet_named, open_operation, retry_in
from pulumi_rolling.handler.operation import Kind, Operation, Reach
from pulumi_rolling.handler.recorded import unfinished
from pulumi_rolling.policy.block import POLICY
from pulumi_rolling.policy.timing import Timing


@dataclass(frozen=True, slots=True)
class Interrupted:
    """A rollout on its group that somebody has to end."""

    operation: Operation
    context: Context
    to: Revision
    came_from: Revision | None
    returns: bool
    """It was going back already."""
    waits: float
    """Seconds for which the lease of its driver, who may be dead or not, still runs."""

    def drive(self) -> None:
        """To its end; RollingError where the group does not come to the target."""
        roll(self.operation, self.context)


def interrupted_on(group: str, defaults: Defaults, context: Context, *, back: bool) -> Interrupted:
    """Look at the group. ``back``: it will be returned, whatever its policy says of failures.

    Raises RollingError where there is nothing to go on with, or no policy to go on by.
    """
    reach = Reach(defaults, retry_in(Timing.from_environment(os.environ)))
    fleet = fleet_named(group, reach)
    marks = fleet.marks()
    found = unfinished(marks)
    if found is None:
        raise RollingError(f"{group} has no rollout that was interrupted.")
    owner, record = found
    kept = kept_policy.read(marks)
    if kept is None:
        raise RollingError(
            f"The record of rollout {record.goal.id} on {group} has no policy beside it.",
            hint="Go on with it by 'pulumi up'.",
        )
    goal = record.goal
    if back and goal.came_from is None:
        raise RollingError(
            f"There is no way back for {group}: the rollout found no former revision.",
            hint=f"'rolling finish {group}' goes on with it.",
        )
    inputs = inputs_of(kind_named(group, reach), group, goal.to, kept, back=back)
    olds = None if kept.former is None else {POLICY: kept.former}
    operation = open_operation(Asked.stored(inputs), context, olds=olds, defaults=defaults)
    # The record is another resource's, and stays so: its own next update goes on where this one ends.
    operation = replace(operation, owner=owner, continues=goal.id)
    held, now = lease.found_lease(marks), operation.clock.now()
    return Interrupted(
        operation=operation,
        context=context,
        to=goal.to,
        came_from=goal.came_from,
        returns=record.direction is Direction.BACK,
        waits=held.until - now if held is not None and held.may_act(now) else 0.0,
    )


def inputs_of(
    kind: Kind, group: str, to: Revision, kept: kept_policy.KeptPolicy, *, back: bool = False
) -> Mapping[str, Any]:
    """The properties of a RollingGroup that would want the record's target by the record's policy."""
    given = {
        kind.key: {**kind.as_named(group), **kind.as_inputs(to.address)},
        POLICY: kept.policy,
        "onFailure": OnFailure.ROLL_BACK.value if back else kept.on_failure,
    }
    return {key: value for key, value in given.items() if value is not None}
