"""Builds that do not come up. Every failed `up` brings the group back, so the next one starts from where it was."""

from __future__ import annotations

import re

from tests.end_to_end.conftest import Open
from tests.end_to_end.stage import Stage
from tests.end_to_end.truth import Watched

AS_FOUND = "sizes and suspended processes are as found."


def _fails(stage: Stage, template: str, image: str, boot_limit: str = "3600") -> str:
    """Wants a version with this image, and holds the failed roll against the truth. Answers the error."""
    watched = Watched(stage)
    stage.want(template, stage.new_version(template, image))
    ran = stage.up(ROLLING_BOOT_LIMIT_SECONDS=boot_limit)
    assert ran.code != 0 and "is back on version 1" in ran.error, ran.output
    watched.kept_between(5, 7)
    watched.runs("ami-v1", 6, "1")
    watched.is_as_found()
    state = stage.state()
    assert state is not None and state["revision"] == f"{template}:1", "state keeps what is true"
    assert "Group web is back on version 1" in ran.error and AS_FOUND in ran.error
    assert ran.error.endswith(" run 'pulumi up' again.")
    assert ("launch template" in ran.error) is (image == "ami-gone"), "mended only where it is at fault"
    return ran.error


def test_members_that_fail_to_signal(open_stage: Open) -> None:
    """A FAILURE, silence, a member that never serves, a launch refused for good: each fails and returns."""
    stage = open_stage(names=[])
    stage.rolling(pauseTime="PT5S")
    template = stage.deployed_group()

    stage.lab.image("ami-failing", signal="FAILURE")
    error = _fails(stage, template, "ami-failing")
    assert re.match(r"RollFailed: \d of 6 instances failed \(i-\w+ sent FAILURE", error)
    assert "See in the start of version 2 why it sends FAILURE, mend that and" in error

    stage.lab.image("ami-silent", signal=None)
    assert re.search(r"i-\w+ sent no signal within PT", _fails(stage, template, "ami-silent"))

    stage.lab.image("ami-pending", signal=None, inService=False)
    assert re.search(r"i-\w+ did not reach service within PT", _fails(stage, template, "ami-pending"))

    stage.lab.image("ami-gone", launchError="InvalidAMIID.NotFound")
    error = _fails(stage, template, "ami-gone")
    assert "ami-gone" in error and "Name an image in the launch template that exists" in error


def test_members_that_are_only_waited_for(open_stage: Open) -> None:
    """Without signals the boot limit decides; capacity that comes late is no failure, capacity that never comes is."""
    stage = open_stage(names=[])
    stage.rolling(pauseTime="PT0S", waitOnResourceSignals=None, pacing="lockStep")
    template = stage.deployed_group()

    stage.lab.image("ami-pending", inService=False)
    error = _fails(stage, template, "ami-pending", boot_limit="8")
    assert re.search(r"i-\w+ did not reach service within PT", error)

    stage.lab.image("ami-scarce", launchError="InsufficientInstanceCapacity")
    error = _fails(stage, template, "ami-scarce", boot_limit="8")
    assert "capacity" in error and "Give the group another instance type or zone" in error

    watched = Watched(stage)
    stage.want(template, stage.new_version(template, "ami-late"))
    stage.lab.image("ami-late", launchError="InsufficientInstanceCapacity")
    process = stage.start_up()
    stage.wait_for(lambda: _refused(stage), "a refused launch")
    stage.lab.image("ami-late")
    ran = stage.ended(process)
    assert ran.code == 0, ran.output
    watched.kept_between(5, 7)
    watched.is_as_found()
    assert watched.images() == {"ami-late"}


def _refused(stage: Stage) -> bool:
    seen = stage.lab.client("autoscaling").describe_scaling_activities(
        AutoScalingGroupName="web", MaxRecords=3
    )
    return any("ami-late" in str(a) or a["StatusCode"] == "Failed" for a in seen["Activities"][:1])


def test_the_timeout_of_the_roll_ends_it(open_stage: Open) -> None:
    """When `timeout` is over the roll returns, and says what to raise."""
    stage = open_stage(names=[])
    stage.rolling(timeout="PT6S")
    template = stage.deployed_group()
    watched = Watched(stage)
    stage.lab.image("ami-slow", boot=60, shutdown=0.2)
    stage.want(template, stage.new_version(template, "ami-slow"))
    ran = stage.up()
    assert ran.code != 0, ran.output
    watched.kept_between(5, 7)
    watched.runs("ami-v1", 6, "1")
    watched.is_as_found()
    assert ran.error.startswith("RollTimedOut: ") and "Group web is back on version 1" in ran.error
    assert "Raise updatePolicy.rollingUpdate.timeout" in ran.error


def test_left_where_it_is(open_stage: Open) -> None:
    """onFailure leave: the pointer stays, the error warns of it; surplus goes, sizes and processes are given back."""
    stage = open_stage(names=[], onFailure="leave")
    template = stage.deployed_group()
    watched = Watched(stage)
    stage.lab.image("ami-failing", signal="FAILURE")
    stage.want(template, stage.new_version(template, "ami-failing"))
    ran = stage.up()
    assert ran.code != 0, ran.output
    watched.kept_between(5, 7)
    watched.is_as_found()
    group = stage.lab.group("web")
    assert group["launchTemplate"]["Version"] == "2"
    assert (group["inService"], group["total"]) == (6, 6)
    assert "it points at version 2, and scaling out uses that" in ran.error
    assert "See in the start of version 2 why it sends FAILURE" in ran.error
