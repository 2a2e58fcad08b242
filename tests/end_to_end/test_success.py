"""Rolls that succeed: in rounds and sliding, by tag and by lifecycle hook."""

from __future__ import annotations

from typing import Any

from tests.end_to_end.conftest import Open
from tests.end_to_end.stage import Stage
from tests.end_to_end.truth import Watched

FROM_CLOUDFORMATION: dict[str, Any] = {
    "AutoScalingRollingUpdate": {
        "MaxBatchSize": "2",
        "MinInstancesInService": "5",
        "PauseTime": "PT1M",
        "WaitOnResourceSignals": "true",
        "SuspendProcesses": ["AZRebalance", "AlarmNotification", "ScheduledActions"],
    }
}


def test_lock_step_replaces_all_and_gives_everything_back(web: Stage) -> None:
    """Six members in batches of two: floor five, at most seven, then sizes and processes as found."""
    web.rolling(pacing="lockStep")
    assert web.up().code == 0
    watched = Watched(web)
    web.declare(image="ami-v2")
    ran = web.up(preview=True)
    assert ran.code == 0, ran.output
    watched.kept_between(5, 7)
    watched.runs("ami-v2", 6, "2")
    watched.is_as_found()
    assert len(watched.launched()) == 6
    state = web.state()
    assert state is not None
    assert (state["revision"][-2:], state["previousRevision"][-2:], state["status"]) == (":2", ":1", "stable")
    assert (state["lastRollout"]["replaced"], state["lastRollout"]["failed"]) == (6, 0)
    said = ran.told
    assert "web: replacing up to 6 instances, version 1 -> a version known after apply" in said
    assert "with the first failed instance, rolls back to version 1" in said


def test_sliding_replaces_all_of_a_group_it_has_just_been_attached_to(open_stage: Open) -> None:
    """A RollingGroup made on a group whose members do not match rolls them at once, never more than two in flight."""
    stage = open_stage(names=[])
    template = stage.found_group()
    stage.want(template, stage.new_version(template, "ami-v2"))
    watched = Watched(stage)
    ran = stage.up()
    assert ran.code == 0, ran.output
    watched.kept_between(5, 7)
    assert max(p["pending"] for p in watched.points()) <= 2
    watched.runs("ami-v2", 6, "2")
    watched.is_as_found()
    state = stage.state()
    assert (
        state is not None
        and state["revision"] == f"{template}:2"
        and state["previousRevision"] == f"{template}:1"
    )


def test_a_pasted_cloudformation_block_waits_for_the_hook(open_stage: Open) -> None:
    """The block as it is, on a group with a launch hook that abandons by default: members complete it.

    The group is attached to nothing, since CloudFormation's block does not wait for targets.
    """
    stage = open_stage(names=[], policy=FROM_CLOUDFORMATION)
    template = stage.found_group(TargetGroupARNs=None)
    stage.lab.client("autoscaling").put_lifecycle_hook(
        AutoScalingGroupName="web",
        LifecycleHookName="ready",
        LifecycleTransition="autoscaling:EC2_INSTANCE_LAUNCHING",
        DefaultResult="ABANDON",
        HeartbeatTimeout=60,
    )
    stage.want(template, stage.new_version(template, "ami-v2"))
    stage.lab.clear_calls()
    watched = Watched(stage)
    ran = stage.up(preview=True)
    assert ran.code == 0, ran.output
    assert "rounds 1-2" in ran.output or "round 1" in ran.output
    watched.kept_between(5, 7)
    watched.runs("ami-v2", 6, "2")
    watched.is_as_found()
    assert stage.lab.calls().get("CompleteLifecycleAction", 0) == 0
    assert stage.lab.calls().get("CreateTags", 0) == 0
