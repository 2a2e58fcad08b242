"""Builds that do not come up, under `pulumi`. Other ways to fail: tests/plugin/test_failures.py."""

from __future__ import annotations

import re

from tests.end_to_end.conftest import Open
from tests.end_to_end.truth import Watched

AS_FOUND = "sizes and suspended processes are as found."


def test_members_that_send_failure(open_stage: Open) -> None:
    """The roll fails and returns, and the error names a member, the way back and what to do."""
    stage = open_stage(names=[])
    template = stage.deployed_group()
    watched = Watched(stage)
    stage.lab.image("ami-failing", signal="FAILURE")
    stage.want(template, stage.new_version(template, "ami-failing"))
    ran = stage.up()
    assert ran.code != 0, ran.output
    watched.kept_between(5, 7)
    watched.runs("ami-v1", 6, "1")
    watched.is_as_found()
    state = stage.state()
    assert state is not None and state["revision"] == f"{template}:1", "state keeps what is true"
    assert re.match(r"RollFailed: \d of 6 instances failed \(i-\w+(, i-\w+)* sent FAILURE", ran.error)
    assert "Group web is back on version 1" in ran.error and AS_FOUND in ran.error
    assert ran.error.endswith(
        "See in the start of version 2 why it sends FAILURE, mend that and run 'pulumi up' again."
    )


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
