"""Members as targets. Source: Elastic Load Balancing user guide, target health status."""

from __future__ import annotations

from tests.lab.bench import Bench, eventually


def _target_group(bench: Bench) -> str:
    vpc = bench.ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    made = bench.elb.create_target_group(Name="web", Protocol="HTTP", Port=80, VpcId=vpc)
    arn: str = made["TargetGroups"][0]["TargetGroupArn"]
    return arn


def _health(bench: Bench, arn: str, *ids: str) -> dict[str, str]:
    targets = [{"Id": each} for each in ids]
    listed = bench.elb.describe_target_health(TargetGroupArn=arn, **({"Targets": targets} if ids else {}))
    return {
        each["Target"]["Id"]: each["TargetHealth"]["State"] for each in listed["TargetHealthDescriptions"]
    }


def test_a_target_goes_from_initial_to_healthy_and_drains_at_its_end(bench: Bench) -> None:
    """Registered when it goes in service, initial at first; draining while it terminates, then no target."""
    arn = _target_group(bench)
    bench.lab.image("ami-v1", boot=0.3)
    bench.start(desired=1, TargetGroupARNs=[arn])
    [first] = bench.ids()
    assert _health(bench, arn) == {}
    bench.settled(1)
    assert _health(bench, arn)[first] == "initial"
    eventually(lambda: _health(bench, arn)[first] == "healthy")
    bench.terminate(first, decrement=True)
    assert _health(bench, arn) == {first: "draining"}
    eventually(lambda: _health(bench, arn) == {})
    assert _health(bench, arn, first) == {first: "unused"}


def test_instances_of_an_unwell_image_are_unhealthy_targets(bench: Bench) -> None:
    """`healthy: false` fails the target group's checks."""
    arn = _target_group(bench)
    bench.lab.image("ami-v1", healthy=False)
    bench.start(desired=1, TargetGroupARNs=[arn], HealthCheckType="ELB")
    bench.suspend("HealthCheck")
    [first] = bench.settled(1)
    eventually(lambda: _health(bench, arn, first) == {first: "unhealthy"})


def test_with_add_to_load_balancer_suspended_nothing_is_registered(bench: Bench) -> None:
    """User guide, suspend and resume processes."""
    arn = _target_group(bench)
    bench.start(desired=0, TargetGroupARNs=[arn])
    bench.suspend("AddToLoadBalancer")
    bench.asg.set_desired_capacity(AutoScalingGroupName="web", DesiredCapacity=1)
    bench.settled(1)
    assert _health(bench, arn) == {}


def test_members_in_service_are_registered_with_what_is_attached_later(bench: Bench) -> None:
    """AttachLoadBalancerTargetGroups registers the group's instances; Standby takes one out."""
    bench.start(desired=2)
    first, second = bench.settled(2)
    arn = _target_group(bench)
    bench.asg.attach_load_balancer_target_groups(AutoScalingGroupName="web", TargetGroupARNs=[arn])
    assert set(_health(bench, arn)) == {first, second}
    bench.asg.enter_standby(
        AutoScalingGroupName="web", InstanceIds=[first], ShouldDecrementDesiredCapacity=True
    )
    assert set(_health(bench, arn)) == {second}
