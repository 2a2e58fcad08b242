"""What looks at a rollout from outside, on whole rollouts through the plugin: load balancers, alarms, a hold."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from pulumi_rolling.lab import Lab

from tests.end_to_end.truth import Watched
from tests.plugin.engine_side import Failed, Web, WithPolicy, until
from tests.unit.cli.conftest import Ran, rolling

__all__ = ["rolling"]

Rolling = Callable[..., Ran]


def behind_a_load_balancer() -> dict[str, Any]:
    vpc = boto3.client("ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    made = boto3.client("elbv2").create_target_group(Name="web", Protocol="HTTP", Port=80, VpcId=vpc)
    return {"TargetGroupARNs": [made["TargetGroups"][0]["TargetGroupArn"]]}


def in_service(web: Web, image: str) -> list[str]:
    members = web.group()["members"]
    return [m["id"] for m in members if m["image"] == image and m["lifecycle"] == "InService"]


def test_a_target_that_is_unhealthy_only_behind_the_load_balancer_fails_the_roll(six: WithPolicy) -> None:
    """EC2 and the group call it healthy and it signals SUCCESS; the target group says no, and the group goes back."""
    # One at a time: on a slow machine a second one would be overdue at the same look.
    policy = {"pauseTime": "PT2S", "readiness": {"targetHealth": True}, "keepFailed": 1, "maxBatchSize": 1}
    web = six(behind_a_load_balancer(), **policy)
    web.lab.image("ami-deaf", targetHealthy=False)
    watched = Watched(web)
    news = web.news(web.version("ami-deaf"))
    web.resource.update(news, preview=True)
    planned = web.plugged.heard.kept()[-1]
    assert re.search("waits for .*healthy", planned)
    assert re.search("keeps +the first failed instance in service, out of the group", planned)
    with pytest.raises(Failed) as failed:
        web.resource.update(news)
    told = failed.value.text
    why = r"did not become healthy in every target group within PT2S: target group web: Target\.\w+, \w+"
    assert re.search(rf"^1 of 6 instances failed \(i-\w+ {why}", told), told
    assert "target group web: Target." in web.plugged.heard.told(), "the row says why it waits"
    assert re.search(r"\([12] instances? touched\)", told), told
    is_kept(web, told)
    watched.kept_between(5, 7)
    watched.runs("ami-v1", 6, "1")
    watched.is_as_found()

    web.resource.update(web.news(web.version("ami-v2")))
    watched.runs("ami-v2", 6, "3")
    watched.is_as_found()


def is_kept(web: Web, told: str) -> None:
    """One failed machine runs on outside the group, tagged and named with what ends it; only state knows it besides."""
    running = [
        {"Name": "instance-state-name", "Values": ["running"]},
        {"Name": "tag-key", "Values": ["rolling:kept"]},
    ]
    found = boto3.client("ec2").describe_instances(Filters=running)["Reservations"]
    (machine,) = [each["InstanceId"] for reservation in found for each in reservation["Instances"]]
    assert f"Kept for a look, outside the group: {machine}; it runs" in told, told
    assert f"aws ec2 terminate-instances --instance-ids {machine}" in told, told
    left = {m["id"] for m in web.group()["members"] if m["lifecycle"] not in ("Detached", "Terminated")}
    assert machine not in left


def test_alarms_stop_a_roll_and_return_the_group(six: WithPolicy, lab: Lab) -> None:
    """ALARM in the middle returns the group; a missing alarm is refused before anything is touched."""
    lab.alarm("errors", "INSUFFICIENT_DATA")
    web = six(alarms=["errors"], maxBatchSize=1)
    watched = Watched(web)
    lab.image("ami-v2", boot=0.5)
    news = web.news(web.version("ami-v2"))
    update = web.in_background(news)
    until(lambda: in_service(web, "ami-v2"))
    lab.alarm("errors", "ALARM")
    failed = update.exception(timeout=60)
    assert isinstance(failed, Failed), failed
    assert "errors" in failed.text and "is back on version 1" in failed.text
    watched.kept_between(5, 7)
    watched.runs("ami-v1", 6, "1")
    watched.is_as_found()

    web.policy = {**web.policy, "alarms": ["errors", "nobody-made-it"]}
    refused = web.plugged.faults(web.news("2"))
    assert refused.keys() == {"updatePolicy.rollingUpdate.alarms[1]"}
    assert "nobody-made-it" in refused["updatePolicy.rollingUpdate.alarms[1]"]
    watched.runs("ami-v1", 6, "1")


def test_hold_and_retry(six: WithPolicy, rolling: Rolling) -> None:
    """onFailure hold: what failed stands still; mended and retried, the same update goes on and succeeds."""
    web = six(maxBatchSize=1)
    watched = Watched(web)
    web.lab.image("ami-v2", signal="FAILURE")
    update = web.in_background(web.news(web.version("ami-v2"), onFailure="hold"))

    def asked() -> list[str]:
        return [line.message for line in web.plugged.heard.lines if not line.urn and not line.ephemeral]

    until(lambda: "held, " in web.plugged.heard.told() and asked())
    (failed,) = in_service(web, "ami-v2")
    words = f"run 'rolling retry web {failed}', 'skip', 'resume' or 'abort': held, {failed} failed"
    assert asked() == [words], "one line that stays, on the row of the stack"
    assert failed in rolling("status", "web").out
    web.lab.image("ami-v2")
    said = rolling("retry", "web", failed, "--wait")
    assert said.code == 0, said
    update.result(timeout=60)
    watched.runs("ami-v2", 6, "2")
    watched.is_as_found()
    assert failed not in watched.members()


def test_a_wholly_unhealthy_group_is_rolled_to_a_good_build(six: WithPolicy) -> None:
    """The deadlock of other trackers, "the fix cannot be rolled out because the group is unhealthy", cannot happen."""
    web = six(behind_a_load_balancer(), guard="cautious", readiness={"targetHealth": True})
    web.lab.move_group("web", suspend=["HealthCheck", "ReplaceUnhealthy"])
    for member in in_service(web, "ami-v1"):
        web.lab.member(member, "unhealthy")
    watched = Watched(web)
    web.resource.update(web.news(web.version("ami-v2")))
    watched.runs("ami-v2", 6, "2")
    watched.is_as_found()
    assert max(p["total"] for p in watched.points()) <= 8
