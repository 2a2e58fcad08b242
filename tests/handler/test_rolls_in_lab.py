"""Whole rollouts by the handler on the lab: what the policy watches beside the group decides them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from pulumi_rolling.errors import RolloutError
from pulumi_rolling.lab import Lab

from tests.fleets.scripted_aws import wait_until
from tests.handler.lab_web import LabWeb


@pytest.fixture(scope="module")
def running() -> Iterator[Lab]:
    with Lab(boot=0.05) as lab:
        yield lab


@pytest.fixture
def lab(running: Lab, monkeypatch: pytest.MonkeyPatch) -> Lab:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in running.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("ROLLING_POLL_SECONDS", "0.05")
    monkeypatch.setenv("ROLLING_SETTLE_SECONDS", "0.5")
    running.reset()
    return running


def queued(url: str) -> int:
    counts = boto3.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    return int(counts["ApproximateNumberOfMessages"]) + int(counts["ApproximateNumberOfMessagesNotVisible"])


def test_signals_by_queue_carry_a_rollout(lab: Lab) -> None:
    """Verdicts come by the queue and stand in the tags; ours are deleted, a foreign message stays."""
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName="signals")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody='{"group": "other", "instanceId": "i-0", "status": "FAILURE"}')
    lab.image("ami-v2", queue=url)
    web = LabWeb(lab, "ami-v1", "ami-v2")
    by_queue: Any = {"waitOnResourceSignals": True, "readiness": {"signalQueue": url}}
    state = web.deploy(web.news("1"))
    state = web.update(state, web.news("2", **by_queue))
    assert web.revisions() == {"2"} and state["revision"].endswith(":2")
    tags = web.ec2.describe_tags(Filters=[{"Name": "key", "Values": ["rolling:signal"]}])["Tags"]
    assert {tag["ResourceId"] for tag in tags} >= set(web.members(lambda m: m["revision"] == 2))
    wait_until(lambda: queued(url) == 1)


def test_a_failure_by_queue_returns_the_group(lab: Lab) -> None:
    """FAILURE in a message is what FAILURE in the tag is."""
    url = boto3.client("sqs").create_queue(QueueName="signals")["QueueUrl"]
    lab.image("ami-v2", queue=url, signal="FAILURE")
    web = LabWeb(lab, "ami-v1", "ami-v2")
    state = web.deploy(web.news("1"))
    by_queue: Any = {"waitOnResourceSignals": True, "readiness": {"signalQueue": url}}
    with pytest.raises(RolloutError, match="sent FAILURE") as caught:
        web.update(state, web.news("2", **by_queue))
    assert caught.value.returned and web.revisions() == {"1"}
