"""Waiting for a group's instances, as `waitForCapacityTimeout` of the real provider does."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from standin.failures import Failed, Refused
from standin.kind import wait
from standin.wire import Properties

from standin_aws.cloud import Cloud
from standin_aws.group_state import found_group

UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


def seconds(duration: Any) -> float:
    """Go's way of writing a duration: "10m", "1h30m", "0"."""
    text = str(duration)
    parts = re.findall(r"(\d+(?:\.\d+)?)(ms|s|m|h)", text)
    if "".join(number + unit for number, unit in parts) != text and text != "0":
        raise Refused("waitForCapacityTimeout", f"{text!r} is not a duration like 10m or 90s")
    return sum(float(number) * UNITS[unit] for number, unit in parts)


class CapacityWait:
    """`until` returns when the capacity in service is right; a failed launch ends it, even then."""

    def __init__(self, cloud: Cloud, client: Any, name: str, news: Properties) -> None:
        self._cloud = cloud
        self._client = client
        self._name = name
        self._limit = str(news.get("waitForCapacityTimeout", "10m"))
        self._launches_may_fail = bool(news.get("ignoreFailedScalingActivities"))
        self._since = datetime.now(UTC).replace(microsecond=0)
        self._capacity = 0

    def until(self, enough: Callable[[int], bool], wanted: str) -> None:
        timeout = seconds(self._limit)
        if timeout and not wait(self._cloud, lambda: self._look(enough), timeout):
            raise self._failed(
                f"timeout while waiting for state to become 'ok' (last state: 'want {wanted} healthy instance(s) in "
                f"Auto Scaling Group, have {self._capacity}', timeout: {self._limit})"
            )

    def _look(self, enough: Callable[[int], bool]) -> bool:
        if not self._launches_may_fail:
            self._refuse_failed_launches()
        group = found_group(self._client, self._name)
        self._capacity = sum(
            int(m.get("WeightedCapacity") or 1)
            for m in (group["Instances"] if group else ())
            if m["LifecycleState"] == "InService" and m["HealthStatus"] == "Healthy"
        )
        return enough(self._capacity)

    def _refuse_failed_launches(self) -> None:
        pages = self._client.get_paginator("describe_scaling_activities")
        failed = [
            f"scaling activity ({each['ActivityId']}): Failed: {each.get('StatusMessage', '')}"
            for page in pages.paginate(AutoScalingGroupName=self._name)
            for each in page["Activities"]
            if each["StatusCode"] == "Failed" and each["StartTime"] >= self._since
        ]
        if failed:
            raise self._failed("; ".join(failed))

    def _failed(self, why: str) -> Failed:
        return Failed(f"waiting for Auto Scaling Group ({self._name}) capacity satisfied: {why}")
