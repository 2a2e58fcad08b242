"""A live group as the state that the real provider would write."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from standin.wire import Properties

from standin_aws import casing
from standin_aws.cloud import Cloud

DIRECT = (
    "AvailabilityZones", "CapacityRebalance", "DefaultCooldown", "DefaultInstanceWarmup",
    "DesiredCapacity", "DesiredCapacityType", "HealthCheckGracePeriod", "HealthCheckType",
    "InstanceMaintenancePolicy", "LaunchConfigurationName", "MaxInstanceLifetime", "MaxSize", "MinSize",
    "MixedInstancesPolicy", "NewInstancesProtectedFromScaleIn", "PlacementGroup", "PredictedCapacity",
    "ServiceLinkedRoleARN", "TargetGroupARNs",
)  # fmt: skip


def found_group(client: Any, name: str) -> Mapping[str, Any] | None:
    groups = client.describe_auto_scaling_groups(AutoScalingGroupNames=[name])["AutoScalingGroups"]
    return groups[0] if groups else None


def state_of(group: Mapping[str, Any], cloud: Cloud, renamed: Mapping[str, str]) -> Properties:
    back = {member: name for name, member in renamed.items()}
    state: Properties = casing.from_api({name: group[name] for name in DIRECT if name in group}, back)
    if "LaunchTemplate" in group:
        found = group["LaunchTemplate"]
        state["launchTemplate"] = {
            "id": found.get("LaunchTemplateId"),
            "name": found.get("LaunchTemplateName"),
            "version": found.get("Version"),
        }
    collected = group.get("EnabledMetrics")
    state["metricsGranularity"] = collected[0]["Granularity"] if collected else "1Minute"
    policies = group.get("TerminationPolicies", [])
    state |= {
        "id": group["AutoScalingGroupName"],
        "name": group["AutoScalingGroupName"],
        "arn": group["AutoScalingGroupARN"],
        "enabledMetrics": sorted(entry["Metric"] for entry in group.get("EnabledMetrics", ())),
        "suspendedProcesses": sorted(entry["ProcessName"] for entry in group.get("SuspendedProcesses", ())),
        "tags": _tags(group, cloud),
        "terminationPolicies": None if policies == ["Default"] else policies,
        "vpcZoneIdentifiers": [zone for zone in group.get("VPCZoneIdentifier", "").split(",") if zone],
        "warmPoolSize": group.get("WarmPoolSize", 0),
    }
    return state


def _tags(group: Mapping[str, Any], cloud: Cloud) -> list[Properties]:
    """All of the group's tags, except the cloud's own and those that the configuration ignores."""
    return [
        {
            "key": tag["Key"],
            "value": tag.get("Value", ""),
            "propagateAtLaunch": tag.get("PropagateAtLaunch", False),
        }
        for tag in sorted(group.get("Tags", ()), key=lambda tag: str(tag["Key"]))
        if not tag["Key"].startswith("aws:") and not cloud.ignores_tag(tag["Key"])
    ]
