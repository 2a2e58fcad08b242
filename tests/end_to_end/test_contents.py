"""What makes a roll: the contents of the revision and `triggers`; not its number, and not the policy."""

from __future__ import annotations

from tests.end_to_end.conftest import Open
from tests.end_to_end.stage import Stage
from tests.end_to_end.truth import Watched


def test_a_reverted_program_moves_only_the_pointer(web: Stage) -> None:
    """After a failed roll the program says version 1's contents again: a third version, and no member is replaced."""
    watched = Watched(web)
    web.lab.image("ami-failing", signal="FAILURE")
    web.declare(image="ami-failing")
    ran = web.up()
    assert ran.code != 0
    assert "Group web is back on version 1" in ran.error
    watched.runs("ami-v1", 6, "1")
    watched.is_as_found()
    watched = Watched(web)
    web.declare(image="ami-v1")
    ran = web.up()
    assert ran.code == 0, ran.output
    assert watched.members() == watched.before
    watched.runs("ami-v1", 6, "3")
    watched.is_as_found()
    state = web.state()
    assert state is not None and state["revision"].endswith(":3")


def test_policy_alone_replaces_nobody_and_triggers_replace_everybody(open_stage: Open) -> None:
    """Policy: recorded. An equal version: only the pointer. Triggers: a roll. Preview says so of each."""
    stage = open_stage(names=[])
    template = stage.found_group()
    stage.want(template, "1")
    ran = stage.up(preview=True)
    assert ran.code == 0, ran.output
    assert "web: nothing to replace, all instances run version 1" in ran.told
    assert (
        "waits for 6 instances in service, and for a SUCCESS signal from each younger than 1 min" in ran.told
    )

    watched = Watched(stage)
    stage.rolling(maxBatchSize=1)
    stage.lab.clear_calls()
    ran = stage.up(preview=True)
    assert ran.code == 0, ran.output
    assert "the policy is recorded and rules the next rollout; nothing is replaced for it" in ran.told
    watched.is_untouched()
    assert all(action.startswith("Describe") for action in stage.lab.calls()), stage.lab.calls()
    state = stage.state()
    assert state is not None and state["updatePolicy"]["rollingUpdate"]["maxBatchSize"] == 1

    stage.want(template, stage.new_version(template, "ami-v1"))
    ran = stage.up(preview=True)
    assert ran.code == 0, ran.output
    assert (
        "web: nothing to replace, only the pointer moves, version 1 -> version 2 (equal contents)" in ran.told
    )
    assert watched.members() == watched.before
    watched.runs("ami-v1", 6, "2")
    watched.is_as_found()

    stage.declare(triggers=["once more"])
    ran = stage.up(preview=True)
    assert ran.code == 0, ran.output
    assert "web: replacing 6 instances" in ran.output
    assert len(watched.launched()) == 6
    watched.kept_between(5, 7)
    watched.runs("ami-v1", 6, "2")
    watched.is_as_found()
