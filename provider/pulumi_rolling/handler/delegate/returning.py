"""The way back of an instance refresh by this program: a rolling update, where no refresh leads to the former revision.

Of the refresh it has as much as it can honour: what stays in service, how many are replaced at a time, how long one is
given, and who is let be. All else is rollingUpdate's own default. Where the last deployment was by rollingUpdate its
block rules, as on every way back, and the floor is the higher of both.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pulumi_rolling.core.model.durations import iso
from pulumi_rolling.core.model.member import Revision, Sizes
from pulumi_rolling.core.replace.limits import Choice, Limits
from pulumi_rolling.core.replace.plan import new_rollout
from pulumi_rolling.core.replace.sizing import size_roll
from pulumi_rolling.engine.record.room import check_room, pieces_needed
from pulumi_rolling.errors import Fault
from pulumi_rolling.handler.notified import tags_for_telling
from pulumi_rolling.handler.operation import Operation
from pulumi_rolling.policy.instance_refresh.block import InstanceRefresh
from pulumi_rolling.policy.instance_refresh.leaves import ProtectedInstances, StandbyInstances
from pulumi_rolling.policy.instance_refresh.preferences import Maintenance, percentages
from pulumi_rolling.policy.percent import Percent
from pulumi_rolling.policy.rolling_update.block import Readiness, RollingUpdate

_PROTECTED = {
    ProtectedInstances.WAIT: Choice.WAIT,
    ProtectedInstances.IGNORE: Choice.IGNORE,
    ProtectedInstances.REFRESH: Choice.REPLACE,
}
_STANDBY = {
    StandbyInstances.WAIT: Choice.WAIT,
    StandbyInstances.IGNORE: Choice.IGNORE,
    StandbyInstances.TERMINATE: Choice.REPLACE,
}
WHOLE = 100


def as_rolling_update(
    refresh: InstanceRefresh, maintenance: tuple[int, int] | None, warm_up: float
) -> RollingUpdate:
    """The floor is minHealthyPercentage, the batch what maxHealthyPercentage leaves above it.

    ``maintenance`` and ``warm_up`` are the group's own, where the block gives none.
    """
    hold = percentages(refresh, None if maintenance is None else Maintenance(*maintenance))
    room = (WHOLE if hold.most is None else hold.most) - hold.least
    given = warm_up if refresh.instance_warmup is None else refresh.instance_warmup
    return RollingUpdate().model_copy(
        update={
            "min_instances_in_service": Percent(10 * hold.least),
            "max_batch_size": Percent(10 * min(room, WHOLE)) if room > 0 else 1,
            "readiness": Readiness().model_copy(update={"warm_up": int(given)}),
            "timeout": refresh.timeout,
            "standby_instances": _STANDBY[refresh.standby_instances],
            "scale_in_protected_instances": _PROTECTED[refresh.scale_in_protected_instances],
        }
    )


def note(operation: Operation, sizes: Sizes, old: int, came_from: Revision) -> str:
    """What a preview says of it. ``operation``: the successor. ``sizes``: as found, in instances."""
    rules: Limits = operation.limits(sizes).back()
    batch = size_roll(rules, old, sizes.desired).batch
    policy = f"with {_in_words(operation.policy.rolling_update)}"
    if operation.former is not None:
        least = operation.policy.rolling_update.min_instances_in_service
        policy = f"that of the last deployment with minInstancesInService {least} where that is more"
    return (
        f"no instance refresh leads back to {came_from}: this program returns the group by a rolling update, {policy}; "
        f"at least {min(rules.floor, sizes.desired)} in service, {batch} at a time"
    )


def room_faults(
    operation: Operation, sizes: Sizes, tags: Mapping[str, str], to: Revision, came_from: Revision
) -> Iterator[Fault]:
    """The record of that rolling update must fit beside the tags that the group has already."""
    rules, shelf = operation.limits(sizes), operation.fleet.shelf
    rollout = new_rollout("", to, came_from, sizes, frozenset(), operation.clock.now())
    needed = pieces_needed(rollout, min(rules.back().batch, sizes.max), operation.owner, shelf, rules)
    crowded = check_room(tags, needed + tags_for_telling(), shelf, "remove tags")
    if crowded:
        yield Fault(operation.kind.name_path, crowded)


def _in_words(roll: RollingUpdate) -> str:
    """The block as a policy would have it, without what is rollingUpdate's default."""
    plain = RollingUpdate()
    told = {
        "minInstancesInService": roll.min_instances_in_service,
        "maxBatchSize": roll.max_batch_size,
        "readiness.warmUp": iso(roll.readiness.warm_up) if roll.readiness.warm_up else None,
        "timeout": None if roll.timeout is None else iso(roll.timeout),
        "standbyInstances": None
        if roll.standby_instances is plain.standby_instances
        else roll.standby_instances.value,
        "scaleInProtectedInstances": None
        if roll.scale_in_protected_instances is plain.scale_in_protected_instances
        else roll.scale_in_protected_instances.value,
    }
    return ", ".join(f"{name} {value}" for name, value in told.items() if value is not None)
