"""The truth about a scaling group, without the API's delays, in the words of the control interface."""

from __future__ import annotations

from typing import Any

from pulumi_rolling.lab.world.ess.group import Group
from pulumi_rolling.lab.world.ess.member import Member
from pulumi_rolling.lab.world.ess.refresh import Refresh


def group_truth(group: Group) -> dict[str, Any]:
    now = group.now
    return {
        "id": group.id,
        "name": now.name,
        "state": now.state,
        "minSize": now.minimum,
        "maxSize": now.maximum,
        "desired": now.desired,
        "scalingConfiguration": now.configuration_id,
        "launchTemplate": now.template_id,
        "launchTemplateVersion": now.template_version,
        "suspended": sorted(now.suspended),
        "tags": {key: tag.value for key, tag in now.tags.items()},
        "inService": group.points[-1]["inService"],
        "serving": group.points[-1]["serving"],
        "total": group.total,
        "activities": [
            {"id": each.id, "status": each.now.status, "cause": each.cause, "trigger": each.trigger}
            for each in reversed(group.activities)
        ],
        "refreshes": [_refresh_truth(each) for each in reversed(group.refreshes)],
        "members": [_member_truth(group, each) for each in group.members.values()],
    }


def _member_truth(group: Group, member: Member) -> dict[str, Any]:
    waits = {
        action.hook.name: action.token
        for party in group.parties
        if member in party.members
        for action in party.open
    }
    return {
        "id": member.id,
        "revision": member.source.label,
        "image": member.source.image,
        "type": member.source.instance_type,
        "zone": member.zone,
        "lifecycle": member.now.lifecycle,
        "health": member.now.health,
        "ecs": member.now.machine,
        "creation": member.creation,
        "weight": member.now.weight,
        "boot": member.boot,
        "launchedAt": member.created_at,
        "inServiceAt": member.in_service_at,
        "signalled": member.signalled[0] if member.signalled else None,
        "signalledAt": member.signalled[1] if member.signalled else None,
        "waitingFor": waits,
    }


def _refresh_truth(each: Refresh) -> dict[str, Any]:
    return {
        "id": each.id,
        "status": each.now.status,
        "detail": each.now.detail,
        "needed": each.now.needed,
        "finished": each.now.finished,
        "startedAt": each.started_at,
        "endedAt": each.now.ended_at,
        "outdated": sorted(each.outdated),
    }
