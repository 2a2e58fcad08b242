"""The block `instanceRefresh` of a group: an update of what triggers it starts a refresh and does not wait for it.

One that is active is cancelled first. With `launchTemplate` among ignoreChanges only a declared trigger starts any.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from botocore.exceptions import ClientError
from standin.failures import Failed, Refused
from standin.kind import Change, wait
from standin.wire import Properties, is_unknown

from standin_aws import casing, failures, group_calls
from standin_aws.cloud import Cloud

ALWAYS = frozenset(("launchConfiguration", "launchTemplate", "mixedInstancesPolicy"))
OTHERWISE = {
    "tags": "tag",
    "vpcZoneIdentifiers": "vpc_zone_identifier",
    "initialLifecycleHooks": "initial_lifecycle_hook",
}
"""Triggers have Terraform's names, which are not always the property's in snake case."""
DEFAULTS = {
    "autoRollback": False,
    "maxHealthyPercentage": 100,
    "minHealthyPercentage": 90,
    "scaleInProtectedInstances": "Ignore",
    "skipMatching": False,
    "standbyInstances": "Ignore",
}
SHAPE = casing.input_shape("autoscaling", "StartInstanceRefresh").members["Preferences"]
CANCELLED_WITHIN = 600.0


def check(block: Properties, known: Collection[str]) -> None:
    names = {_trigger(name) for name in known}
    for index, trigger in enumerate(block.get("triggers") or ()):
        if not is_unknown(trigger) and trigger not in names:
            path = f"instanceRefresh.triggers[{index}]"
            raise Refused(path, f"'{trigger}' is not a recognized parameter name for aws_autoscaling_group")
    if block.get("strategy") != "Rolling":
        raise Refused("instanceRefresh.strategy", "the stand-in aws provider knows Rolling alone")
    if not is_unknown(block):
        _preferences(block)


def wanted(change: Change) -> bool:
    block = change.news.get("instanceRefresh")
    if not block:
        return False
    triggers = block.get("triggers") or ()
    return any(name in ALWAYS or _trigger(name) in triggers for name in change.names)


def start(cloud: Cloud, client: Any, name: str, news: Properties) -> None:
    block = news["instanceRefresh"]
    asked: dict[str, Any] = {"AutoScalingGroupName": name, "Strategy": block["strategy"]}
    preferences = _preferences(block)
    if preferences:
        asked["Preferences"] = preferences
    if preferences.get("AutoRollback"):
        given = group_calls.asked(news, ("launchTemplate", "mixedInstancesPolicy"))
        asked["DesiredConfiguration"] = given
    try:
        client.start_instance_refresh(**asked)
    except ClientError as error:
        if failures.code(error) != "InstanceRefreshInProgress":
            raise
        _cancel(cloud, client, name)
        client.start_instance_refresh(**asked)


def _cancel(cloud: Cloud, client: Any, name: str) -> None:
    try:
        id = client.cancel_instance_refresh(AutoScalingGroupName=name)["InstanceRefreshId"]
    except ClientError as error:
        if failures.code(error) == "ActiveInstanceRefreshNotFound":
            return
        raise

    def cancelled() -> bool:
        [found] = client.describe_instance_refreshes(AutoScalingGroupName=name, InstanceRefreshIds=[id])[
            "InstanceRefreshes"
        ]
        return bool(found["Status"] == "Cancelled")

    if not wait(cloud, cancelled, CANCELLED_WITHIN):
        raise Failed(f"cancelling Auto Scaling Group ({name}) instance refresh ({id}): it did not end")


def _preferences(block: Properties) -> dict[str, Any]:
    given = block.get("preferences")
    if not given:
        return {}
    asked: dict[str, Any] = casing.to_api(SHAPE, DEFAULTS | given, "instanceRefresh.preferences")
    return asked


def _trigger(name: str) -> str:
    return OTHERWISE.get(name) or re.sub(r"[A-Z]", lambda found: f"_{found[0].lower()}", name)
