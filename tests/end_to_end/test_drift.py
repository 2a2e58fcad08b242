"""`refresh` shows what happened behind our back; `destroy` gives back and ends no instance."""

from __future__ import annotations

import os
import signal

from tests.end_to_end.conftest import Open
from tests.end_to_end.truth import Watched


def test_refresh_sees_another_revision_and_up_puts_it_back(open_stage: Open) -> None:
    """Somebody moved the pointer and replaced the members: refresh shows that revision, the next `up` rolls."""
    stage = open_stage(names=[])
    template = stage.deployed_group()
    asg = stage.lab.client("autoscaling")
    asg.update_auto_scaling_group(
        AutoScalingGroupName="web",
        LaunchTemplate={"LaunchTemplateId": template, "Version": stage.new_version(template, "ami-theirs")},
    )
    for member in stage.lab.group("web")["members"]:
        stage.lab.member(member["id"], "terminate")
    watched = Watched(stage)
    stage.wait_for(lambda: watched.images() == {"ami-theirs"} and stage.lab.group("web")["inService"] == 6)
    ran = stage.refresh()
    assert ran.code == 0, ran.output
    state = stage.state()
    assert state is not None and state["revision"] == f"{template}:2"
    watched = Watched(stage)
    ran = stage.up(preview=True)
    assert ran.code == 0, ran.output
    assert "web: replacing 6 instances, version 2 -> version 1" in ran.output
    watched.kept_between(5, 7)
    watched.runs("ami-v1", 6, "1")
    watched.is_as_found()


def test_destroy_gives_back_what_a_dead_roll_holds(open_stage: Open) -> None:
    """A roll killed in the middle, then `destroy`: least size, processes and tags are as found, every member lives."""
    stage = open_stage(names=[])
    template = stage.deployed_group()
    watched = Watched(stage)
    stage.lab.image("ami-v2", boot=20)
    stage.want(template, stage.new_version(template, "ami-v2"))
    process = stage.start_up()
    stage.wait_for(lambda: any("2" in p["revisions"] for p in watched.points()), "the first launch")
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    stage.wait_for(
        lambda: "rolling:lease" not in stage.lab.group("web")["tags"], "the orphaned provider to let go"
    )
    assert stage.cancel().code == 0
    here = stage.lab.group("web")
    stage.lab.clear_calls()
    ran = stage.destroy()
    assert ran.code == 0, ran.output
    watched.is_as_found(desired=here["desired"])
    assert {m["id"] for m in here["members"]} <= {m["id"] for m in stage.lab.group("web")["members"]}
    assert "TerminateInstanceInAutoScalingGroup" not in stage.lab.calls()
    assert stage.state() is None
