"""ECS calls about instances: read, tagged, stopped, started, released behind their group's back.

Source: ECS API reference, version 2014-05-26. Only the group's instances are there. This module refuses to know how a
group reacts.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

from pulumi_rolling.lab.alibaba.call import Answer, Call, Operation, numbered, tokened
from pulumi_rolling.lab.alibaba.refusals import wrong
from pulumi_rolling.lab.world.ess import health
from pulumi_rolling.lab.world.ess.cloud import EssCloud
from pulumi_rolling.lab.world.ess.group import Group
from pulumi_rolling.lab.world.ess.member import Member, MemberState
from pulumi_rolling.lab.world.refusal import Refused

MOST_IDS = 100
MOST_TAGS = 20
RELEASED = "Released"


def _seen(call: Call) -> list[tuple[Member, MemberState]]:
    states = [(each, each.states.at(call.as_of)) for each in call.cloud.machines.values()]
    return [(each, state) for each, state in states if state is not None and state.machine != RELEASED]


def _ids(call: Call) -> list[str]:
    """ECS takes the ids as one JSON text."""
    try:
        ids: list[str] = json.loads(call.values.get("InstanceIds", "[]"))
    except ValueError:
        raise wrong("InstanceIds", call.values["InstanceIds"]) from None
    if len(ids) > MOST_IDS:
        raise wrong("InstanceIds", f"at most {MOST_IDS}")
    return ids


def describe_instances(call: Call) -> Answer:
    ids = _ids(call)
    shown = [_view(call, each, state) for each, state in _seen(call) if not ids or each.id in ids]
    if "MaxResults" in call.values or "NextToken" in call.values:
        page, about = tokened(call, shown, most=MOST_IDS)
    else:
        page, about = numbered(call, shown, MOST_IDS)
    return {**about, "Instances": page}


def _view(call: Call, member: Member, state: MemberState) -> dict[str, Any]:
    return {
        "InstanceId": member.id,
        "ImageId": member.source.image,
        "InstanceType": member.source.instance_type,
        "Status": state.machine,
        "RegionId": "cn-hangzhou",
        "ZoneId": member.zone,
        "CreationTime": call.minute(member.created_at),
        "VpcAttributes": {"PrivateIpAddress": {"IpAddress": [member.address]}},
        "Tags": [{"TagKey": key, "TagValue": value} for key, value in sorted(state.tags.items())],
    }


def describe_instance_status(call: Call) -> Answer:
    ids = call.most("InstanceId", MOST_IDS)
    shown = [
        {"InstanceId": each.id, "Status": state.machine}
        for each, state in _seen(call)
        if not ids or each.id in ids
    ]
    page, about = numbered(call, shown, 50)
    return {**about, "InstanceStatuses": page}


def _member(call: Call, instance_id: str) -> Member:
    member = call.cloud.machines.get(instance_id)
    if member is None or member.now.machine == RELEASED:
        raise Refused("InvalidInstanceId.NotFound", "The specified InstanceId does not exist.", 404)
    return member


def _order(act: Callable[[EssCloud, Group, Member], None], call: Call) -> Answer:
    member = _member(call, call.values["InstanceId"])
    act(call.cloud, call.cloud.group_that_made(member), member)
    return {}


def _retag(call: Call, change: Callable[[dict[str, str]], dict[str, str]]) -> Answer:
    if call.values["ResourceType"] != "instance":
        raise wrong("ResourceType", call.values["ResourceType"])
    for member in [_member(call, each) for each in call.values["ResourceId"]]:
        group = call.cloud.group_that_made(member)
        group.change(call.cloud.now, member, tags=change(dict(member.now.tags)))
    return {}


def tag_resources(call: Call) -> Answer:
    given = {each["Key"]: each.get("Value", "") for each in call.most("Tag", MOST_TAGS)}
    return _retag(call, lambda tags: {**tags, **given})


def untag_resources(call: Call) -> Answer:
    gone = call.values.get("TagKey") or []
    return _retag(call, lambda tags: {key: value for key, value in tags.items() if key not in gone})


def list_tag_resources(call: Call) -> Answer:
    ids = call.values.get("ResourceId") or []
    wanted = call.most("Tag", MOST_TAGS)
    shown = [
        {"ResourceId": each.id, "ResourceType": "instance", "TagKey": key, "TagValue": value}
        for each, state in _seen(call)
        if not ids or each.id in ids
        for key, value in sorted(state.tags.items())
        if not wanted or any(tag["Key"] == key and tag.get("Value", value) == value for tag in wanted)
    ]
    page, about = tokened(call, shown, 50)
    return {"TagResources": page, **({"NextToken": about["NextToken"]} if "NextToken" in about else {})}


OPERATIONS = {
    "DescribeInstances": Operation(
        "RegionId* InstanceIds PageNumber:i PageSize:i MaxResults:i NextToken", describe_instances
    ),
    "DescribeInstanceStatus": Operation(
        "RegionId* InstanceId:l PageNumber:i PageSize:i", describe_instance_status
    ),
    "StopInstance": Operation("InstanceId*", partial(_order, health.stop)),
    "StartInstance": Operation("InstanceId*", partial(_order, health.start)),
    "DeleteInstance": Operation("InstanceId* Force:b", partial(_order, health.kill)),
    "TagResources": Operation("RegionId* ResourceType* ResourceId*:l Tag*:l", tag_resources),
    "UntagResources": Operation("RegionId* ResourceType* ResourceId*:l TagKey:l All:b", untag_resources),
    "ListTagResources": Operation("RegionId* ResourceType* ResourceId:l Tag:l NextToken", list_tag_resources),
}
