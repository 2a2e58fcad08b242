"""aws:autoscaling/group:Group.

As the real one: sizes, suspended processes and tags that someone else changed are seen by a refresh and put
back by the next update; tags and processes that the program does not declare are removed and resumed then;
the launch template is touched only when its input has changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from botocore.exceptions import ClientError

from standin_aws import casing, failures, names
from standin_aws.capacity import CapacityWait, drained, seconds
from standin_aws.cloud import Cloud
from standin_aws.failures import Failed, Refused, Unfinished
from standin_aws.fields import Field
from standin_aws.group_state import found_group, state_of
from standin_aws.kind import Change, Kind, wait
from standin_aws.wire import Properties, is_unknown

RENAMED = {
    "vpcZoneIdentifiers": "VPCZoneIdentifier",
    "targetGroupArns": "TargetGroupARNs",
    "serviceLinkedRoleArn": "ServiceLinkedRoleARN",
    "protectFromScaleIn": "NewInstancesProtectedFromScaleIn",
    "launchConfiguration": "LaunchConfigurationName",
}
LIKE_THE_API = (
    "availabilityZones", "capacityRebalance", "defaultCooldown", "defaultInstanceWarmup",
    "desiredCapacity", "desiredCapacityType", "healthCheckGracePeriod", "healthCheckType",
    "instanceMaintenancePolicy", "launchConfiguration", "launchTemplate", "maxInstanceLifetime",
    "maxSize", "minSize", "mixedInstancesPolicy", "placementGroup", "protectFromScaleIn",
    "serviceLinkedRoleArn", "terminationPolicies", "vpcZoneIdentifiers",
)  # fmt: skip
"""What CreateAutoScalingGroup and UpdateAutoScalingGroup take, in the order of the schema."""
WAITED_FOR = {"desiredCapacity", "desiredCapacityType", "minSize"}
LAUNCHES_FROM = ("launchConfiguration", "launchTemplate", "mixedInstancesPolicy")
SHAPE = casing.input_shape("autoscaling", "CreateAutoScalingGroup")
DELETE_SECONDS = 600.0


class Group(Kind):
    token = "aws:autoscaling/group:Group"
    what = "Auto Scaling Group"
    outputs = frozenset(("arn", "predictedCapacity", "warmPoolSize"))
    fields: ClassVar[Mapping[str, Field]] = {
        "name": Field(computed=True, replaces=True),
        "namePrefix": Field(computed=True, replaces=True),
        "region": Field(computed=True, replaces=True),
        "availabilityZones": Field(computed=True, unordered=True),
        "capacityRebalance": Field(),
        "defaultCooldown": Field(computed=True),
        "defaultInstanceWarmup": Field(),
        "desiredCapacity": Field(computed=True),
        "desiredCapacityType": Field(),
        "forceDelete": Field(local=True, default=False),
        "healthCheckGracePeriod": Field(default=300),
        "healthCheckType": Field(computed=True),
        "ignoreFailedScalingActivities": Field(local=True, default=False),
        "initialLifecycleHooks": Field(local=True, replaces=True, unordered=True),
        "instanceMaintenancePolicy": Field(),
        "launchConfiguration": Field(),
        "launchTemplate": Field(computed=True),
        "maxInstanceLifetime": Field(),
        "maxSize": Field(required=True),
        "minSize": Field(required=True),
        "mixedInstancesPolicy": Field(computed=True),
        "placementGroup": Field(),
        "protectFromScaleIn": Field(default=False),
        "serviceLinkedRoleArn": Field(computed=True),
        "suspendedProcesses": Field(unordered=True),
        "tags": Field(unordered=True),
        "targetGroupArns": Field(computed=True, unordered=True),
        "terminationPolicies": Field(),
        "vpcZoneIdentifiers": Field(computed=True, unordered=True),
        "waitForCapacityTimeout": Field(local=True, default="10m"),
    }

    def check(self, news: Properties) -> None:
        given = [name for name in LAUNCHES_FROM if name in news]
        if len(given) != 1:
            raise Refused(
                LAUNCHES_FROM[1], f"exactly one of {', '.join(LAUNCHES_FROM)} is wanted, not {len(given)}"
            )
        if "availabilityZones" in news and "vpcZoneIdentifiers" in news:
            raise Refused("availabilityZones", "conflicts with vpcZoneIdentifiers")
        timeout = news.get("waitForCapacityTimeout", "0")
        if not is_unknown(timeout):
            seconds(timeout)
        _asked({name: value for name, value in news.items() if not is_unknown(value)}, LIKE_THE_API)

    def create(self, cloud: Cloud, news: Properties) -> tuple[str, Properties]:
        client = cloud.client("autoscaling", news.get("region"))
        name, hooks = names.chosen(news), news.get("initialLifecycleHooks") or []
        asked = _asked(self.defaults() | news, LIKE_THE_API) | {"AutoScalingGroupName": name}
        sizes = {size: asked[size] for size in ("MinSize", "MaxSize", "DesiredCapacity") if size in asked}
        if hooks:
            asked |= {"MinSize": 0, "MaxSize": 0}
            asked.pop("DesiredCapacity", None)
        if news.get("tags"):
            asked["Tags"] = [_tag(name, tag) for tag in news["tags"]]
        if news.get("targetGroupArns"):
            asked["TargetGroupARNs"] = news["targetGroupArns"]
        client.create_auto_scaling_group(**asked)
        try:
            for hook in hooks:
                shape = casing.input_shape("autoscaling", "PutLifecycleHook")
                called = {
                    "name": "LifecycleHookName",
                    "roleArn": "RoleARN",
                    "notificationTargetArn": "NotificationTargetARN",
                }
                client.put_lifecycle_hook(
                    AutoScalingGroupName=name, **casing.to_api(shape, hook, "initialLifecycleHooks", called)
                )
            if hooks:
                client.update_auto_scaling_group(AutoScalingGroupName=name, **sizes)
            wanted = news.get("desiredCapacity") or news["minSize"]
            CapacityWait(cloud, client, name, news).until(lambda count: count >= wanted, f"at least {wanted}")
            if news.get("suspendedProcesses"):
                client.suspend_processes(
                    AutoScalingGroupName=name, ScalingProcesses=news["suspendedProcesses"]
                )
        except (ClientError, Failed) as error:
            said = (
                str(error)
                if isinstance(error, Failed)
                else failures.one_line(f"creating {self.what} ({name})", error)
            )
            raise Unfinished(said, name, self.read(cloud, name, news) or news) from error
        return name, self._found(cloud, name, news)

    def read(self, cloud: Cloud, id: str, state: Properties) -> Properties | None:
        client = cloud.client("autoscaling", state.get("region"))
        group = found_group(client, id)
        if group is None:
            return None
        return state_of(group, cloud, RENAMED) | self.local(state) | {"region": client.meta.region_name}

    def update(self, cloud: Cloud, change: Change) -> Properties:
        client, name, news = cloud.client("autoscaling", change.news.get("region")), change.id, change.news
        asked_for = [field for field in LIKE_THE_API if field in change.names]
        if asked_for:
            client.update_auto_scaling_group(
                AutoScalingGroupName=name, **_asked(self._resets(change) | self.defaults() | news, asked_for)
            )
        if "tags" in change.names:
            _retag(client, cloud, change)
        if "targetGroupArns" in change.names:
            _reattach(client, change)
        try:
            if change.names & WAITED_FOR:
                wanted = max(
                    news["minSize"], news.get("desiredCapacity", change.olds.get("desiredCapacity", 0))
                )
                CapacityWait(cloud, client, name, news).until(
                    lambda count: count == wanted, f"exactly {wanted}"
                )
            if "suspendedProcesses" in change.names:
                _match_processes(client, change)
        except (ClientError, Failed) as error:
            said = (
                str(error)
                if isinstance(error, Failed)
                else failures.one_line(f"updating {self.what} ({name})", error)
            )
            raise Unfinished(said, name, self.read(cloud, name, news) or news) from error
        return self._found(cloud, name, news)

    def delete(self, cloud: Cloud, id: str, state: Properties, timeout: float) -> None:
        client = cloud.client("autoscaling", state.get("region"))
        if found_group(client, id) is None:
            return
        force, patience = bool(state.get("forceDelete")), timeout or DELETE_SECONDS
        if not force:
            client.update_auto_scaling_group(AutoScalingGroupName=id, MinSize=0, MaxSize=0, DesiredCapacity=0)
            if not wait(cloud, lambda: drained(client, id), patience):
                raise Failed(
                    f"deleting {self.what} ({id}): its instances did not end within {patience:.0f} s"
                )
        try:
            client.delete_auto_scaling_group(AutoScalingGroupName=id, ForceDelete=force)
        except ClientError as error:
            if "not found" not in failures.message(error):
                raise
        if not wait(cloud, lambda: found_group(client, id) is None, patience):
            raise Failed(f"deleting {self.what} ({id}): it is still there after {patience:.0f} s")

    def _resets(self, change: Change) -> Properties:
        """The API's own words for what the program no longer declares."""
        words: Properties = {
            "capacityRebalance": False,
            "terminationPolicies": ["Default"],
            "placementGroup": "",
        }
        words |= {"defaultInstanceWarmup": -1, "maxInstanceLifetime": 0, "desiredCapacityType": "units"}
        words |= {"instanceMaintenancePolicy": {"minHealthyPercentage": -1, "maxHealthyPercentage": -1}}
        return {
            name: word for name, word in words.items() if name in change.names and name not in change.news
        }

    def _found(self, cloud: Cloud, name: str, news: Properties) -> Properties:
        found = self.read(cloud, name, news)
        if found is None:
            raise Failed(f"reading {self.what} ({name}): it is gone again")
        return found


