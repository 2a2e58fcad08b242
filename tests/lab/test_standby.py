"""Standby and detached members. Sources: EC2 Auto Scaling user guide, temporarily remove instances, detach
instances.
"""

from __future__ import annotations

from tests.lab.bench import Bench, eventually, refusal

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
    eventually(lambda: sorted(bench.states().values()) == ["InService", "Standby"])
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
    eventually(lambda: bench.states() == {first: "Standby"})
    bench.ec2.stop_instances(InstanceIds=[first])
    eventually(lambda: bench.machine(first)["State"]["Name"] == "stopped")
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
    eventually(lambda: bench.machine(first)["State"]["Name"] == "terminated")
