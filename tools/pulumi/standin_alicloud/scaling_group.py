"""alicloud:ess/scalingGroup:ScalingGroup.

As the real one: members are not waited for; a group with a launch template is enabled at once, one without it by its
scaling configuration; all its tags are state, and those that the program does not declare are removed by the next
update after a refresh; a deletion is by force. A group without a name of its own is read back with its id as its
name, which each plan wants to take away.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from standin.failures import Failed, Refused
from standin.fields import Field
from standin.kind import Change, Kind, wait
from standin.wire import Properties

from standin_alicloud import calls
from standin_alicloud.cloud import ESS, OF_THE_CLOUD, Answer, Cloud, code, listed

GONE = "InvalidScalingGroupId.NotFound"
ACTIVE, INACTIVE = "Active", "Inactive"
NAMED = {
    "scalingGroupName": "ScalingGroupName",
    "minSize": "MinSize",
    "maxSize": "MaxSize",
    "desiredCapacity": "DesiredCapacity",
    "defaultCooldown": "DefaultCooldown",
    "healthCheckType": "HealthCheckType",
    "scalingPolicy": "ScalingPolicy",
    "multiAzPolicy": "MultiAZPolicy",
    "groupType": "GroupType",
    "groupDeletionProtection": "GroupDeletionProtection",
    "launchTemplateId": "LaunchTemplateId",
    "launchTemplateVersion": "LaunchTemplateVersion",
    "vswitchIds": "VSwitchIds",
    "removalPolicies": "RemovalPolicy",
}
LISTS = {"vswitchIds": ("VSwitchIds", "VSwitchId"), "removalPolicies": ("RemovalPolicies", "RemovalPolicy")}
FIXED = frozenset({"multiAzPolicy", "groupType"})
TEMPLATE = frozenset({"launchTemplateId", "launchTemplateVersion"})
PATIENCE = 600.0


class ScalingGroup(Kind[Cloud]):
    token = "alicloud:ess/scalingGroup:ScalingGroup"
    what = "ESS scaling group"
    name_length = None
    outputs = frozenset[str]()
    fields: ClassVar[Mapping[str, Field]] = {
        "scalingGroupName": Field(),
        "minSize": Field(required=True),
        "maxSize": Field(required=True),
        "desiredCapacity": Field(),
        "defaultCooldown": Field(default=300),
        "healthCheckType": Field(computed=True),
        "scalingPolicy": Field(computed=True),
        "multiAzPolicy": Field(default="PRIORITY", replaces=True),
        "groupType": Field(computed=True, replaces=True),
        "groupDeletionProtection": Field(default=False),
        "launchTemplateId": Field(),
        "launchTemplateVersion": Field(),
        "vswitchIds": Field(unordered=True),
        "removalPolicies": Field(computed=True),
        "tags": Field(),
    }

    def check(self, news: Properties) -> None:
        if "launchTemplateVersion" in news and "launchTemplateId" not in news:
            raise Refused("launchTemplateId", "is required with launchTemplateVersion")

    def create(self, cloud: Cloud, news: Properties) -> tuple[str, Properties]:
        parameters = calls.asked({**self.defaults(), **news}, NAMED)
        id: str = cloud.call(ESS, "CreateScalingGroup", **parameters)["ScalingGroupId"]
        if news.get("launchTemplateId"):
            cloud.call(ESS, "EnableScalingGroup", ScalingGroupId=id)
        _retag(cloud, id, {}, news.get("tags") or {})
        return id, self.found(cloud, id, news)

    def read(self, cloud: Cloud, id: str, state: Properties) -> Properties | None:
        group = found_group(cloud, id)
        if group is None:
            return None
        tags = {
            tag["TagKey"]: tag["TagValue"]
            for tag in listed(
                cloud.call(ESS, "ListTagResources", ResourceType="scalinggroup", ResourceId=[id]),
                "TagResources",
                "TagResource",
            )
        }
        return {**calls.told(group, NAMED, LISTS), "id": id, "tags": tags or None}

    def update(self, cloud: Cloud, change: Change) -> Properties:
        if "tags" in change.names:
            _retag(cloud, change.id, change.olds.get("tags") or {}, change.news.get("tags") or {})
        wanted = change.names - {"tags"}
        if wanted & TEMPLATE:
            wanted |= TEMPLATE
        parameters = calls.asked({**self.defaults(), **change.news}, NAMED, wanted - FIXED)
        if parameters:
            cloud.call(ESS, "ModifyScalingGroup", ScalingGroupId=change.id, **parameters)
        return self.found(cloud, change.id, change.news)

    def delete(self, cloud: Cloud, id: str, state: Properties, timeout: float) -> None:
        delete_by_force(cloud, id)
        if not wait(cloud, lambda: found_group(cloud, id) is None, timeout or PATIENCE):
            raise Failed(f"deleting {self.what} ({id}): it is still there")


def delete_by_force(cloud: Cloud, id: str) -> None:
    """Members go with it."""
    try:
        cloud.call(ESS, "DeleteScalingGroup", ScalingGroupId=id, ForceDelete=True)
    except OF_THE_CLOUD as error:
        if code(error) != GONE:
            raise


def found_group(cloud: Cloud, id: str) -> Answer | None:
    groups = listed(
        cloud.call(ESS, "DescribeScalingGroups", ScalingGroupId=[id]), "ScalingGroups", "ScalingGroup"
    )
    return groups[0] if groups else None


def _retag(cloud: Cloud, id: str, old: Mapping[str, str], new: Mapping[str, str]) -> None:
    named = {"ResourceType": "scalinggroup", "ResourceId": [id]}
    gone = [key for key in old if key not in new]
    if gone:
        cloud.call(ESS, "UntagResources", **named, TagKey=gone)
    written = [{"Key": key, "Value": str(value)} for key, value in new.items() if old.get(key) != value]
    if written:
        cloud.call(ESS, "TagResources", **named, Tag=written)
