"""aws:lb/targetGroup:TargetGroup, for targets that are instances or addresses.

As the real one: a delay of deregistration is always written, AWS's own 300 seconds where the program names none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from botocore.exceptions import ClientError
from standin import names
from standin.failures import Refused
from standin.fields import Field
from standin.kind import Change, Kind
from standin.wire import Properties, is_unknown

from standin_aws import elb_tags, failures
from standin_aws.cloud import Cloud

SAME = {
    "ipAddressType": "IpAddressType",
    "port": "Port",
    "protocol": "Protocol",
    "protocolVersion": "ProtocolVersion",
    "targetType": "TargetType",
    "vpcId": "VpcId",
}
CHECKS = {
    "enabled": "HealthCheckEnabled",
    "healthyThreshold": "HealthyThresholdCount",
    "interval": "HealthCheckIntervalSeconds",
    "path": "HealthCheckPath",
    "port": "HealthCheckPort",
    "protocol": "HealthCheckProtocol",
    "timeout": "HealthCheckTimeoutSeconds",
    "unhealthyThreshold": "UnhealthyThresholdCount",
}
ATTRIBUTES = {
    "deregistrationDelay": "deregistration_delay.timeout_seconds",
    "slowStart": "slow_start.duration_seconds",
}
NEEDED = ("port", "protocol", "vpcId")


class TargetGroup(Kind[Cloud]):
    token = "aws:lb/targetGroup:TargetGroup"
    what = "ELBv2 Target Group"
    name_length = 32
    outputs = frozenset(("arn", "arnSuffix", "loadBalancerArns", "tagsAll"))
    fields: ClassVar[Mapping[str, Field]] = {
        "name": Field(computed=True, replaces=True),
        "namePrefix": Field(computed=True, replaces=True),
        "region": Field(computed=True, replaces=True),
        "deregistrationDelay": Field(default=300),
        "healthCheck": Field(computed=True),
        "ipAddressType": Field(computed=True, replaces=True),
        "port": Field(replaces=True),
        "protocol": Field(replaces=True),
        "protocolVersion": Field(computed=True, replaces=True),
        "slowStart": Field(default=0),
        "tags": Field(),
        "targetType": Field(default="instance", replaces=True),
        "vpcId": Field(replaces=True),
    }

    def check(self, news: Properties) -> None:
        kind = news.get("targetType", "instance")
        if not is_unknown(kind) and kind not in ("instance", "ip"):
            raise Refused("targetType", "the stand-in aws provider knows instance and ip alone")
        for name in NEEDED:
            if name not in news:
                raise Refused(name, f"is required where the target type is {kind}")
        unknown = sorted((news.get("healthCheck") or {}).keys() - CHECKS.keys() - {"matcher"})
        if unknown:
            raise Refused(
                f"healthCheck.{unknown[0]}", "the stand-in aws provider does not know this property"
            )

    def create(self, cloud: Cloud, news: Properties) -> tuple[str, Properties]:
        client = cloud.client("elbv2", news.get("region"))
        given = self.defaults() | news
        asked = {called: given[name] for name, called in SAME.items() if given.get(name) is not None}
        asked |= _checks(news) | elb_tags.asked(news)
        made = client.create_target_group(Name=names.chosen(news), **asked)
        id = str(made["TargetGroups"][0]["TargetGroupArn"])
        self._attribute(client, id, given, ATTRIBUTES)
        return id, self.found(cloud, id, news)

    def read(self, cloud: Cloud, id: str, state: Properties) -> Properties | None:
        client = cloud.client("elbv2", state.get("region"))
        try:
            [group] = client.describe_target_groups(TargetGroupArns=[id])["TargetGroups"]
        except ClientError as error:
            if failures.code(error) in elb_tags.GONE:
                return None
            raise
        shown = client.describe_target_group_attributes(TargetGroupArn=id)["Attributes"]
        attributes = {each["Key"]: each["Value"] for each in shown}
        checks = {name: group[called] for name, called in CHECKS.items() if called in group}
        if "Matcher" in group:
            checks["matcher"] = group["Matcher"].get("HttpCode")
        return {
            **{name: group.get(called) for name, called in SAME.items()},
            **{name: int(attributes.get(called, 0)) for name, called in ATTRIBUTES.items()},
            **elb_tags.found(client, cloud, id),
            "id": id,
            "arn": id,
            "arnSuffix": elb_tags.suffix(id),
            "name": group["TargetGroupName"],
            "namePrefix": names.prefix_of(group["TargetGroupName"]),
            "healthCheck": checks,
            "loadBalancerArns": group.get("LoadBalancerArns", []),
            "region": client.meta.region_name,
        }

    def update(self, cloud: Cloud, change: Change) -> Properties:
        client = cloud.client("elbv2", change.news.get("region"))
        if "healthCheck" in change.names:
            client.modify_target_group(TargetGroupArn=change.id, **_checks(change.news))
        self._attribute(client, change.id, self.defaults() | change.news, ATTRIBUTES.keys() & change.names)
        if "tags" in change.names:
            elb_tags.retag(client, change)
        return self.found(cloud, change.id, change.news)

    def delete(self, cloud: Cloud, id: str, state: Properties, timeout: float) -> None:
        try:
            cloud.client("elbv2", state.get("region")).delete_target_group(TargetGroupArn=id)
        except ClientError as error:
            if failures.code(error) not in elb_tags.GONE:
                raise

    @staticmethod
    def _attribute(client: Any, id: str, given: Properties, wanted: Any) -> None:
        asked = [{"Key": ATTRIBUTES[name], "Value": str(given[name])} for name in sorted(wanted)]
        if asked:
            client.modify_target_group_attributes(TargetGroupArn=id, Attributes=asked)


def _checks(news: Properties) -> dict[str, Any]:
    given = dict(news.get("healthCheck") or {})
    matcher = given.pop("matcher", None)
    texts = ("path", "port", "protocol")
    asked: dict[str, Any] = {
        CHECKS[name]: str(value) if name in texts else value for name, value in given.items()
    }
    return asked | ({"Matcher": {"HttpCode": str(matcher)}} if matcher else {})
