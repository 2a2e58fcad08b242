"""How dead and unwell instances are found and replaced. Source: EC2 Auto Scaling user guide."""

from __future__ import annotations

import pytest

from tests.lab.bench import Bench


@pytest.mark.parametrize("end", ["terminate_instances", "stop_instances"])
def test_an_instance_that_ec2_does_not_run_is_replaced(bench: Bench, end: str) -> None:
    """Terminated or stopped behind the group's back: marked Unhealthy, terminated, another launched."""
    bench.start(desired=1)
    [first] = bench.settled(1)
    getattr(bench.ec2, end)(InstanceIds=[first])
    bench.eventually(
        lambda: [each["HealthStatus"] for each in bench.members() if each["InstanceId"] == first]
        != ["Healthy"]
    )
    bench.eventually(lambda: first not in bench.ids())
    [second] = bench.settled(1)
    assert (
        "EC2 health check indicating it has been terminated or stopped"
        in bench.about(first, "Terminating")["Cause"]
    )
    assert "an unhealthy instance needing to be replaced" in bench.about(second, "Launching")["Cause"]


def test_instances_of_an_unwell_image_are_replaced_again_and_again(bench: Bench) -> None:
    """`healthy: false`: in service after the boot, soon Unhealthy, and so is what comes in its place."""
    bench.lab.image("ami-v1", healthy=False)
    bench.start(desired=1)
    [first] = bench.settled(1)
    bench.eventually(lambda: first not in bench.ids())
    assert "status checks failure" in bench.about(first, "Terminating")["Cause"]
    [second] = bench.settled(1)
    bench.eventually(lambda: second not in bench.ids())


def test_the_balancers_check_is_named_when_it_is_the_groups(bench: Bench) -> None:
    """HealthCheckType ELB: the cause names the load balancer's check."""
    bench.lab.image("ami-v1", healthy=False)
    bench.start(desired=1, HealthCheckType="ELB")
    [first] = bench.settled(1)
    bench.eventually(lambda: first not in bench.ids())
    assert "ELB system health check failure" in bench.about(first, "Terminating")["Cause"]


def test_an_instance_that_dies_while_it_boots_cancels_its_launch(bench: Bench) -> None:
    """The launch is Cancelled with the reason, and another is launched, even with HealthCheck suspended."""
    bench.lab.image("ami-v1", boot=0.6)
    bench.start(desired=1)
    [first] = bench.ids()
    bench.suspend("HealthCheck")
    bench.ec2.terminate_instances(InstanceIds=[first])
    bench.eventually(lambda: first not in bench.ids())
    launch = bench.about(first, "Launching")
    assert launch["StatusCode"] == "Cancelled"
    assert launch["StatusMessage"].startswith("Instance became unhealthy while waiting")
    bench.settled(1)


def test_a_user_may_mark_an_instance_healthy_again(bench: Bench) -> None:
    """SetInstanceHealth Healthy before the replacement keeps the instance."""
    bench.start(desired=1)
    [first] = bench.settled(1)
    bench.suspend("ReplaceUnhealthy")
    bench.asg.set_instance_health(InstanceId=first, HealthStatus="Unhealthy")
    bench.asg.set_instance_health(InstanceId=first, HealthStatus="Healthy")
    bench.resume("ReplaceUnhealthy")
    assert bench.settled(1) == [first]
    assert bench.members()[0]["HealthStatus"] == "Healthy"
