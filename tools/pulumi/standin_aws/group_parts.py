"""What hangs on a group as a resource of its own: a lifecycle hook, a tag, a load balancer's place at it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from botocore.exceptions import ClientError
from standin import names
from standin.failures import Refused
from standin.fields import Field
from standin.kind import Change, Kind
from standin.wire import Properties, is_unknown

from standin_aws import casing, failures
from standin_aws.cloud import Cloud
from standin_aws.group_state import found_group

HOOK_SHAPE = casing.input_shape("autoscaling", "PutLifecycleHook")
HEARTBEATS = range(30, 7201)
HOOK_RENAMED = {
    "name": "LifecycleHookName",
    "autoscalingGroupName": "AutoScalingGroupName",
    "roleArn": "RoleARN",
    "notificationTargetArn": "NotificationTargetARN",
}


class LifecycleHook(Kind[Cloud]):
    token = "aws:autoscaling/lifecycleHook:LifecycleHook"
    what = "Auto Scaling Lifecycle Hook"
    outputs: ClassVar[frozenset[str]] = frozenset()
    fields: ClassVar[Mapping[str, Field]] = {
        "name": Field(computed=True, replaces=True),
        "region": Field(computed=True, replaces=True),
        "autoscalingGroupName": Field(required=True),
        "lifecycleTransition": Field(required=True),
        "defaultResult": Field(computed=True),
        "heartbeatTimeout": Field(),
        "notificationMetadata": Field(),
        "notificationTargetArn": Field(),
        "roleArn": Field(),
    }

    def check(self, news: Properties) -> None:
        heartbeat = news.get("heartbeatTimeout", HEARTBEATS[0])
        if not is_unknown(heartbeat) and int(heartbeat) not in HEARTBEATS:
            first, last = HEARTBEATS[0], HEARTBEATS[-1]
            raise Refused(
                "heartbeatTimeout",
                f"expected heartbeat_timeout to be in the range ({first} - {last}), got {heartbeat}",
            )

    def create(self, cloud: Cloud, news: Properties) -> tuple[str, Properties]:
        return news["name"], self._put(cloud, news)

    def read(self, cloud: Cloud, id: str, state: Properties) -> Properties | None:
        client = cloud.client("autoscaling", state.get("region"))
        try:
            found = client.describe_lifecycle_hooks(
                AutoScalingGroupName=state["autoscalingGroupName"], LifecycleHookNames=[id]
            )["LifecycleHooks"]
        except ClientError as error:
            if "not found" in failures.message(error):
                return None
            raise
        if not found:
            return None
        back = {member: name for name, member in HOOK_RENAMED.items()}
        hook: Properties = casing.from_api(found[0], back)
        if state:
            # Of what was never declared, servers may answer defaults, which are no drift.
            hook = {name: value for name, value in hook.items() if name in state or name == "defaultResult"}
        return hook | {"id": id, "region": client.meta.region_name}

    def update(self, cloud: Cloud, change: Change) -> Properties:
        return self._put(cloud, change.olds | change.news)

    def delete(self, cloud: Cloud, id: str, state: Properties, timeout: float) -> None:
        group = state["autoscalingGroupName"]
        client = cloud.client("autoscaling", state.get("region"))
        if self.read(cloud, id, state) is not None:
            client.delete_lifecycle_hook(AutoScalingGroupName=group, LifecycleHookName=id)

    def _put(self, cloud: Cloud, news: Properties) -> Properties:
        given = {name: news[name] for name in self.fields if name in news and name != "region"}
        asked = casing.to_api(HOOK_SHAPE, given, "lifecycleHook", HOOK_RENAMED)
        cloud.client("autoscaling", news.get("region")).put_lifecycle_hook(**asked)
        return self.found(cloud, news["name"], news)


class Tag(Kind[Cloud]):
    token = "aws:autoscaling/tag:Tag"
    what = "Auto Scaling Group Tag"
    name_length = None
    outputs: ClassVar[frozenset[str]] = frozenset()
    fields: ClassVar[Mapping[str, Field]] = {
        "region": Field(computed=True, replaces=True),
        "autoscalingGroupName": Field(required=True, replaces=True),
        "tag": Field(required=True),
    }

    def create(self, cloud: Cloud, news: Properties) -> tuple[str, Properties]:
        return f"{news['autoscalingGroupName']},{news['tag']['key']}", self._put(cloud, news)

    def read(self, cloud: Cloud, id: str, state: Properties) -> Properties | None:
        group_name, _, key = id.partition(",")
        client = cloud.client("autoscaling", state.get("region"))
        group = found_group(client, group_name)
        for tag in group["Tags"] if group else ():
            if tag["Key"] == key:
                found = {"key": key, "value": tag["Value"], "propagateAtLaunch": tag["PropagateAtLaunch"]}
                region = client.meta.region_name
                return {"id": id, "autoscalingGroupName": group_name, "tag": found, "region": region}
        return None

    def update(self, cloud: Cloud, change: Change) -> Properties:
        if change.olds["tag"]["key"] != change.news["tag"]["key"]:
            self.delete(cloud, change.id, change.olds, 0)
        return self._put(cloud, change.news)

    def delete(self, cloud: Cloud, id: str, state: Properties, timeout: float) -> None:
        group, _, key = id.partition(",")
        doomed = {"ResourceId": group, "ResourceType": "auto-scaling-group", "Key": key}
        cloud.client("autoscaling", state.get("region")).delete_tags(Tags=[doomed])

    def _put(self, cloud: Cloud, news: Properties) -> Properties:
        tag, group = news["tag"], news["autoscalingGroupName"]
        written: dict[str, Any] = {
            "ResourceId": group,
            "ResourceType": "auto-scaling-group",
            "Key": tag["key"],
        }
        written |= {"Value": str(tag["value"]), "PropagateAtLaunch": bool(tag["propagateAtLaunch"])}
        cloud.client("autoscaling", news.get("region")).create_or_update_tags(Tags=[written])
        return {"id": f"{group},{tag['key']}", **news}


class Attachment(Kind[Cloud]):
    token = "aws:autoscaling/attachment:Attachment"
    what = "Auto Scaling Group Attachment"
    name_length = None
    outputs: ClassVar[frozenset[str]] = frozenset()
    fields: ClassVar[Mapping[str, Field]] = {
        "region": Field(computed=True, replaces=True),
        "autoscalingGroupName": Field(required=True, replaces=True),
        "elb": Field(replaces=True),
        "lbTargetGroupArn": Field(replaces=True),
    }

    def check(self, news: Properties) -> None:
        if ("elb" in news) == ("lbTargetGroupArn" in news):
            raise Refused("lbTargetGroupArn", "exactly one of elb, lbTargetGroupArn is wanted")

    def create(self, cloud: Cloud, news: Properties) -> tuple[str, Properties]:
        client, group = cloud.client("autoscaling", news.get("region")), news["autoscalingGroupName"]
        if "elb" in news:
            client.attach_load_balancers(AutoScalingGroupName=group, LoadBalancerNames=[news["elb"]])
        else:
            client.attach_load_balancer_target_groups(
                AutoScalingGroupName=group, TargetGroupARNs=[news["lbTargetGroupArn"]]
            )
        id = names.chosen({"namePrefix": f"{group}-"})
        return id, self.found(cloud, id, news)

    def read(self, cloud: Cloud, id: str, state: Properties) -> Properties | None:
        client = cloud.client("autoscaling", state.get("region"))
        group = found_group(client, state["autoscalingGroupName"])
        if group is None:
            return None
        attached = (*group.get("LoadBalancerNames", ()), *group.get("TargetGroupARNs", ()))
        if state.get("elb", state.get("lbTargetGroupArn")) not in attached:
            return None
        return {**state, "id": id, "region": client.meta.region_name}

    def update(self, cloud: Cloud, change: Change) -> Properties:
        """Every property is a reason to replace it."""
        return change.olds

    def delete(self, cloud: Cloud, id: str, state: Properties, timeout: float) -> None:
        client, group = cloud.client("autoscaling", state.get("region")), state["autoscalingGroupName"]
        if self.read(cloud, id, state) is None:
            return
        if "elb" in state:
            client.detach_load_balancers(AutoScalingGroupName=group, LoadBalancerNames=[state["elb"]])
        else:
            client.detach_load_balancer_target_groups(
                AutoScalingGroupName=group, TargetGroupARNs=[state["lbTargetGroupArn"]]
            )
