"""What looks at a rollout from outside: load balancers, alarms, canaries, and people at another terminal."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.end_to_end.conftest import Open
from tests.end_to_end.stage import Ran, Stage
from tests.end_to_end.truth import Watched

ROLLING_COMMAND = Path(sys.executable).with_name("rolling")


def rolling(stage: Stage, *arguments: str) -> Ran:
    """The command line at another terminal."""
    ended = subprocess.run(
        [str(ROLLING_COMMAND), *arguments],
        env=stage.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return Ran(ended.returncode, ended.stdout)


def attached(stage: Stage, **arguments: Any) -> str:
    """A group of six on version 1, deployed. Answers the id of its template."""
    template = stage.found_group(**arguments)
    stage.want(template, "1")
    ran = stage.up()
    assert ran.code == 0, ran.output
    return template


def target_group(stage: Stage) -> str:
    vpc = stage.lab.client("ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    made = stage.lab.client("elbv2").create_target_group(Name="web", Protocol="HTTP", Port=80, VpcId=vpc)
    arn: str = made["TargetGroups"][0]["TargetGroupArn"]
    return arn


def of_image(stage: Stage, image: str, lifecycle: str = "InService") -> list[str]:
    members = stage.lab.group("web")["members"]
    return [m["id"] for m in members if m["image"] == image and m["lifecycle"] == lifecycle]


def test_a_target_that_is_unhealthy_only_behind_the_load_balancer_fails_the_roll(open_stage: Open) -> None:
    """EC2 and the group call it healthy and it signals SUCCESS; the target group says no, and the group goes back."""
    stage = open_stage(names=[])
    stage.rolling(pauseTime="PT6S", readiness={"targetHealth": True})
    template = attached(stage, TargetGroupARNs=[target_group(stage)])
    stage.lab.image("ami-deaf", targetHealthy=False)
    watched = Watched(stage)
    stage.want(template, stage.new_version(template, "ami-deaf"))
    ran = stage.up(preview=True)
    assert ran.code != 0
    assert re.search(
        r"RollFailed: 1 of 6 instances failed \(i-\w+ did not become healthy in its target", ran.error
    ), ran.error
    assert re.search(r"\([12] instances? touched\)", ran.error), ran.error
    assert "healthy" in ran.output.partition("waits for")[2].partition("\n")[0], ran.output
    watched.kept_between(5, 7)
    watched.runs("ami-v1", 6, "1")
    watched.is_as_found()

    stage.want(template, stage.new_version(template, "ami-v2"))
    ran = stage.up()
    assert ran.code == 0, ran.output
    watched.runs("ami-v2", 6, "3")
    watched.is_as_found()


def test_alarms_stop_a_roll_and_return_the_group(open_stage: Open) -> None:
    """ALARM in the middle returns the group; a missing alarm is refused before anything is touched."""
    stage = open_stage(names=[])
    stage.rolling(alarms=["errors"], maxBatchSize=1)
    stage.lab.alarm("errors", "INSUFFICIENT_DATA")
    template = attached(stage)
    watched = Watched(stage)
    stage.lab.image("ami-v2", boot=1.0)
    stage.want(template, stage.new_version(template, "ami-v2"))
    process = stage.start_up()
    stage.wait_for(lambda: of_image(stage, "ami-v2"), "a new member")
    stage.lab.alarm("errors", "ALARM")
    ran = stage.ended(process)
    assert ran.code != 0 and "errors" in ran.error and "is back on version 1" in ran.error, ran.output
    watched.kept_between(5, 7)
    watched.runs("ami-v1", 6, "1")
    watched.is_as_found()

    stage.rolling(alarms=["errors", "nobody-made-it"])
    refused = stage.preview()
    assert refused.code != 0
    assert "updatePolicy.rollingUpdate.alarms[1]" in refused.output and "nobody-made-it" in refused.output
    watched.runs("ami-v1", 6, "1")


def test_people_at_another_terminal(open_stage: Open) -> None:
    """Every verb says so where nothing rolls; approval, pause, resume and skip reach a waiting `pulumi up`."""
    stage = open_stage(names=[])
    stage.rolling(canary=1, approval=True)
    template = attached(stage)
    for verb in ("pause", "resume", "approve", "reject", "abort"):
        said = rolling(stage, verb, "web")
        assert said.code == 1 and "web" in said.output and "no rollout" in said.output, (verb, said)
    for verb in ("retry", "skip"):
        said = rolling(stage, verb, "web", "i-0123456789abcdef0")
        assert said.code == 1 and "no rollout" in said.output, (verb, said)

    watched = Watched(stage)
    stage.want(template, stage.new_version(template, "ami-v2"))
    process = stage.start_up()
    stage.wait_for(lambda: "waiting for approval" in stage.output_of(process), "a rollout at its gate")
    assert len(of_image(stage, "ami-v2")) == 1
    status = rolling(stage, "status", "web")
    assert status.code == 0 and "approv" in status.output, status
    kept = of_image(stage, "ami-v1")[0]
    assert rolling(stage, "skip", "web", kept, "--wait").code == 0
    assert rolling(stage, "pause", "web", "--wait").code == 0
    assert rolling(stage, "approve", "web", "--wait").code == 0
    stage.wait_for(lambda: "paused" in stage.output_of(process), "a paused rollout")
    assert len(of_image(stage, "ami-v2")) == 1, "approved, and still paused"
    assert rolling(stage, "resume", "web").code == 0
    ran = stage.ended(process)
    assert ran.code == 0, ran.output
    assert of_image(stage, "ami-v1") == [kept] and len(of_image(stage, "ami-v2")) == 5
    watched.kept_between(5, 7)
    watched.is_as_found()


def test_hold_and_retry(open_stage: Open) -> None:
    """onFailure hold: what failed stands still; mended and retried, the same `pulumi up` goes on and succeeds."""
    stage = open_stage(names=[], onFailure="hold")
    stage.rolling(maxBatchSize=1, minInstancesInService=5)
    template = attached(stage)
    watched = Watched(stage)
    stage.lab.image("ami-v2", signal="FAILURE")
    stage.want(template, stage.new_version(template, "ami-v2"))
    process = stage.start_up()
    stage.wait_for(lambda: "held (" in stage.output_of(process), "a rollout on hold")
    (failed,) = of_image(stage, "ami-v2")
    assert failed in rolling(stage, "status", "web").output
    stage.lab.image("ami-v2")
    said = rolling(stage, "retry", "web", failed, "--wait")
    assert said.code == 0, said
    ran = stage.ended(process)
    assert ran.code == 0, ran.output
    watched.runs("ami-v2", 6, "2")
    watched.is_as_found()
    assert failed not in watched.members()


def test_a_wholly_unhealthy_group_is_rolled_to_a_good_build(open_stage: Open) -> None:
    """The deadlock of other trackers, "the fix cannot be rolled out because the group is unhealthy", cannot happen."""
    stage = open_stage(names=[])
    stage.rolling(guard="cautious", readiness={"targetHealth": True})
    template = attached(stage, TargetGroupARNs=[target_group(stage)])
    stage.lab.move_group("web", suspend=["HealthCheck", "ReplaceUnhealthy"])
    for member in of_image(stage, "ami-v1"):
        stage.lab.member(member, "unhealthy")
    watched = Watched(stage)
    stage.want(template, stage.new_version(template, "ami-v2"))
    ran = stage.up()
    assert ran.code == 0, ran.output
    watched.runs("ami-v2", 6, "2")
    watched.is_as_found()
    assert max(p["total"] for p in watched.points()) <= 8
