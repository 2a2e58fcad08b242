"""Calls between the lease and the first act: what a moment ago was read is not read again."""

from __future__ import annotations

from pulumi_rolling.core.replace.actions import PointAt

from tests.fleets.stage import ROLLOUT, V2, Stage, group, instance


def test_the_first_look_is_the_one_that_found_our_lease(stage: Stage) -> None:
    """Tags and members come in one description; what is written after it asks for another."""
    stage.shows(group(instance("i-1")))
    fleet = stage.fleet()
    fleet.marks()
    fleet.observe(ROLLOUT)
    assert stage.aws.operations().count("DescribeAutoScalingGroups") == 1
    fleet.observe(ROLLOUT)
    assert stage.aws.operations().count("DescribeAutoScalingGroups") == 2
    fleet.marks()
    fleet.write_marks({"rolling:lease": "me"})
    fleet.observe(ROLLOUT)
    assert stage.aws.operations().count("DescribeAutoScalingGroups") == 4


def test_the_lease_is_read_by_a_request_of_its_own(stage: Stage) -> None:
    """Another driver may have written since the last read, however young it is."""
    stage.shows(group(instance("i-1")))
    fleet = stage.fleet()
    fleet.observe(ROLLOUT)
    for _ in range(2):
        fleet.marks()
    assert stage.aws.operations().count("DescribeAutoScalingGroups") == 3


def test_a_plain_pointer_is_moved_without_another_look(stage: Stage) -> None:
    """Only a mixed instances policy is sent back whole; a fleet that has not looked does not know."""
    stage.shows(group(instance("i-1")))
    fleet = stage.fleet()
    fleet.observe(ROLLOUT)
    fleet.apply(PointAt(V2))
    assert stage.aws.operations().count("DescribeAutoScalingGroups") == 1
    stage.fleet().apply(PointAt(V2))
    assert stage.aws.operations().count("DescribeAutoScalingGroups") == 2
