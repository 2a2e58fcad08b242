"""The shapes of 2014, of ESS and of ECS: every list stands in a frame named in the plural, under its singular.

Source: the response types of Alibaba's SDKs for both versions. This module refuses to know what the lists hold.
"""

from __future__ import annotations

from typing import Any

SINGULARS = {
    "AlbServerGroups": "AlbServerGroup",
    "Checkpoints": "Checkpoint",
    "Commands": "Command",
    "Containers": "Container",
    "CreatedInstances": "CreatedInstance",
    "CustomPriorities": "CustomPriority",
    "DBInstanceIds": "DBInstanceId",
    "DataDisks": "DataDisk",
    "DestroyedInstances": "DestroyedInstance",
    "ErrorMessages": "ErrorMessages",
    "FailedInstanceIds": "FailedInstanceIds",
    "HealthCheckTypes": "HealthCheckType",
    "IgnoredInstances": "IgnoredInstance",
    "IgnoredLifecycleHookIds": "IgnoredLifecycleHookId",
    "InstanceIds": "InstanceId",
    "InstancePatternInfos": "InstancePatternInfo",
    "InstanceRefreshTasks": "InstanceRefreshTask",
    "InstanceStatuses": "InstanceStatus",
    "InstanceTypes": "InstanceType",
    "Instances": "Instance",
    "LaunchTemplateOverrides": "LaunchTemplateOverride",
    "LaunchTemplateSets": "LaunchTemplateSet",
    "LaunchTemplateVersionSets": "LaunchTemplateVersionSet",
    "LifecycleActions": "LifecycleAction",
    "LifecycleHooks": "LifecycleHook",
    "LoadBalancerIds": "LoadBalancerId",
    "NetworkInterfaces": "NetworkInterface",
    "RemovalPolicies": "RemovalPolicy",
    "ScalingActivities": "ScalingActivity",
    "ScalingConfigurations": "ScalingConfiguration",
    "ScalingGroups": "ScalingGroup",
    "ScalingInstances": "ScalingInstance",
    "SecurityGroupIds": "SecurityGroupId",
    "ServerGroups": "ServerGroup",
    "SpotPriceLimit": "SpotPriceModel",
    "StartedInstances": "StartedInstance",
    "StoppedInstances": "StoppedInstance",
    "SuspendedProcesses": "SuspendedProcess",
    "SystemDiskCategories": "SystemDiskCategory",
    "TagResources": "TagResource",
    "Tags": "Tag",
    "VServerGroupAttributes": "VServerGroupAttribute",
    "VServerGroups": "VServerGroup",
    "VSwitchIds": "VSwitchId",
    "WeightedCapacities": "WeightedCapacity",
}


def framed(value: Any) -> Any:
    """An answer of the newer version in the older one's shapes."""
    if isinstance(value, dict):
        return {key: _member(key, item) for key, item in value.items()}
    if isinstance(value, list):
        return [framed(item) for item in value]
    return value


def _member(key: str, item: Any) -> Any:
    if isinstance(item, list) and key in SINGULARS:
        return {SINGULARS[key]: framed(item)}
    return framed(item)
