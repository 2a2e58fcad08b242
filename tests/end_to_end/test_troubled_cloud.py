"""A cloud that throttles, answers with the past, and is scaled by somebody else meanwhile."""

from __future__ import annotations

from tests.end_to_end.conftest import Open
from tests.end_to_end.truth import Watched


def test_throttled_stale_and_scaled_by_others(open_stage: Open) -> None:
    """Four calls of ten throttled; reads two seconds old; Desired raised by one in the middle: three rolls succeed."""
    stage = open_stage(names=[])
    template = stage.deployed_group()

    watched = Watched(stage)
    stage.want(template, stage.new_version(template, "ami-v2"))
    stage.lab.fault("*", error="Throttling", rate=0.4)
    ran = stage.up()
    stage.lab.clear_faults()
    assert ran.code == 0, ran.output
    watched.kept_between(5, 7)
    watched.runs("ami-v2", 6, "2")
    watched.is_as_found()

    watched = Watched(stage)
    stage.want(template, stage.new_version(template, "ami-v3"))
    stage.lab.fault("*", stale=2.0)
    ran = stage.up()
    stage.lab.clear_faults()
    assert ran.code == 0, ran.output
    watched.kept_between(5, 7)
    watched.runs("ami-v3", 6, "3")
    watched.is_as_found()

    watched = Watched(stage)
    stage.want(template, stage.new_version(template, "ami-v4"))
    process = stage.start_up()
    stage.wait_for(lambda: any("4" in p["revisions"] for p in watched.points()), "the first launch")
    stage.lab.move_group("web", desired=stage.lab.group("web")["desired"] + 1)
    ran = stage.ended(process)
    assert ran.code == 0, ran.output
    watched.kept_between(5, 8)
    watched.runs("ami-v4", 7, "4")
    watched.is_as_found(desired=7)
