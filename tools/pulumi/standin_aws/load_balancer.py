"""aws:lb/loadBalancer:LoadBalancer, application and network, made and waited for until it is active."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from botocore.exceptions import ClientError
from standin import names
from standin.failures import Failed
from standin.fields import Field
from standin.kind import Change, Kind, wait
from standin.wire import Properties

from standin_aws import elb_tags, failures
from standin_aws.cloud import Cloud

PROTECTED, IDLE = "deletion_protection.enabled", "idle_timeout.timeout_seconds"
ACTIVE_WITHIN = 600.0


class LoadBalancer(Kind[Cloud]):
    token = "aws:lb/loadBalancer:LoadBalancer"
    what = "ELBv2 Load Balancer"
    name_length = 32
    outputs = frozenset(("arn", "arnSuffix", "dnsName", "tagsAll", "vpcId", "zoneId"))
    fields: ClassVar[Mapping[str, Field]] = {
        "name": Field(computed=True, replaces=True),
        "namePrefix": Field(computed=True, replaces=True),
        "region": Field(computed=True, replaces=True),
        "enableDeletionProtection": Field(default=False),
        "idleTimeout": Field(default=60),
        "internal": Field(computed=True, replaces=True),
        "ipAddressType": Field(computed=True),
        "loadBalancerType": Field(default="application", replaces=True),
        "securityGroups": Field(computed=True, unordered=True),
        "subnets": Field(computed=True, unordered=True),
        "tags": Field(),
    }

    def create(self, cloud: Cloud, news: Properties) -> tuple[str, Properties]:
        client = cloud.client("elbv2", news.get("region"))
        given = self.defaults() | news
        asked: dict[str, Any] = {"Type": given["loadBalancerType"], "Subnets": news.get("subnets", [])}
        asked["Scheme"] = "internal" if news.get("internal") else "internet-facing"
        for name, called in (("ipAddressType", "IpAddressType"), ("securityGroups", "SecurityGroups")):
            if news.get(name):
                asked[called] = news[name]
        made = client.create_load_balancer(Name=names.chosen(news), **asked, **elb_tags.asked(news))
        id = str(made["LoadBalancers"][0]["LoadBalancerArn"])
        if not wait(cloud, lambda: _described(client, id)["State"]["Code"] == "active", ACTIVE_WITHIN):
            raise Failed(f"creating {self.what} ({id}): it was not active within {ACTIVE_WITHIN:.0f} s")
        self._attribute(client, id, given, {"enableDeletionProtection", "idleTimeout"})
        return id, self.found(cloud, id, news)

    def read(self, cloud: Cloud, id: str, state: Properties) -> Properties | None:
        client = cloud.client("elbv2", state.get("region"))
        try:
            balancer = _described(client, id)
        except ClientError as error:
            if failures.code(error) in elb_tags.GONE:
                return None
            raise
        shown = client.describe_load_balancer_attributes(LoadBalancerArn=id)["Attributes"]
        attributes = {each["Key"]: each["Value"] for each in shown}
        return {
            **elb_tags.found(client, cloud, id),
            "id": id,
            "arn": id,
            "arnSuffix": elb_tags.suffix(id),
            "dnsName": balancer["DNSName"],
            "enableDeletionProtection": attributes.get(PROTECTED) == "true",
            "idleTimeout": int(attributes.get(IDLE, 60)),
            "internal": balancer.get("Scheme") == "internal",
            "ipAddressType": balancer.get("IpAddressType"),
            "loadBalancerType": balancer["Type"],
            "name": balancer["LoadBalancerName"],
            "namePrefix": names.prefix_of(balancer["LoadBalancerName"]),
            "region": client.meta.region_name,
            "securityGroups": balancer.get("SecurityGroups", []),
            "subnets": [zone["SubnetId"] for zone in balancer["AvailabilityZones"]],
            "vpcId": balancer["VpcId"],
            "zoneId": balancer.get("CanonicalHostedZoneId"),
        }

    def update(self, cloud: Cloud, change: Change) -> Properties:
        client, news = cloud.client("elbv2", change.news.get("region")), change.news
        if "subnets" in change.names:
            client.set_subnets(LoadBalancerArn=change.id, Subnets=news["subnets"])
        if "securityGroups" in change.names:
            client.set_security_groups(LoadBalancerArn=change.id, SecurityGroups=news["securityGroups"])
        if "ipAddressType" in change.names:
            client.set_ip_address_type(LoadBalancerArn=change.id, IpAddressType=news["ipAddressType"])
        self._attribute(client, change.id, self.defaults() | news, change.names)
        if "tags" in change.names:
            elb_tags.retag(client, change)
        return self.found(cloud, change.id, news)

    def delete(self, cloud: Cloud, id: str, state: Properties, timeout: float) -> None:
        try:
            cloud.client("elbv2", state.get("region")).delete_load_balancer(LoadBalancerArn=id)
        except ClientError as error:
            if failures.code(error) not in elb_tags.GONE:
                raise

    @staticmethod
    def _attribute(client: Any, id: str, given: Properties, wanted: Any) -> None:
        """An idle timeout is an application load balancer's."""
        asked = []
        if "enableDeletionProtection" in wanted:
            asked.append({"Key": PROTECTED, "Value": str(bool(given["enableDeletionProtection"])).lower()})
        if "idleTimeout" in wanted and given["loadBalancerType"] == "application":
            asked.append({"Key": IDLE, "Value": str(given["idleTimeout"])})
        if asked:
            client.modify_load_balancer_attributes(LoadBalancerArn=id, Attributes=asked)


def _described(client: Any, id: str) -> dict[str, Any]:
    found: dict[str, Any] = client.describe_load_balancers(LoadBalancerArns=[id])["LoadBalancers"][0]
    return found
