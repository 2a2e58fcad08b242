"""What the API shows of groups, members, activities, hooks and refreshes.

Source: the response types of ESS 2022-02-22. This module refuses to know which call asks.
"""

from __future__ import annotations

from typing import Any

from pulumi_rolling.lab.alibaba.call import Call
from pulumi_rolling.lab.world.ess import member as members
from pulumi_rolling.lab.world.ess.activity import Activity
from pulumi_rolling.lab.world.ess.group import Group, Settings
from pulumi_rolling.lab.world.ess.member import Member, MemberState
from pulumi_rolling.lab.world.ess.source import Configuration
from pulumi_rolling.lab.world.ess.waits import Hook, HookAction

COUNTED = {
    "ActiveCapacity": members.IN_SERVICE,
    "PendingCapacity": members.PENDING,
    "PendingWaitCapacity": members.PENDING_WAIT,
    "ProtectedCapacity": members.PROTECTED,
    "RemovingCapacity": members.REMOVING,
    "RemovingWaitCapacity": members.REMOVING_WAIT,
    "StandbyCapacity": members.STANDBY,
    "StoppedCapacity": members.STOPPED,
}
DISK = {
    "AutoSnapshotPolicyId": "SystemDiskAutoSnapshotPolicyId",
    "Category": "SystemDiskCategory",
    "Description": "SystemDiskDescription",
    "DiskName": "SystemDiskName",
    "PerformanceLevel": "SystemDiskPerformanceLevel",
    "Size": "SystemDiskSize",
}
"""Names of what a configuration says of the system's disk; the others keep their point."""
USUAL: dict[str, Any] = {
    "DefaultCooldown": 300,
    "GroupType": "ECS",
    "HealthCheckType": "ECS",
    "HealthCheckTypes": ["ECS"],
    "MultiAZPolicy": "PRIORITY",
    "RemovalPolicies": ["OldestScalingConfiguration", "OldestInstance"],
    "ScalingPolicy": "release",
    "VSwitchIds": [],
    "LoadBalancerIds": [],
    "VServerGroups": [],
    "AlbServerGroups": [],
    "ServerGroups": [],
    "DBInstanceIds": [],
    "StopInstanceTimeout": None,
    "MaxInstanceLifetime": 0,
}


def seen(call: Call, group: Group) -> list[tuple[Member, MemberState]]:
    """The members at the time that the call shows."""
    everybody = sorted([*group.members.values(), *group.former], key=lambda each: each.number)
    shown = [(each, each.states.at(call.as_of)) for each in dict.fromkeys(everybody)]
    return [(each, state) for each, state in shown if state is not None and state.belongs]


def group_view(call: Call, group: Group, settings: Settings) -> dict[str, Any]:
    states = [state for _, state in seen(call, group)]
    counts = {
        name: sum(state.lifecycle == lifecycle for state in states) for name, lifecycle in COUNTED.items()
    }
    told = {**USUAL, **settings.told}
    return {
        **told,
        **counts,
        "InitCapacity": 0,
        "SpotCapacity": 0,
        "TotalCapacity": len(states),
        "TotalInstanceCount": len(states),
        "ScalingGroupId": group.id,
        "ScalingGroupName": settings.name,
        "RegionId": "cn-hangzhou",
        "LifecycleState": settings.state,
        "MinSize": settings.minimum,
        "MaxSize": settings.maximum,
        "DesiredCapacity": settings.desired,
        "EnableDesiredCapacity": settings.desired is not None,
        "ActiveScalingConfigurationId": settings.configuration_id,
        "LaunchTemplateId": settings.template_id,
        "LaunchTemplateVersion": settings.template_version,
        "SuspendedProcesses": sorted(settings.suspended) or None,
        "SystemSuspended": settings.system_suspended,
        "GroupDeletionProtection": settings.deletion_protected,
        "CreationTime": call.minute(group.created_at),
        "ModificationTime": call.second(group.settings.since),
        "VSwitchId": next(iter(told["VSwitchIds"]), None),
        "Tags": [
            {"TagKey": key, "TagValue": tag.value, "Propagate": tag.propagate}
            for key, tag in sorted(settings.tags.items())
        ],
    }