def _asked(properties: Properties, wanted: Any) -> dict[str, Any]:
    given = {name: properties[name] for name in wanted if properties.get(name) is not None}
    for name, inner in (("launchTemplate", _specification), ("mixedInstancesPolicy", _mixed)):
        if name in given:
            given[name] = inner(given[name])
    if "vpcZoneIdentifiers" in given:
        given["vpcZoneIdentifiers"] = ",".join(given["vpcZoneIdentifiers"])
    asked: dict[str, Any] = casing.to_api(SHAPE, given, "group", RENAMED)
    return asked


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


def _tag(group: str, tag: Properties) -> dict[str, Any]:
    return {
        "ResourceId": group,
        "ResourceType": "auto-scaling-group",
        "Key": tag["key"],
        "Value": str(tag["value"]),
        "PropagateAtLaunch": bool(tag["propagateAtLaunch"]),
    }


def _retag(client: Any, cloud: Cloud, change: Change) -> None:
    """Ignored keys are in no state, and stay even so when the ignoring began after the state was written."""
    old = {tag["key"]: tag for tag in change.olds.get("tags") or ()}
    new = {tag["key"]: tag for tag in change.news.get("tags") or ()}
    removed = [
        _tag(change.id, tag) for key, tag in old.items() if key not in new and not cloud.ignores_tag(key)
    ]
    if removed:
        client.delete_tags(Tags=removed)
    written = [_tag(change.id, tag) for key, tag in new.items() if old.get(key) != tag]
    if written:
        client.create_or_update_tags(Tags=written)


def _reattach(client: Any, change: Change) -> None:
    old, new = set(change.olds.get("targetGroupArns") or ()), set(change.news.get("targetGroupArns") or ())
    if old - new:
        client.detach_load_balancer_target_groups(
            AutoScalingGroupName=change.id, TargetGroupARNs=sorted(old - new)
        )
    if new - old:
        client.attach_load_balancer_target_groups(
            AutoScalingGroupName=change.id, TargetGroupARNs=sorted(new - old)
        )


def _match_processes(client: Any, change: Change) -> None:
    old, new = (
        set(change.olds.get("suspendedProcesses") or ()),
        set(change.news.get("suspendedProcesses") or ()),
    )
    if old - new:
        client.resume_processes(AutoScalingGroupName=change.id, ScalingProcesses=sorted(old - new))
    if new - old:
        client.suspend_processes(AutoScalingGroupName=change.id, ScalingProcesses=sorted(new - old))
