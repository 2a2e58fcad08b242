"""The world's things in the words of the Auto Scaling API."""

from __future__ import annotations

from typing import Any

from pulumi_rolling.lab.world.activities import Activity
from pulumi_rolling.lab.world.cloud import Cloud
from pulumi_rolling.lab.world.group import Group, Settings
from pulumi_rolling.lab.world.hooks import Hook
from pulumi_rolling.lab.world.member import Member, MemberState
from pulumi_rolling.lab.world.refresh import ACTIVE, Progress, Refresh
from pulumi_rolling.lab.world.refresh_rules import RefreshRules


def instance_view(member: Member, state: MemberState) -> dict[str, Any]:
    revision = member.revision
    view: dict[str, Any] = {
        "InstanceId": member.id,
        "InstanceType": revision.instance_type,
        "AvailabilityZone": member.zone,
        "LifecycleState": state.lifecycle,
        "HealthStatus": state.health,
        "ProtectedFromScaleIn": state.protected,
    }
    if revision.template_id is not None:
        view["LaunchTemplate"] = {
            "LaunchTemplateId": revision.template_id,
            "LaunchTemplateName": revision.template_name,
            "Version": revision.number,
        }
    if revision.own_image is not None:
        view["ImageId"] = revision.own_image
    if revision.configuration is not None and not member.configuration_deleted:
        view["LaunchConfigurationName"] = revision.configuration
    if revision.weight is not None:
        view["WeightedCapacity"] = str(revision.weight)
    return view


def tag_views(group: Group, settings: Settings) -> list[dict[str, Any]]:
    return [
        {
            "ResourceId": group.name,
            "ResourceType": "auto-scaling-group",
            "Key": key,
            "Value": tag.value,
            "PropagateAtLaunch": tag.at_launch,
        }
        for key, tag in settings.tags.items()
    ]


def group_view(
    cloud: Cloud, group: Group, settings: Settings, members: list[tuple[Member, MemberState]] | None
) -> dict[str, Any]:
    pointer = settings.pointer
    subnets = [place.subnet for place in settings.places if place.subnet is not None]
    view: dict[str, Any] = {
        "AutoScalingGroupName": group.name,
        "AutoScalingGroupARN": group.arn,
        "LaunchConfigurationName": pointer.configuration,
        "LaunchTemplate": pointer.template,
        "MixedInstancesPolicy": pointer.mixed,
        "MinSize": settings.minimum,
        "MaxSize": settings.maximum,
        "DesiredCapacity": settings.desired,
        "AvailabilityZones": sorted({place.zone for place in settings.places}),
        "VPCZoneIdentifier": ",".join(subnets),
        "LoadBalancerNames": list(settings.balancers),
        "TargetGroupARNs": list(settings.target_groups),
        "TrafficSources": [{"Identifier": arn, "Type": "elbv2"} for arn in settings.target_groups],
        "Instances": [] if members is None else [instance_view(member, state) for member, state in members],
        "CreatedTime": cloud.stamp(group.created_at),
        "SuspendedProcesses": [
            {"ProcessName": process, "SuspensionReason": f"User suspended at {cloud.clock(since)}"}
            for process, since in sorted(settings.suspended.items())
        ],
        "EnabledMetrics": [{"Metric": metric, "Granularity": "1Minute"} for metric in settings.metrics],
        "Tags": tag_views(group, settings),
        "WarmPoolConfiguration": settings.warm_pool,
        "WarmPoolSize": len(group.warm) if settings.warm_pool is not None else None,
        **settings.extra,
    }
    if settings.deleting:
        view["Status"] = "Delete in progress"
    return view


def activity_view(cloud: Cloud, activity: Activity, as_of: float) -> dict[str, Any]:
    """An activity as it stood at `as_of`: one that ended later still goes on."""
    ended = activity.ended_at is not None and activity.ended_at <= as_of
    status = activity.status if ended or activity.ended_at is None else "InProgress"
    subnet = f'"Subnet ID":"{activity.subnet}",' if activity.subnet is not None else ""
    view: dict[str, Any] = {
        "ActivityId": activity.id,
        "AutoScalingGroupName": activity.group,
        "AutoScalingGroupARN": activity.group_arn,
        "Description": activity.description,
        "Cause": activity.cause,
        "StartTime": cloud.stamp(activity.started_at),
        "StatusCode": status,
        "Progress": 100 if ended else 50,
        "Details": f'{{{subnet}"Availability Zone":"{activity.zone}"}}',
    }
    if ended and activity.ended_at is not None:
        view["EndTime"] = cloud.stamp(activity.ended_at)
        view["StatusMessage"] = activity.message or None
    return view


def hook_view(group: Group, hook: Hook) -> dict[str, Any]:
    return {
        "LifecycleHookName": hook.name,
        "AutoScalingGroupName": group.name,
        "LifecycleTransition": hook.transition,
        "NotificationTargetARN": hook.target,
        "RoleARN": hook.role,
        "NotificationMetadata": hook.metadata,
        "HeartbeatTimeout": hook.heartbeat,
        "GlobalTimeout": hook.global_timeout,
        "DefaultResult": hook.default_result,
    }


def refresh_view(cloud: Cloud, refresh: Refresh, as_of: float) -> dict[str, Any] | None:
    """A refresh as it stood at `as_of`; None before it was started."""
    state = refresh.states.at(as_of)
    if state is None:
        return None
    pooled = refresh.total_warm > 0 or refresh.group.now.warm_pool is not None
    view: dict[str, Any] = {
        "InstanceRefreshId": refresh.id,
        "AutoScalingGroupName": refresh.group.name,
        "Status": state.status,
        "StatusReason": state.reason or None,
        "PercentageComplete": state.progress.percent,
        "InstancesToUpdate": state.progress.left,
        "Strategy": "Rolling",
        "Preferences": refresh.told,
    }
    if pooled:
        view["ProgressDetails"] = _progress_details(state.progress)
    if refresh.desired is not None:
        desired = {"LaunchTemplate": refresh.desired.template, "MixedInstancesPolicy": refresh.desired.mixed}
        view["DesiredConfiguration"] = {name: value for name, value in desired.items() if value is not None}
    if state.started_at is not None:
        view["StartTime"] = cloud.stamp(state.started_at)
    early = as_of if cloud.part(RefreshRules).early_end and state.status in ACTIVE else None
    ended_at = early if state.ended_at is None else state.ended_at
    if ended_at is not None:
        view["EndTime"] = cloud.stamp(ended_at)
    if state.turn is not None:
        view["RollbackDetails"] = {
            "RollbackReason": state.turn.reason,
            "RollbackStartTime": cloud.stamp(state.turn.at),
            "PercentageCompleteOnRollback": state.turn.progress.percent,
            "InstancesToUpdateOnRollback": state.turn.progress.left,
        } | ({"ProgressDetailsOnRollback": _progress_details(state.turn.progress)} if pooled else {})
    return view


def _progress_details(progress: Progress) -> dict[str, Any]:
    return {
        name: {"PercentageComplete": percent, "InstancesToUpdate": left}
        for name, (percent, left) in (
            ("LivePoolProgress", progress.live),
            ("WarmPoolProgress", progress.warm),
        )
    }
