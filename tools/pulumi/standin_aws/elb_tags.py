"""Tags of what load balancing is made of, and the part of an ARN by which CloudWatch names it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from standin.kind import Change
from standin.wire import Properties

from standin_aws.cloud import Cloud

GONE = ("TargetGroupNotFound", "ListenerNotFound", "LoadBalancerNotFound")


def listed(tags: Mapping[str, Any]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": str(value)} for key, value in tags.items()]


def asked(news: Properties) -> dict[str, Any]:
    return {"Tags": listed(news["tags"])} if news.get("tags") else {}


def found(client: Any, cloud: Cloud, arn: str) -> Properties:
    [described] = client.describe_tags(ResourceArns=[arn])["TagDescriptions"]
    tags = {tag["Key"]: tag["Value"] for tag in described["Tags"] if not cloud.ignores_tag(tag["Key"])}
    return {"tags": tags or None, "tagsAll": tags}


def retag(client: Any, change: Change) -> None:
    old, new = change.olds.get("tags") or {}, change.news.get("tags") or {}
    gone = [key for key in old if key not in new]
    if gone:
        client.remove_tags(ResourceArns=[change.id], TagKeys=gone)
    come = {key: value for key, value in new.items() if old.get(key) != value}
    if come:
        client.add_tags(ResourceArns=[change.id], Tags=listed(come))


def suffix(arn: str) -> str:
    return arn.rpartition(":")[2].removeprefix("loadbalancer/")
