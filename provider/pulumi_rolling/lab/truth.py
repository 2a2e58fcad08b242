"""The truth about a group, without the API's delays, in the words of the control interface."""

from __future__ import annotations

from typing import Any

from pulumi_rolling.lab.world import refresh
from pulumi_rolling.lab.world.cloud import Cloud
from pulumi_rolling.lab.world.group import Group
from pulumi_rolling.lab.world.member import Member
from pulumi_rolling.lab.world.refresh import Refresh
from pulumi_rolling.lab.world.targets import target_health


def group_truth(cloud: Cloud, group: Group) -> dict[str, Any]:
    now = group.now
    pointer = now.pointer
    return {
        "name": group.name,
        "region": group.region,
        "arn": group.arn,
        "minSize": now.minimum,
        "maxSize": now.maximum,
        "desired": now.desired,
        "launchTemplate": pointer.template,
        "mixedInstancesPolicy": pointer.mixed,
        "launchConfiguration": pointer.configuration,
        "suspended": sorted(now.suspended),
        "tags": {key: tag.value for key, tag in now.tags.items()},
        "zonesLost": sorted(group.lost_zones),
        "scheduledActions": sorted(group.scheduled),
        "deleting": now.deleting,
        "inService": group.tally.in_service,
        "serving": group.tally.serving,
        "refreshes": [_refresh_truth(each) for each in refresh.of(cloud, group)],
        "total": group.tally.total,
        "warm": [_member_truth(cloud, member) for member in group.warm.values()],
        "members": [_member_truth(cloud, member) for member in group.members.values()],
    }


def _member_truth(cloud: Cloud, member: Member) -> dict[str, Any]:
    target = target_health(cloud, member)
    return {
        "id": member.id,
        "revision": member.revision.label,
        "template": member.revision.template_id,
        "image": member.revision.image,
        "type": member.revision.instance_type,
        "zone": member.zone,
        "target": target[0] if target is not None else None,
        "lifecycle": member.now.lifecycle,
        "health": member.now.health,
        "ec2": member.now.machine,
        "protected": member.now.protected,
        "boot": member.boot,
        "launchedAt": member.launched_at,
        "inServiceAt": member.in_service_at,
        "signalled": member.signalled[0] if member.signalled else None,
        "signalledAt": member.signalled[1] if member.signalled else None,
        "waitingFor": {name: wait.token for name, wait in member.waits.items()},
    }


def _refresh_truth(each: Refresh) -> dict[str, Any]:
    state = each.now
    return {
        "id": each.id,
        "status": state.status,
        "reason": state.reason,
        "percentage": state.progress.percent,
        "toUpdate": state.progress.left,
        "startedAt": state.started_at,
        "endedAt": state.ended_at,
        "rolledBackAt": None if state.turn is None else state.turn.at,
        "checkpoints": [{"at": at, "percentage": percent} for at, percent in each.reached],
        "outdated": sorted(each.outdated),
    }
