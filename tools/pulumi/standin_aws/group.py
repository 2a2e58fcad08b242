"""aws:autoscaling/group:Group.

As the real one: sizes, suspended processes and tags that someone else changed are seen by a refresh and put
back by the next update; tags and processes that the program does not declare are removed and resumed then;
the launch template is touched only when its input has changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from botocore.exceptions import ClientError
from standin import names
from standin.failures import Failed, Refused, Unfinished
from standin.fields import Field
from standin.kind import Change, Kind
from standin.wire import Properties, is_unknown

from standin_aws import casing, failures, group_calls, group_refresh
from standin_aws.capacity import CapacityWait, seconds
from standin_aws.cloud import Cloud
from standin_aws.group_end import Ending
from standin_aws.group_state import found_group, state_of

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
HOOKS = casing.input_shape("autoscaling", "PutLifecycleHook")
CALLED = {"name": "LifecycleHookName", "roleArn": "RoleARN", "notificationTargetArn": "NotificationTargetARN"}


class Group(Kind[Cloud]):
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
        "enabledMetrics": Field(unordered=True),
        "forceDelete": Field(local=True, default=False),
        "healthCheckGracePeriod": Field(default=300),
        "healthCheckType": Field(computed=True),
        "ignoreFailedScalingActivities": Field(local=True, default=False),
        "initialLifecycleHooks": Field(local=True, replaces=True, unordered=True),
        "instanceMaintenancePolicy": Field(),
        "instanceRefresh": Field(local=True),
        "launchConfiguration": Field(),
        "launchTemplate": Field(computed=True),
        "maxInstanceLifetime": Field(),
        "maxSize": Field(required=True),
        "metricsGranularity": Field(default=group_calls.GRANULARITY),
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
        if "instanceRefresh" in news:
            group_refresh.check(news["instanceRefresh"], self.fields)
        timeout = news.get("waitForCapacityTimeout", "0")
        if not is_unknown(timeout):
            seconds(timeout)
        group_calls.asked(
            {name: value for name, value in news.items() if not is_unknown(value)}, LIKE_THE_API
        )

    def create(self, cloud: Cloud, news: Properties) -> tuple[str, Properties]:
        client = cloud.client("autoscaling", news.get("region"))
        name, hooks = names.chosen(news), news.get("initialLifecycleHooks") or []
        asked = group_calls.asked(self.defaults() | news, LIKE_THE_API) | {"AutoScalingGroupName": name}
        sizes = {size: asked[size] for size in ("MinSize", "MaxSize", "DesiredCapacity") if size in asked}
        if hooks:
            asked |= {"MinSize": 0, "MaxSize": 0}
            asked.pop("DesiredCapacity", None)
        if news.get("tags"):
            asked["Tags"] = [group_calls.tag_of(name, tag) for tag in news["tags"]]
        if news.get("targetGroupArns"):
            asked["TargetGroupARNs"] = news["targetGroupArns"]
        client.create_auto_scaling_group(**asked)
        try:
            for hook in hooks:
                called = casing.to_api(HOOKS, hook, "initialLifecycleHooks", CALLED)
                client.put_lifecycle_hook(AutoScalingGroupName=name, **called)
            if hooks:
                client.update_auto_scaling_group(AutoScalingGroupName=name, **sizes)
            wanted = news.get("desiredCapacity") or news["minSize"]
            CapacityWait(cloud, client, name, news).until(lambda count: count >= wanted, f"at least {wanted}")
            if news.get("suspendedProcesses"):
                client.suspend_processes(
                    AutoScalingGroupName=name, ScalingProcesses=news["suspendedProcesses"]
                )
            if news.get("enabledMetrics"):
                group_calls.collect(client, name, news)
        except (ClientError, Failed) as error:
            planned = {
                key: value for key, value in self.planned_create(news).items() if not is_unknown(value)
            }
            kept = planned | {"id": name, "name": name, "region": client.meta.region_name}
            raise Unfinished(failures.said(f"creating {self.what} ({name})", error), name, kept) from error
        return name, self.found(cloud, name, news)

    def read(self, cloud: Cloud, id: str, state: Properties) -> Properties | None:
        client = cloud.client("autoscaling", state.get("region"))
        group = found_group(client, id)
        if group is None:
            return None
        found = state_of(group, cloud, group_calls.RENAMED) | self.local(state)
        return found | {"region": client.meta.region_name}

    def update(self, cloud: Cloud, change: Change) -> Properties:
        """What comes after a step that failed is left out, and nobody does it later: the state has it as done."""
        client, name, news = cloud.client("autoscaling", change.news.get("region")), change.id, change.news
        asked_for = [field for field in LIKE_THE_API if field in change.names]
        if asked_for:
            given = group_calls.asked(self._resets(change) | self.defaults() | news, asked_for)
            client.update_auto_scaling_group(AutoScalingGroupName=name, **given)
        if "tags" in change.names:
            group_calls.retag(client, change)
        if "targetGroupArns" in change.names:
            group_calls.reattach(client, change)
        if group_refresh.wanted(change):
            group_refresh.start(cloud, client, name, news)
        if change.names & WAITED_FOR:
            wanted = max(news["minSize"], news.get("desiredCapacity", change.olds.get("desiredCapacity", 0)))
            CapacityWait(cloud, client, name, news).until(lambda count: count == wanted, f"exactly {wanted}")
        if "enabledMetrics" in change.names:
            group_calls.match_metrics(client, change)
        if "suspendedProcesses" in change.names:
            group_calls.match_processes(client, change)
        return self.found(cloud, name, news)

    def delete(self, cloud: Cloud, id: str, state: Properties, timeout: float) -> None:
        Ending(cloud, cloud.client("autoscaling", state.get("region")), id, timeout).end(
            force=bool(state.get("forceDelete"))
        )

    def _resets(self, change: Change) -> Properties:
        """The API's own words for what the program no longer declares."""
        words: Properties = {
            "capacityRebalance": False,
            "terminationPolicies": ["Default"],
            "placementGroup": "",
        }
        words |= {"defaultInstanceWarmup": 0, "maxInstanceLifetime": 0, "desiredCapacityType": "units"}
        words |= {"instanceMaintenancePolicy": {"minHealthyPercentage": -1, "maxHealthyPercentage": -1}}
        return {
            name: word for name, word in words.items() if name in change.names and name not in change.news
        }