def member_view(call: Call, group: Group, member: Member, state: MemberState) -> dict[str, Any]:
    source = member.source
    return {
        "InstanceId": member.id,
        "ScalingGroupId": group.id,
        "ScalingConfigurationId": source.configuration_id,
        "LaunchTemplateId": source.template_id,
        "LaunchTemplateVersion": source.template_version,
        "ScalingActivityId": member.activity_id,
        "LifecycleState": state.lifecycle,
        "HealthStatus": state.health,
        "CreationType": member.creation,
        "CreatedTime": call.second(member.created_at),
        "CreationTime": call.minute(member.created_at),
        "Entrusted": member.entrusted,
        "WarmupState": "NoNeedWarmup",
        "WeightedCapacity": 1,
        "ZoneId": member.zone,
        "SpotStrategy": "NoSpot",
        "PrivateIpAddress": member.address,
        "LoadBalancerWeight": state.weight,
    }


def activity_view(call: Call, activity: Activity) -> dict[str, Any]:
    state = activity.states.at(call.as_of) or activity.now
    code, message = state.error or (None, None)
    failed = [{"Code": code, "Message": message, "FailedInstanceIds": list(state.failed)}] if code else None
    return {
        "ScalingActivityId": activity.id,
        "ScalingGroupId": activity.group_id,
        "StatusCode": state.status,
        "StatusMessage": state.message,
        "Progress": state.progress,
        "Cause": activity.cause,
        "Description": activity.description,
        "Detail": state.message,
        "StartTime": call.minute(activity.started_at),
        "EndTime": call.minute(state.ended_at) if state.ended_at is not None else None,
        "CreatedInstances": list(state.created),
        "CreatedCapacity": len(state.created),
        "DestroyedInstances": list(state.destroyed),
        "DestroyedCapacity": len(state.destroyed),
        "StartedInstances": [],
        "StoppedInstances": [],
        "ScalingInstanceNumber": len(state.created) + len(state.destroyed),
        "ErrorCode": code,
        "ErrorMessage": message,
        "ErrorMessages": failed,
        "TriggerSourceType": activity.trigger,
        "TriggerSourceId": None if activity.trigger == "Ess" else "lab",
        "InstanceRefreshTaskId": activity.refresh_id,
        "LifecycleHookContext": activity.context or None,
        "ActivityMetadata": activity.metadata,
    }


def configuration_view(call: Call, configuration: Configuration, active: bool) -> dict[str, Any]:
    source, told = configuration.source, dict(configuration.told)
    disk = {DISK.get(part, f"SystemDisk.{part}"): value for part, value in told.pop("SystemDisk", {}).items()}
    image = {f"ImageOptions.{part}": value for part, value in told.pop("ImageOptions", {}).items()}
    tags = [{"Key": key, "Value": value} for key, value in told.pop("Tags", {}).items()]
    return {
        "InstanceTypes": [source.instance_type],
        **told,
        **disk,
        **image,
        "Tags": tags,
        "ScalingConfigurationId": configuration.id,
        "ScalingConfigurationName": configuration.name,
        "ScalingGroupId": configuration.group_id,
        "ImageId": configuration.told.get("ImageId"),
        "InstanceType": source.instance_type,
        "LifecycleState": "Active" if active else "Inactive",
        "CreationTime": call.minute(configuration.created_at),
        "WeightedCapacities": [],
    }


def hook_view(group: Group, hook: Hook) -> dict[str, Any]:
    return {
        "LifecycleHookId": hook.id,
        "LifecycleHookName": hook.name,
        "LifecycleHookStatus": "Active",
        "ScalingGroupId": group.id,
        "LifecycleTransition": hook.transition,
        "DefaultResult": hook.default,
        "HeartbeatTimeout": hook.timeout,
        "NotificationArn": hook.arn,
        "NotificationMetadata": hook.metadata,
    }


def action_view(action: HookAction) -> dict[str, Any]:
    return {
        "LifecycleHookId": action.hook.id,
        "LifecycleActionToken": action.token,
        "LifecycleActionStatus": action.status,
        "LifecycleActionResult": action.result or action.hook.default,
        "InstanceIds": list(action.ids),
    }
