"""A group that is born in the same update."""

from __future__ import annotations

from tests.end_to_end.conftest import Open
from tests.end_to_end.truth import Watched


def test_a_fresh_group_that_fails_is_left_and_made_again(open_stage: Open) -> None:
    """Its members send FAILURE: the create fails, nothing is undone, and the next `up` is a create."""
    stage = open_stage(image="ami-failing")
    stage.lab.image("ami-failing", signal="FAILURE")
    ran = stage.up()
    assert ran.code != 0, ran.output
    assert ran.error.startswith("RollFailed: ")
    assert stage.state() is None
    watched = Watched(stage)
    watched.runs("ami-failing", 6, "1")
    assert not any(key.startswith("rolling:") for key in stage.lab.group("web")["tags"])
    stage.declare(image="ami-v2")
    ran = stage.up()
    assert ran.code == 0, ran.output
    assert "RollingGroup web created" in ran.output
    watched.runs("ami-v2", 6, "2")
    watched.is_as_found()
    state = stage.state()
    assert state is not None and state["revision"].endswith(":2")
