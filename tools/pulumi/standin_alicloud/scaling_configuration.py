"""alicloud:ess/scalingConfiguration:ScalingConfiguration.

As the real one: an edit alters the configuration in place; `active` moves the group's pointer when the configuration
is made; `enable` enables the group; the last configuration of a group is not deleted, or by `forceDelete` with the
whole group.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from standin.failures import Failed, Refused
from standin.fields import Field
from standin.kind import Change, Kind
from standin.wire import Properties

from standin_alicloud import calls
from standin_alicloud.cloud import ESS, OF_THE_CLOUD, Cloud, code, listed
from standin_alicloud.scaling_group import ACTIVE, INACTIVE, delete_by_force, found_group

GONE = ("InvalidScalingGroupId.NotFound", "InvalidScalingConfigurationId.NotFound")
NAMED = {
    "scalingConfigurationName": "ScalingConfigurationName",
    "imageId": "ImageId",
    "instanceType": "InstanceType",
    "securityGroupId": "SecurityGroupId",
    "keyName": "KeyPairName",
    "roleName": "RamRoleName",
    "userData": "UserData",
    "instanceName": "InstanceName",
    "internetChargeType": "InternetChargeType",
    "internetMaxBandwidthOut": "InternetMaxBandwidthOut",
}
SENT = {**NAMED, "scalingGroupId": "ScalingGroupId"}
LOCAL = ("enable", "forceDelete", "substitute")


class ScalingConfiguration(Kind[Cloud]):
    token = "alicloud:ess/scalingConfiguration:ScalingConfiguration"
    what = "ESS scaling configuration"
    name_length = None
    outputs = frozenset[str]()
    fields: ClassVar[Mapping[str, Field]] = {
        "scalingGroupId": Field(required=True, replaces=True),
        "active": Field(computed=True),
        "enable": Field(local=True),
        "substitute": Field(computed=True, local=True),
        "forceDelete": Field(local=True, default=False),
        "scalingConfigurationName": Field(computed=True),
        "imageId": Field(),
        "instanceType": Field(),
        "securityGroupId": Field(),
        "keyName": Field(),
        "roleName": Field(),
        "userData": Field(),
        "instanceName": Field(default="ESS-Instance"),
        "internetChargeType": Field(default="PayByBandwidth"),
        "internetMaxBandwidthOut": Field(),
    }

    def check(self, news: Properties) -> None:
        for name in ("securityGroupId", "instanceType"):
            if name not in news:
                raise Refused(name, "must be assigned")

    def create(self, cloud: Cloud, news: Properties) -> tuple[str, Properties]:
        parameters = calls.asked(_sendable({**self.defaults(), **news}), SENT)
        id: str = cloud.call(ESS, "CreateScalingConfiguration", **parameters)["ScalingConfigurationId"]
        group = news["scalingGroupId"]
        if news.get("active"):
            cloud.call(ESS, "ModifyScalingGroup", ScalingGroupId=group, ActiveScalingConfigurationId=id)
        if "enable" in news:
            _enable(cloud, group, bool(news["enable"]))
        return id, self.found(cloud, id, news)

    def read(self, cloud: Cloud, id: str, state: Properties) -> Properties | None:
        found = _described(cloud, ScalingConfigurationId=[id])
        if not found:
            return None
        [one] = found
        return {
            **calls.told(one, NAMED, {}),
            **self.local(state),
            "id": id,
            "scalingGroupId": one["ScalingGroupId"],
            "active": one["LifecycleState"] == ACTIVE,
            "userData": calls.as_declared(state.get("userData"), one.get("UserData")),
        }

    def update(self, cloud: Cloud, change: Change) -> Properties:
        group = change.olds["scalingGroupId"]
        if "active" in change.names:
            _activate(cloud, group, change)
        if "enable" in change.names:
            _enable(cloud, group, bool(change.news.get("enable")))
        parameters = calls.asked(_sendable({**self.defaults(), **change.news}), NAMED, change.names)
        if parameters:
            cloud.call(ESS, "ModifyScalingConfiguration", ScalingConfigurationId=change.id, **parameters)
        return self.found(cloud, change.id, change.news)

    def delete(self, cloud: Cloud, id: str, state: Properties, timeout: float) -> None:
        found = _described(cloud, ScalingConfigurationId=[id])
        if not found:
            return
        group = found[0]["ScalingGroupId"]
        if len(_described(cloud, ScalingGroupId=group)) == 1:
            if state.get("forceDelete"):
                delete_by_force(cloud, group)
                return
            raise Failed(
                f"deleting {self.what} ({id}): it is the last configuration of the scaling group {group}; activate "
                "another one, or set forceDelete to delete it with its scaling group"
            )
        try:
            cloud.call(ESS, "DeleteScalingConfiguration", ScalingConfigurationId=id)
        except OF_THE_CLOUD as error:
            if code(error) not in GONE:
                raise


def _sendable(news: Properties) -> Properties:
    data = news.get("userData")
    return {**news, "userData": calls.encoded(data)} if isinstance(data, str) else news


def _activate(cloud: Cloud, group: str, change: Change) -> None:
    chosen = change.id if change.news.get("active") else change.news.get("substitute")
    if not chosen:
        raise Failed(
            f"updating {ScalingConfiguration.what} ({change.id}): it needs a substitute to be inactive"
        )
    cloud.call(ESS, "ModifyScalingGroup", ScalingGroupId=group, ActiveScalingConfigurationId=chosen)


def _enable(cloud: Cloud, id: str, on: bool) -> None:
    group = found_group(cloud, id) or {}
    if on and group.get("LifecycleState") == INACTIVE:
        active = [each for each in _described(cloud, ScalingGroupId=id) if each["LifecycleState"] == ACTIVE]
        if not active:
            raise Failed(f"activate a scaling configuration before enabling scaling group {id}")
        chosen = active[0]["ScalingConfigurationId"]
        cloud.call(ESS, "EnableScalingGroup", ScalingGroupId=id, ActiveScalingConfigurationId=chosen)
    if not on and group.get("LifecycleState") == ACTIVE:
        cloud.call(ESS, "DisableScalingGroup", ScalingGroupId=id)


def _described(cloud: Cloud, **which: Any) -> list[Any]:
    answer = cloud.call(ESS, "DescribeScalingConfigurations", **which, PageSize=50)
    return listed(answer, "ScalingConfigurations", "ScalingConfiguration")
