"""Launch times of members: EC2 is asked for them once something hangs on them."""

from __future__ import annotations

from pulumi_rolling.fleets.auto_scaling_group.facts import Watched

from tests.fleets.stage import ROLLOUT, Stage, group, instance, machine, member


def test_who_came_between_two_looks_is_dated_with_the_first_that_may_be_ready(stage: Stage) -> None:
    """Nothing hangs on a launch time while members boot; the one request then asks for all whose time is unknown."""
    booting = [instance("i-2", 2, "Pending"), instance("i-3", 2, "Pending")]
    stage.shows(group(instance("i-1")), group(*booting), group(booting[0], instance("i-3", 2)))
    stage.machines = {"i-2": machine("i-2", 1001.0), "i-3": machine("i-3", 1002.0)}
    fleet = stage.fleet()
    fleet.watch(Watched(clock=3600.0))
    fleet.observe(ROLLOUT)
    coming = member(fleet, ROLLOUT, "i-2")
    assert coming.launched_at is None and coming.launched_after is not None
    assert stage.aws.sent("DescribeInstances") == []
    assert member(fleet, ROLLOUT, "i-3").launched_at == 1002.0
    assert [c["Filters"][0]["Values"] for c in stage.aws.sent("DescribeInstances")] == [["i-2", "i-3"]]
    assert member(fleet, ROLLOUT, "i-2").launched_at == 1001.0


def test_a_clock_that_may_have_run_out_is_counted_from_the_true_launch(stage: Stage) -> None:
    """The look before the one that first showed it is no launch: EC2 is asked before anybody fails by it."""
    stage.shows(group(instance("i-1")), group(instance("i-2", 2, "Pending")))
    stage.machines = {"i-2": machine("i-2", 1001.0)}
    fleet = stage.fleet()
    fleet.watch(Watched(clock=0.0))
    fleet.observe(ROLLOUT)
    assert member(fleet, ROLLOUT, "i-2").launched_at == 1001.0
