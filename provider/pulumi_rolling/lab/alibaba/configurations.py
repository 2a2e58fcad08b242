"""ESS calls about scaling configurations: made, read, edited in place, deleted.

Source: ESS API reference. An edit keeps the id, and no time of it is shown. This module refuses to know who was
launched from a configuration.
"""

from __future__ import annotations

from typing import Any

from pulumi_rolling.lab.alibaba import views
from pulumi_rolling.lab.alibaba.call import Answer, Call, Operation, numbered
from pulumi_rolling.lab.world.ess.source import Configuration
from pulumi_rolling.lab.world.refusal import Refused

TOLD = (
    "ImageId ImageName ImageFamily InstanceType InstanceTypes:l SecurityGroupId SecurityGroupIds:l KeyPairName "
    "RamRoleName UserData Cpu:i Memory:i InstanceName HostName Password InternetChargeType InternetMaxBandwidthIn:i "
    "InternetMaxBandwidthOut:i SystemDisk:j DataDisks:l Tags:j SpotStrategy LoadBalancerWeight:i CreditSpecification "
    "ResourceGroupId Containers:l ContainerGroupName InstanceDescription DeploymentSetId HpcClusterId "
    "PasswordInherit:b DeletionProtection:b ImageOptions:j SpotDuration:i SpotPriceLimit:l SecurityEnhancementStrategy "
    "DedicatedHostClusterId HttpEndpoint HttpTokens NetworkInterfaces:l InstancePatternInfos:l"
)
NAMES = [word.partition(":")[0] for word in TOLD.split()]


def create(call: Call) -> Answer:
    cloud, group = call.cloud, call.group
    made = cloud.new_id("asc")
    name = call.values.get("ScalingConfigurationName") or made
    there = [each for each in cloud.configurations.values() if each.group_id == group.id]
    if any(each.name == name for each in there):
        text = f'The scaling configuration name "{name}" is already in use.'
        raise Refused("InvalidScalingConfigurationName.Duplicate", text)
    cloud.configurations[made] = Configuration(made, group.id, name, cloud.now, _told(call))
    return {"ScalingConfigurationId": made}


def _told(call: Call) -> dict[str, Any]:
    return {name: call.values[name] for name in NAMES if name in call.values}


def modify(call: Call) -> Answer:
    """An edit in place: what is launched later differs under the same id."""
    configuration = call.cloud.configuration(call.values["ScalingConfigurationId"])
    configuration.name = call.values.get("ScalingConfigurationName", configuration.name)
    configuration.told = {**configuration.told, **_told(call)}
    return {}


def delete(call: Call) -> Answer:
    configuration = call.cloud.configuration(call.values["ScalingConfigurationId"])
    group = call.cloud.groups.get(configuration.group_id)
    if group is not None and group.now.configuration_id == configuration.id:
        text = "The specified scaling configuration is active in the scaling group."
        raise Refused("IncorrectScalingConfigurationLifecycleState", text)
    del call.cloud.configurations[configuration.id]
    return {}


def describe(call: Call) -> Answer:
    ids, names = call.most("ScalingConfigurationIds", 10), call.most("ScalingConfigurationNames", 10)
    wanted = call.values.get("ScalingGroupId")
    shown = []
    for each in call.cloud.configurations.values():
        if (ids and each.id not in ids) or (names and each.name not in names):
            continue
        if wanted not in (None, each.group_id):
            continue
        group = call.cloud.groups[each.group_id]
        shown.append(views.configuration_view(call, each, group.now.configuration_id == each.id))
    page, about = numbered(call, shown, 50)
    return {**about, "ScalingConfigurations": page}


_DESCRIBE = (
    "RegionId* PageNumber:i PageSize:i ScalingConfigurationIds:l ScalingConfigurationNames:l ScalingGroupId"
)
_MODIFY = f"ScalingConfigurationId* ScalingConfigurationName Override:b ContainersUpdateType {TOLD}"
OPERATIONS = {
    "CreateScalingConfiguration": Operation(
        f"ScalingGroupId* ScalingConfigurationName ClientToken {TOLD}", create
    ),
    "CreateEciScalingConfiguration": Operation(
        f"ScalingGroupId* ScalingConfigurationName ClientToken {TOLD}", create
    ),
    "ModifyScalingConfiguration": Operation(_MODIFY, modify),
    "ModifyEciScalingConfiguration": Operation(_MODIFY, modify),
    "DeleteScalingConfiguration": Operation("ScalingConfigurationId*", delete),
    "DeleteEciScalingConfiguration": Operation("ScalingConfigurationId*", delete),
    "DescribeScalingConfigurations": Operation(_DESCRIBE, describe),
    "DescribeEciScalingConfigurations": Operation(_DESCRIBE, describe),
}
