"""aws:lb/listener:Listener with actions that forward, redirect, or answer by themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from botocore.exceptions import ClientError
from standin.failures import Refused
from standin.fields import Field
from standin.kind import Change, Kind
from standin.wire import Properties, is_unknown

from standin_aws import casing, elb_tags, failures
from standin_aws.cloud import Cloud

SAME = {"port": "Port", "protocol": "Protocol", "sslPolicy": "SslPolicy"}
BLOCKS = {"redirect": "RedirectConfig", "fixedResponse": "FixedResponseConfig"}
ACTION = casing.input_shape("elbv2", "CreateListener").members["DefaultActions"].member


class Listener(Kind[Cloud]):
    token = "aws:lb/listener:Listener"
    what = "ELBv2 Listener"
    name_length = None
    outputs = frozenset(("arn", "tagsAll"))
    fields: ClassVar[Mapping[str, Field]] = {
        "region": Field(computed=True, replaces=True),
        "certificateArn": Field(),
        "defaultActions": Field(required=True),
        "loadBalancerArn": Field(required=True, replaces=True),
        "port": Field(),
        "protocol": Field(computed=True),
        "sslPolicy": Field(computed=True),
        "tags": Field(),
    }

    def check(self, news: Properties) -> None:
        if not is_unknown(news["defaultActions"]):
            _actions(news["defaultActions"])

    def create(self, cloud: Cloud, news: Properties) -> tuple[str, Properties]:
        client = cloud.client("elbv2", news.get("region"))
        made = client.create_listener(
            LoadBalancerArn=news["loadBalancerArn"], **_asked(news), **elb_tags.asked(news)
        )
        id = str(made["Listeners"][0]["ListenerArn"])
        return id, self.found(cloud, id, news)

    def read(self, cloud: Cloud, id: str, state: Properties) -> Properties | None:
        client = cloud.client("elbv2", state.get("region"))
        try:
            listeners = client.describe_listeners(ListenerArns=[id])["Listeners"]
        except ClientError as error:
            if failures.code(error) in elb_tags.GONE:
                return None
            raise
        if not listeners:
            return None
        [listener] = listeners
        certificates = listener.get("Certificates") or [{}]
        return {
            **{name: listener.get(called) for name, called in SAME.items()},
            **elb_tags.found(client, cloud, id),
            "id": id,
            "arn": id,
            "certificateArn": certificates[0].get("CertificateArn"),
            "defaultActions": [_seen(action) for action in listener["DefaultActions"]],
            "loadBalancerArn": listener["LoadBalancerArn"],
            "region": client.meta.region_name,
        }

    def update(self, cloud: Cloud, change: Change) -> Properties:
        client = cloud.client("elbv2", change.news.get("region"))
        if change.names - {"tags"}:
            client.modify_listener(ListenerArn=change.id, **_asked(change.news))
        if "tags" in change.names:
            elb_tags.retag(client, change)
        return self.found(cloud, change.id, change.news)

    def delete(self, cloud: Cloud, id: str, state: Properties, timeout: float) -> None:
        try:
            cloud.client("elbv2", state.get("region")).delete_listener(ListenerArn=id)
        except ClientError as error:
            if failures.code(error) not in elb_tags.GONE:
                raise


def _asked(news: Properties) -> dict[str, Any]:
    asked = {called: news[name] for name, called in SAME.items() if news.get(name) is not None}
    if news.get("certificateArn"):
        asked["Certificates"] = [{"CertificateArn": news["certificateArn"]}]
    return asked | {"DefaultActions": _actions(news["defaultActions"])}


def _actions(given: list[Properties]) -> list[Any]:
    for index, action in enumerate(given):
        if "forward" in action:
            path = f"defaultActions[{index}].forward"
            raise Refused(path, "the stand-in aws provider forwards to one targetGroupArn alone")
    return [
        casing.to_api(ACTION, action, f"defaultActions[{index}]", BLOCKS)
        for index, action in enumerate(given)
    ]


def _seen(action: Mapping[str, Any]) -> Properties:
    back = {member: name for name, member in BLOCKS.items()}
    seen: Properties = casing.from_api({k: v for k, v in action.items() if k != "ForwardConfig"}, back)
    return seen
