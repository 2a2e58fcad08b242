"""Waiting for a group's instances, as `waitForCapacityTimeout` of the real provider does."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from standin_aws.cloud import Cloud
from standin_aws.failures import Failed, Refused
from standin_aws.group_state import found_group
from standin_aws.kind import wait
from standin_aws.wire import Properties

UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


def seconds(duration: Any) -> float:
    """Go's way of writing a duration: "10m", "1h30m", "0"."""
    text = str(duration)
    parts = re.findall(r"(\d+(?:\.\d+)?)(ms|s|m|h)", text)
    if "".join(number + unit for number, unit in parts) != text and text != "0":
        raise Refused("waitForCapacityTimeout", f"{text!r} is not a duration like 10m or 90s")
    return sum(float(number) * UNITS[unit] for number, unit in parts)


class CapacityWait:
    """`until` returns when the count of healthy instances in service is right; a failed launch ends it."""

    def __init__(self, cloud: Cloud, client: Any, name: str, news: Properties) -> None:
        self._cloud = cloud
        self._client = client
        self._name = name
        self._timeout = seconds(news.get("waitForCapacityTimeout", "10m"))
        self._launches_may_fail = bool(news.get("ignoreFailedScalingActivities"))
        self._since = datetime.now(UTC).replace(microsecond=0)
        self._count = 0

    def until(self, enough: Callable[[int], bool], wanted: str) -> None:
        if self._timeout and not wait(self._cloud, lambda: self._look(enough), self._timeout):
            raise Failed(
                f"waiting for Auto Scaling Group ({self._name}) capacity satisfied: want {wanted} healthy "
                f"instance(s) in Auto Scaling Group, have {self._count}"
            )

    def _look(self, enough: Callable[[int], bool]) -> bool:
        group = found_group(self._client, self._name)
        members = group["Instances"] if group else ()
        self._count = sum(
            m["LifecycleState"] == "InService" and m["HealthStatus"] == "Healthy" for m in members
        )
        if enough(self._count):
            return True
        if not self._launches_may_fail:
            self._refuse_failed_launches()
        return False

    def _refuse_failed_launches(self) -> None:
        found = self._client.describe_scaling_activities(AutoScalingGroupName=self._name)["Activities"]
        for activity in found:
            if activity["StatusCode"] == "Failed" and activity["StartTime"] >= self._since:
                raise Failed(
                    f"waiting for Auto Scaling Group ({self._name}) capacity satisfied: scaling activity "
                    f"({activity['ActivityId']}): Failed: {activity.get('StatusMessage', '')}"
                )


def drained(client: Any, name: str) -> bool:
    group = found_group(client, name)
    return group is None or not group["Instances"]
