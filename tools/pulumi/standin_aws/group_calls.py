"""What calls on a group are given, and the calls that follow from what a set of the program lost and got."""

from __future__ import annotations

from typing import Any

from standin.kind import Change
from standin.wire import Properties

from standin_aws import casing

RENAMED = {
    "vpcZoneIdentifiers": "VPCZoneIdentifier",
    "targetGroupArns": "TargetGroupARNs",
    "serviceLinkedRoleArn": "ServiceLinkedRoleARN",
    "protectFromScaleIn": "NewInstancesProtectedFromScaleIn",
    "launchConfiguration": "LaunchConfigurationName",
}
GRANULARITY = "1Minute"
SHAPE = casing.input_shape("autoscaling", "CreateAutoScalingGroup")


def asked(properties: Properties, wanted: Any) -> dict[str, Any]:
    given = {name: properties[name] for name in wanted if properties.get(name) is not None}
    for name, inner in (("launchTemplate", _specification), ("mixedInstancesPolicy", _mixed)):
        if name in given:
            given[name] = inner(given[name])
    if "vpcZoneIdentifiers" in given:
        given["vpcZoneIdentifiers"] = ",".join(given["vpcZoneIdentifiers"])
    called: dict[str, Any] = casing.to_api(SHAPE, given, "group", RENAMED)
    return called


def _specification(given: Properties) -> Properties:
    """An id and a name at once are refused by the API; a state has both, so the id wins."""
    chosen = (
        {"launchTemplateId": given["id"]} if given.get("id") else {"launchTemplateName": given.get("name")}
    )
    return chosen | ({"version": given["version"]} if given.get("version") else {})


def _mixed(given: Properties) -> Properties:
    template = dict(given.get("launchTemplate", {}))
    inner = dict(template.get("launchTemplateSpecification", {}))
    if inner.get("launchTemplateId"):
        inner.pop("launchTemplateName", None)
    template["launchTemplateSpecification"] = inner
    return given | {"launchTemplate": template}


def tag_of(group: str, tag: Properties) -> dict[str, Any]:
    return {
        "ResourceId": group,
        "ResourceType": "auto-scaling-group",
        "Key": tag["key"],
        "Value": str(tag["value"]),
        "PropagateAtLaunch": bool(tag["propagateAtLaunch"]),
    }


def retag(client: Any, change: Change) -> None:
    """Keys that are ignored by now are removed with the others where the state has them from before."""
    old = {tag["key"]: tag for tag in change.olds.get("tags") or ()}
    new = {tag["key"]: tag for tag in change.news.get("tags") or ()}
    removed = [tag_of(change.id, tag) for key, tag in old.items() if key not in new]
    if removed:
        client.delete_tags(Tags=removed)
    written = [tag_of(change.id, tag) for key, tag in new.items() if old.get(key) != tag]
    if written:
        client.create_or_update_tags(Tags=written)


def reattach(client: Any, change: Change) -> None:
    gone, come = _moved(change, "targetGroupArns")
    if gone:
        client.detach_load_balancer_target_groups(AutoScalingGroupName=change.id, TargetGroupARNs=gone)
    if come:
        client.attach_load_balancer_target_groups(AutoScalingGroupName=change.id, TargetGroupARNs=come)


def match_processes(client: Any, change: Change) -> None:
    gone, come = _moved(change, "suspendedProcesses")
    if gone:
        client.resume_processes(AutoScalingGroupName=change.id, ScalingProcesses=gone)
    if come:
        client.suspend_processes(AutoScalingGroupName=change.id, ScalingProcesses=come)


def match_metrics(client: Any, change: Change) -> None:
    gone, come = _moved(change, "enabledMetrics")
    if gone:
        client.disable_metrics_collection(AutoScalingGroupName=change.id, Metrics=gone)
    if come:
        collect(client, change.id, change.news | {"enabledMetrics": come})


def collect(client: Any, name: str, news: Properties) -> None:
    client.enable_metrics_collection(
        AutoScalingGroupName=name,
        Granularity=news.get("metricsGranularity", GRANULARITY),
        Metrics=news["enabledMetrics"],
    )


def _moved(change: Change, name: str) -> tuple[list[str], list[str]]:
    """What a set lost and what it got."""
    old, new = set(change.olds.get(name) or ()), set(change.news.get(name) or ())
    return sorted(old - new), sorted(new - old)
