"""What a roll leans on beside the group is taken away while it goes on."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from pulumi_rolling.errors import FleetError, TooManyFailuresError
from pulumi_rolling.lab import Lab

from tests.fleets.scripted_aws import wait_until
from tests.handler.lab_web import LabWeb
from tests.handler.test_rolls_in_lab import target_group


def test_a_queue_that_is_deleted_in_mid_roll_ends_it_with_the_record_kept(lab: Lab) -> None:
    """Every signal would be late from then on: the error says so, and the next update goes on from the record."""
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName="signals")["QueueUrl"]
    lab.image("ami-v2", queue=url, boot=1.0)
    web = LabWeb(lab, "ami-v1", "ami-v2", size=3)
    state = web.deploy(web.news("1"))
    by_queue: Any = {"waitOnResourceSignals": True, "readiness": {"signalQueue": url}}
    rolled = web.in_background(state, web.news("2", maxBatchSize=1, **by_queue))
    wait_until(lambda: bool(web.members(lambda m: m["revision"] == "2")), 20.0)
    sqs.delete_queue(QueueUrl=url)
    with pytest.raises(FleetError) as caught:
        rolled.result(60)
    assert "queue" in str(caught.value) and "the record is kept" in str(caught.value)
    assert any(key.startswith("rolling:record") for key in web.group["tags"])


def test_a_roll_whose_last_target_group_is_detached_fails_by_its_clocks(lab: Lab) -> None:
    """Nobody becomes ready any more and no further member goes; then the group returns, where service is enough."""
    arn = target_group()
    lab.image("ami-v2", targetAfter=1.0)
    web = LabWeb(lab, "ami-v1", "ami-v2", size=3, TargetGroupARNs=[arn])
    state = web.deploy(web.news("1"))
    wait_until(lambda: web.group["serving"] == 3, 20.0)
    within: Any = {"readiness": {"targetHealth": True, "timeout": "PT3S"}}
    rolled = web.in_background(state, web.news("2", maxBatchSize=1, **within))
    wait_until(lambda: bool(web.members(lambda m: m["revision"] == "2")), 20.0)
    web.asg.detach_load_balancer_target_groups(AutoScalingGroupName="web", TargetGroupARNs=[arn])
    with pytest.raises(TooManyFailuresError, match="did not become healthy in every target group") as caught:
        rolled.result(60)
    assert caught.value.returned and web.revisions() == {"1"}
