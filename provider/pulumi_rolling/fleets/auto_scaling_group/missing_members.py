"""Refused launches and lost members of a rollout, read from the scaling activities while something is missing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from pulumi_rolling.core.model.member import Lifecycle, Member
from pulumi_rolling.core.replace.observation import Loss, RefusedLaunch
from pulumi_rolling.core.replace.rollout import Rollout
from pulumi_rolling.fleets.auto_scaling_group.activities import ActivityLog
from pulumi_rolling.fleets.aws.api import AwsApi
from pulumi_rolling.fleets.aws.machines import Machines

_COUNTED = (Lifecycle.PENDING, Lifecycle.WAITING, Lifecycle.IN_SERVICE)


def what_went_wrong(
    api: AwsApi,
    rollout: Rollout,
    members: Iterable[Member],
    desired: int,
    activities: ActivityLog,
    machines: Machines,
) -> tuple[tuple[RefusedLaunch, ...], tuple[Loss, ...]]:
    """Nothing, and no call, where the group is complete and all that are awaited are there.

    With weights Desired counts units, and each member as many as it weighs.
    """
    counted = {m.id: m.weight for m in members if m.lifecycle in _COUNTED}
    awaited = rollout.way.in_flight | {member for member, _ in rollout.way.missing}
    if sum(counted.values()) >= desired and awaited <= counted.keys() and not rollout.way.openings:
        return (), ()
    launches: dict[str, RefusedLaunch] = {}
    losses: dict[str, Loss] = {}
    unexplained: set[str] = set()
    for seen in activities.read(api, rollout.started_at):
        if seen.launch is not None:
            launches[seen.launch.id] = seen.launch
        loss = seen.loss
        if loss is None or loss.member not in awaited:
            continue
        losses[loss.member] = _graver(losses.get(loss.member), loss)
        if seen.by_machine:
            unexplained.add(loss.member)
    for member in _taken_by_spot(api, machines, unexplained):
        losses[member] = replace(losses[member], excused=True)
    return tuple(sorted(launches.values(), key=lambda x: (x.at, x.id))), tuple(losses.values())


def _taken_by_spot(api: AwsApi, machines: Machines, members: set[str]) -> list[str]:
    """The group calls an interrupted Spot instance "terminated or stopped"; EC2 says why."""
    seen = machines.look(api, members) if members else {}
    return [member for member, machine in seen.items() if machine.taken_by_spot]


def _graver(known: Loss | None, found: Loss) -> Loss:
    """An abandoned launch leaves two activities; the one that is not excused is the reason."""
    return found if known is None or (known.excused and not found.excused) else known
