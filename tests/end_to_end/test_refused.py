"""What preview refuses, before anything is touched."""

from __future__ import annotations

import re

from tests.end_to_end.conftest import Open
from tests.end_to_end.stage import Ran, Stage
from tests.end_to_end.truth import Watched

SIX = {
    "rollingUpdate": {
        "maxBatchSize": 0,
        "minInstancesInService": 8,
        "minSuccessfulInstancesPercent": 130,
        "pauseTime": "PT2H",
        "suspendProcesses": ["AZRebalance", "Launch"],
        "waitOnResourceSignals": True,
        "pacing": "fast",
    }
}


def _refuses(stage: Stage) -> Ran:
    stage.lab.clear_calls()
    ran = stage.preview()
    assert ran.code != 0, ran.output
    assert "Traceback" not in ran.output, ran.output
    assert all(action.startswith("Describe") for action in stage.lab.calls()), stage.lab.calls()
    return ran


def test_six_faults_of_a_block_at_once(open_stage: Open) -> None:
    """Faults of the text and one against the live group, each a line with its path; the cloud was only read."""
    stage = open_stage(names=[], policy=SIX)
    stage.want(stage.found_group(), "1")
    watched = Watched(stage)
    ran = _refuses(stage)
    named = [re.search(r"has a problem: (\S+): .", line) for line in ran.errors]
    assert sorted(found[1] if found else "" for found in named) == [
        f"updatePolicy.rollingUpdate.{field}"
        for field in (
            "maxBatchSize",
            "minInstancesInService",
            "minSuccessfulInstancesPercent",
            "pacing",
            "pauseTime",
            "suspendProcesses[1]",
        )
    ]
    assert stage.lab.calls().get("DescribeAutoScalingGroups", 0) > 0
    watched.is_untouched()


def test_a_group_with_an_instance_refresh_is_refused_and_one_on_a_configuration_is_not(
    open_stage: Open,
) -> None:
    """A refresh at work is named by its id; a launch configuration is a revision like any other, told in preview."""
    stage = open_stage(names=[])
    template = stage.found_group()
    asg = stage.lab.client("autoscaling")
    lasting = {"InstanceWarmup": 600}
    refresh = asg.start_instance_refresh(AutoScalingGroupName="web", Preferences=lasting)["InstanceRefreshId"]
    stage.want(template, "1")
    assert refresh in _refuses(stage).output
    asg.create_launch_configuration(LaunchConfigurationName="old", ImageId="ami-v1", InstanceType="t3.small")
    stage.found_group("older", LaunchTemplate=None, LaunchConfigurationName="old")
    stage.declare(attach={"older": {"id": template, "version": "1"}})
    said = stage.preview()
    assert said.code == 0, said.output
    assert "replacing 6 instances, launch configuration old -> version 1" in said.told
