"""Members in special states.

Sources: EC2 Auto Scaling user guide, temporarily remove instances, detach instances, instance scale-in protection,
maximum instance lifetime.
"""

from __future__ import annotations

from tests.lab.bench import Bench, refusal

WEB = {"AutoScalingGroupName": "web"}


def test_standby_with_decrement_lowers_the_desired_capacity_and_leaving_raises_it(bench: Bench) -> None:
    """The member stays with the group, does not count, and comes back in service."""
    bench.start(desired=2, MinSize=1, MaxSize=2)
    first, second = bench.settled(2)
    [activity] = bench.asg.enter_standby(InstanceIds=[first], ShouldDecrementDesiredCapacity=True, **WEB)[
        "Activities"
    ]
    assert activity["Cause"].endswith(
        "was moved to standby in response to a user request, shrinking the capacity from 2 to 1."
    )
    assert bench.group()["DesiredCapacity"] == 1
    assert bench.states() == {first: "Standby", second: "InService"}
    bench.asg.exit_standby(InstanceIds=[first], **WEB)
    assert bench.group()["DesiredCapacity"] == 2
    assert sorted(bench.settled(2)) == sorted([first, second])


def test_standby_without_decrement_is_made_up_for(bench: Bench) -> None:
    """Another is launched in its place; leaving needs room below MaxSize."""
    bench.start(desired=1, MaxSize=1)
    [first] = bench.settled(1)
    bench.asg.enter_standby(InstanceIds=[first], ShouldDecrementDesiredCapacity=False, **WEB)
    bench.eventually(lambda: sorted(bench.states().values()) == ["InService", "Standby"])
    assert refusal(bench.asg.exit_standby, InstanceIds=[first], **WEB)[0] == "ValidationError"
    bench.asg.update_auto_scaling_group(MaxSize=2, **WEB)
    bench.asg.exit_standby(InstanceIds=[first], **WEB)
    bench.settled(2)


def test_standby_below_the_minimum_is_refused(bench: Bench) -> None:
    """With decrement and the desired capacity at MinSize nothing changes."""
    bench.start(desired=1, MinSize=1)
    [first] = bench.settled(1)
    code, text = refusal(
        bench.asg.enter_standby, InstanceIds=[first], ShouldDecrementDesiredCapacity=True, **WEB
    )
    assert (code, "please update the AutoScalingGroup sizes appropriately" in text) == (
        "ValidationError",
        True,
    )
    assert bench.states() == {first: "InService"}


def test_scale_in_and_health_checks_leave_standby_alone(bench: Bench) -> None:
    """A member in Standby is no candidate at scale-in and is not replaced when it dies."""
    bench.start(desired=2)
    first, _ = bench.settled(2)
    bench.asg.enter_standby(InstanceIds=[first], ShouldDecrementDesiredCapacity=True, **WEB)
    bench.asg.set_desired_capacity(DesiredCapacity=0, **WEB)
    bench.eventually(lambda: bench.states() == {first: "Standby"})
    bench.ec2.stop_instances(InstanceIds=[first])
    bench.eventually(lambda: bench.machine(first)["State"]["Name"] == "stopped")
    assert bench.states() == {first: "Standby"}


def test_a_detached_instance_runs_on_and_is_replaced(bench: Bench) -> None:
    """It belongs to no group, EC2 still shows it running; without decrement another is launched."""
    bench.start(desired=1)
    [first] = bench.settled(1)
    bench.asg.detach_instances(InstanceIds=[first], ShouldDecrementDesiredCapacity=False, **WEB)
    [second] = bench.settled(1)
    assert second != first
    assert bench.machine(first)["State"]["Name"] == "running"
    assert bench.asg.describe_auto_scaling_instances(InstanceIds=[first])["AutoScalingInstances"] == []
    bench.ec2.terminate_instances(InstanceIds=[first])
    bench.eventually(lambda: bench.machine(first)["State"]["Name"] == "terminated")


def test_a_member_in_standby_is_terminated_without_a_replacement(bench: Bench) -> None:
    """It does not count against the desired capacity, so that stays, with decrement or without."""
    bench.start(desired=3, MinSize=1)
    first, second, third = bench.settled(3)
    bench.asg.enter_standby(InstanceIds=[first, second], ShouldDecrementDesiredCapacity=True, **WEB)
    bench.terminate(first)
    bench.terminate(second, decrement=True)
    bench.eventually(lambda: bench.states() == {third: "InService"})
    assert bench.group()["DesiredCapacity"] == 1
    assert max(point["total"] for point in bench.lab.history("web")) == 3


def test_a_member_is_protected_and_comes_back_on_order(bench: Bench) -> None:
    """Control does what an operator would: protect, unprotect, standby, return."""
    bench.start(desired=1)
    [first] = bench.settled(1)
    for do, shown in (("protect", True), ("unprotect", False)):
        assert bench.http("PUT", f"members/{first}", {"do": do})[0] == 200
        assert bench.members()[0]["ProtectedFromScaleIn"] is shown
    bench.lab.member(first, do="standby")
    assert bench.states() == {first: "Standby"}
    bench.lab.member(first, do="return")
    assert bench.settled(1) == [first]
    assert bench.group()["DesiredCapacity"] == 1
    assert bench.http("PUT", f"members/{first}", {"do": "return"})[0] == 400


def test_only_members_that_are_up_can_be_protected(bench: Bench) -> None:
    """SetInstanceProtection refuses a Pending one; a protected one is kept at scale-in and shown so."""
    bench.lab.image("ami-v1", boot=0.5)
    bench.start(desired=1)
    [first] = bench.ids()
    protect = {"InstanceIds": [first], "ProtectedFromScaleIn": True, **WEB}
    assert refusal(bench.asg.set_instance_protection, **protect)[0] == "ValidationError"
    bench.settled(1)
    bench.asg.set_instance_protection(**protect)
    bench.asg.set_desired_capacity(DesiredCapacity=0, **WEB)
    assert bench.states() == {first: "InService"}
    assert bench.members()[0]["ProtectedFromScaleIn"] is True


def test_a_member_that_is_too_old_is_replaced(bench: Bench) -> None:
    """`expire` ends a member and launches another from where the group points now; a protected one stays."""
    template = bench.start(bench.template("ami-v1", "ami-v2"), desired=2)
    first, second = bench.settled(2)
    bench.lab.member(second, do="protect")
    bench.point(template, "2")
    bench.lab.member(first, do="expire")
    bench.eventually(lambda: first not in bench.ids())
    bench.settled(2)
    assert bench.about(first, "Terminating")["Cause"].endswith(
        "in response to the maximum instance lifetime."
    )
    [new] = [each for each in bench.ids() if each != second]
    assert bench.truth(new)["revision"] == "2"
    assert bench.http("PUT", f"members/{second}", {"do": "expire"})[0] == 400
