"""Suspended processes. Source: EC2 Auto Scaling user guide, suspend and resume processes."""

from __future__ import annotations

from tests.lab.bench import Bench

WEB = {"AutoScalingGroupName": "web"}


def test_with_launch_suspended_nothing_is_launched_until_it_is_resumed(bench: Bench) -> None:
    """Neither for more capacity nor in place of a terminated member."""
    bench.start(desired=1)
    [first] = bench.settled(1)
    bench.suspend("Launch")
    bench.asg.set_desired_capacity(DesiredCapacity=2, **WEB)
    bench.terminate(first)
    bench.eventually(lambda: bench.ids() == [])
    assert bench.group()["DesiredCapacity"] == 2
    bench.resume("Launch")
    bench.settled(2)


def test_with_terminate_suspended_the_group_ends_nobody_but_a_request_does(bench: Bench) -> None:
    """Scale-in waits until Terminate is resumed; TerminateInstanceInAutoScalingGroup is carried out."""
    bench.start(desired=3)
    first, *_ = bench.settled(3)
    bench.suspend("Terminate")
    bench.asg.set_desired_capacity(DesiredCapacity=1, **WEB)
    bench.clock.jump(0.3)
    assert len(bench.settled(3)) == 3
    bench.terminate(first, decrement=False)
    bench.settled(2)
    bench.resume("Terminate")
    bench.settled(1)


def test_suspension_without_names_means_all_and_resuming_names_only_those(bench: Bench) -> None:
    """SuspendProcesses without ScalingProcesses suspends all nine; SuspendedProcesses shows each."""
    bench.start(desired=0)
    bench.asg.suspend_processes(**WEB)
    assert len(bench.group()["SuspendedProcesses"]) == 9
    bench.resume("Launch", "Terminate")
    names = {each["ProcessName"] for each in bench.group()["SuspendedProcesses"]}
    assert len(names) == 7
    assert not names & {"Launch", "Terminate"}
    bench.asg.resume_processes(**WEB)
    assert bench.group()["SuspendedProcesses"] == []


def test_with_health_check_suspended_a_dead_instance_still_looks_in_service(bench: Bench) -> None:
    """The group shows InService and Healthy, EC2 shows the truth; after the resume it is replaced."""
    bench.start(desired=2)
    first, second = bench.settled(2)
    bench.suspend("HealthCheck")
    bench.ec2.terminate_instances(InstanceIds=[first])
    bench.eventually(lambda: bench.machine(first)["State"]["Name"] == "terminated")
    bench.clock.jump(0.4)
    [dead] = [member for member in bench.members() if member["InstanceId"] == first]
    assert (dead["LifecycleState"], dead["HealthStatus"]) == ("InService", "Healthy")
    assert bench.lab.history("web")[-1]["inService"] == 1
    bench.resume("HealthCheck")
    bench.eventually(lambda: first not in bench.ids())
    assert second in bench.settled(2)


def test_with_replace_unhealthy_suspended_the_unhealthy_stay(bench: Bench) -> None:
    """A member marked Unhealthy remains in the group until ReplaceUnhealthy is resumed."""
    bench.start(desired=1)
    [first] = bench.settled(1)
    bench.suspend("ReplaceUnhealthy")
    bench.asg.set_instance_health(InstanceId=first, HealthStatus="Unhealthy")
    bench.clock.jump(0.4)
    assert [(each["InstanceId"], each["HealthStatus"]) for each in bench.members()] == [(first, "Unhealthy")]
    bench.resume("ReplaceUnhealthy")
    bench.eventually(lambda: first not in bench.ids())


def test_with_launch_suspended_the_unhealthy_are_still_terminated(bench: Bench) -> None:
    """User guide: ReplaceUnhealthy terminates while Launch is suspended, and nothing comes in their place."""
    bench.start(desired=1)
    [first] = bench.settled(1)
    bench.suspend("Launch")
    bench.asg.set_instance_health(InstanceId=first, HealthStatus="Unhealthy")
    bench.eventually(lambda: bench.ids() == [])
