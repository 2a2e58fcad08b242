"""The policy as an attribute of the group: one stack's life under the real engine, on the lab."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.attribute_stage import QUICK, AttributeStage, attribute_stage
from tests.end_to_end.stage import SIZES, Around, command
from tests.end_to_end.things_stack import UP
from tests.end_to_end.truth import Watched

GROUP = "autoscaling/group:Group"
UNASKED = ("--yes", "--skip-preview", "--generate-code=false", "--protect=false")


@pytest.fixture
def stage(tmp_path: Path, around: Around) -> Iterator[AttributeStage]:
    """Group `web` at ami-v1 with the policy, deployed."""
    with attribute_stage(tmp_path, around) as opened:
        for image in ("ami-v1", "ami-v2", "ami-v3"):
            opened.lab.image(image, signal="SUCCESS")
        ran = opened.up()
        assert ran.code == 0, ran.output
        yield opened


def test_a_group_rolls_by_its_own_resource(stage: AttributeStage) -> None:
    """Preview says the plan under the group's row, up rolls between floor and ceiling, and then nothing has a diff.

    Another policy alone goes to state and asks nothing of the cloud. A group that is replaced is waited for as a fresh
    one, and one that was imported has its policy, and rolls, at the next update.
    """
    [kept], [group] = stage.resources("UpdatePolicy"), stage.resources(GROUP)
    assert kept["inputs"]["policy"] == {"rollingUpdate": QUICK}
    assert group["resourceHooks"]["BeforeUpdate"] == [kept["inputs"]["hook"]]
    watched = Watched(stage)
    stage.declare(image="ami-v2")
    ran = stage.up(preview=True)
    assert ran.code == 0, ran.output
    assert "web: replacing up to 6 instances, version 1 -> a version known after apply" in ran.told
    assert "rolls back to version 1" in ran.told and "$Default" not in ran.output
    watched.kept_between(5, 7)
    watched.runs("ami-v2", 6, "2")
    watched.is_as_found()
    assert len(watched.launched()) == 6

    stage.lab.clear_calls()
    stage.declare(policy={"rollingUpdate": {**QUICK, "pauseTime": "PT2M"}})
    ran = stage.up()
    assert ran.code == 0, ran.output
    [other], [group] = stage.resources("UpdatePolicy"), stage.resources(GROUP)
    assert other["inputs"]["policy"]["rollingUpdate"]["pauseTime"] == "PT2M"
    assert group["resourceHooks"]["BeforeUpdate"] == [other["inputs"]["hook"]] != [kept["inputs"]["hook"]]

    ran = stage.preview("--expect-no-changes")
    assert ran.code == 0, ran.output
    assert not stage.lab.calls(), "nothing changed that the cloud has, and nothing was asked"

    stage.found_group("api")
    stage.lab.image("ami-v2", signal="SUCCESS")
    ran = stage.run("import", stage.type, "api", "api", *UNASKED)
    assert ran.code == 0, ran.output
    imported = Watched(stage, "api")
    stage.declare(names=["web", "api"], called={"web": "web-b"})
    ran = stage.up()
    assert ran.code == 0, ran.output
    imported.runs("ami-v2", 6, "1")
    imported.kept_between(5, 7)
    Watched(stage, "web-b").runs("ami-v2", 6, "2")
    assert max(point["total"] for point in stage.lab.history("web-b")) == 6
    assert sorted(stage.lab.groups()) == ["api", "web-b"]
    policies, hooks = governed(stage)
    assert len(policies) == 1 and hooks == [policies, policies]


def test_a_bad_image_goes_back(stage: AttributeStage) -> None:
    """The group is returned, the error is one sentence that begins with its name, and state keeps what is true."""
    watched = Watched(stage)
    stage.lab.image("ami-bad", signal="FAILURE")
    stage.declare(image="ami-bad")
    ran = stage.up()
    assert ran.code != 0, ran.output
    watched.kept_between(5, 7)
    watched.runs("ami-v1", 6, "1")
    watched.is_as_found()
    [error] = [each for each in ran.errors if "hook" in each]
    assert re.match(r'before hook "policy-\w+" failed: web: .* Group web is back on version 1', error), error
    assert "Traceback" not in ran.output
    [group] = stage.resources(GROUP)
    assert str(group["outputs"]["launchTemplate"]["version"]) == "1"

    watched = Watched(stage)
    stage.declare(image="ami-v3")
    ran = stage.up()
    assert ran.code == 0, ran.output
    watched.runs("ami-v3", 6, "3")
    watched.kept_between(5, 7)


def test_what_is_wrong_is_told_before_anything_is_touched(stage: AttributeStage) -> None:
    """Faults of the policy and a RollingGroup beside it fail in preview, and nothing is touched."""
    watched = Watched(stage)
    stage.declare(image="ami-v2", policy={"rollingUpdate": {"maxBatchSize": 0, "strange": 1}})
    ran = stage.preview()
    assert ran.code != 0
    assert "updatePolicy.rollingUpdate.maxBatchSize" in ran.output
    assert "updatePolicy.rollingUpdate.strange" in ran.output
    stage.declare(policy={"rollingUpdate": {"minInstancesInService": 8}})
    ran = stage.preview()
    assert ran.code != 0
    assert "updatePolicy.rollingUpdate.minInstancesInService" in ran.output, "against the live group"
    stage.declare(policy={"rollingUpdate": QUICK}, attach={"web": {"id": "lt-0", "version": "1"}})
    ran = stage.preview()
    assert ran.code != 0
    assert "is of a group whose own resource has an update policy and rolls by that" in ran.told
    watched.is_untouched()


def test_sizes_of_the_same_update_come_after_the_roll(stage: AttributeStage) -> None:
    """The plan names what else changes; the roll keeps to the sizes as found, and the group ends at the new ones."""
    watched = Watched(stage)
    stage.declare(image="ami-v2", group={**SIZES, "max_size": 12, "desired_capacity": 9})
    ran = stage.up(preview=True)
    assert ran.code == 0, ran.output
    assert "desiredCapacity, maxSize change in this update as well: after the roll" in ran.told
    watched.runs("ami-v2", 9, "2")
    points = watched.points()
    assert all(point["serving"] >= 5 for point in points)
    old_present = [p for p in points if p["revisions"].get("1")]
    assert max(point["total"] for point in old_present) <= 7, (
        "no more than the plan said, while old ones were there"
    )
    watched.is_as_found(maxSize=12, desired=9)


def test_a_group_moves_from_one_face_to_the_other_untouched(stage: AttributeStage) -> None:
    """From the attribute to RollingGroup, which rolls it, and back: where the members match nobody is replaced."""
    watched = Watched(stage)
    stage.declare(policy=None, attach={"web": QUICK})
    ran = stage.up()
    assert ran.code == 0, ran.output
    watched.is_untouched()
    stage.declare(image="ami-v2")
    ran = stage.up()
    assert ran.code == 0, ran.output
    watched.runs("ami-v2", 6, "2")
    watched = Watched(stage)
    stage.declare(policy={"rollingUpdate": QUICK}, attach={})
    ran = stage.up(preview=True)
    assert ran.code == 0 and "web: nothing to replace" in ran.output, ran.output
    watched.is_untouched()
    assert not stage.resources("RollingGroup") and len(stage.resources("UpdatePolicy")) == 1


def test_groups_that_rolled_in_a_failed_update_roll_back(tmp_path: Path, around: Around) -> None:
    """`rolling up` with two groups of which the second fails: the first rolls back by the former policy, floor held.

    They share the policy, and the failed update has another one.
    """
    with attribute_stage(tmp_path, around, names=["web", "api"]) as stage:
        for image in ("ami-v1", "ami-v2"):
            stage.lab.image(image, signal="SUCCESS")
        assert stage.up().code == 0
        watched, other = Watched(stage), Watched(stage, "api")
        before = governed(stage)
        stage.lab.image("ami-bad", signal="FAILURE", boot=2.0)
        longer = {"rollingUpdate": {**QUICK, "pauseTime": "PT2M"}}
        stage.declare(image="ami-v2", images={"api": "ami-bad"}, policy=longer)
        ran = command(UP, stage.environment, stage.project)
        assert ran.code == 20, ran.output
        assert "HOOKS" not in ran.output and "resource hooks" not in ran.output
        for each in (watched, other):
            each.kept_between(5, 7)
            each.runs("ami-v1", 6, "1")
            each.is_as_found()
        went = [p for p in watched.points() if p["revisions"].get("2")]
        assert max(p["revisions"]["2"] for p in went) == 6, "it had rolled"
        assert governed(stage) == before and len(before[0]) == 1


def governed(stage: AttributeStage) -> tuple[list[str], list[list[str]]]:
    """Names of the policies in state, and the hooks of each group."""
    groups = [each["resourceHooks"]["BeforeUpdate"] for each in stage.resources(GROUP)]
    return [each["inputs"]["hook"] for each in stage.resources("UpdatePolicy")], groups
