"""Answers that parse and lack what every answer has are none: they are asked for again, and are never a KeyError."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi_rolling.errors import TemporaryFleetError
from pulumi_rolling.fleets.aws.api import AwsApi

from tests.fleets.scripted_aws import ScriptedAws
from tests.fleets.stage import group, once

WHOLE = group()


def without(key: str) -> dict[str, Any]:
    return {name: value for name, value in WHOLE.items() if name != key}


@pytest.mark.parametrize(
    ("operation", "answer", "lacks"),
    [
        ("DescribeAutoScalingGroups", {}, "AutoScalingGroups"),
        ("DescribeAutoScalingGroups", {"AutoScalingGroups": [without("MinSize")]}, "MinSize"),
        ("DescribeAutoScalingGroups", {"AutoScalingGroups": [WHOLE, without("MaxSize")]}, "MaxSize"),
        ("DescribeAutoScalingGroups", {"AutoScalingGroups": [without("DesiredCapacity")]}, "DesiredCapacity"),
        ("DescribeScalingActivities", {}, "Activities"),
        ("DescribeLifecycleHooks", {}, "LifecycleHooks"),
    ],
)
def test_an_answer_that_lacks_a_field_is_temporary(
    aws: ScriptedAws, operation: str, answer: dict[str, Any], lacks: str
) -> None:
    """The error names the call and the field."""
    aws.answer(operation, answer)
    asked = {"AutoScalingGroupName": "web"} if operation != "DescribeAutoScalingGroups" else {}
    with pytest.raises(TemporaryFleetError, match=f"{operation} was answered without {lacks}"):
        AwsApi(aws.place, once).call("autoscaling", operation, **asked)
