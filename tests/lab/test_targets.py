"""Members as targets. Source: Elastic Load Balancing user guide, target health status."""

from __future__ import annotations

from tests.lab.bench import Bench

# A group has found out after a tenth of a second what there is to find out.
MORE_THAN_A_CHECK = 0.2


def test_a_target_goes_from_initial_to_healthy_and_drains_at_its_end(bench: Bench) -> None:
    """Registered when it goes in service, initial at first; draining while it terminates, then no target."""
    arn = bench.target_group()
    bench.lab.image("ami-v1", signal=None, targetAfter=0.5)
    bench.start(desired=0, TargetGroupARNs=[arn])
    bench.hook()
    bench.asg.set_desired_capacity(AutoScalingGroupName="web", DesiredCapacity=1)
    bench.eventually(lambda: "Pending:Wait" in bench.states().values())
    assert bench.targets(arn) == {}
    [first] = bench.ids()
    bench.complete(first, "CONTINUE")
    assert bench.targets(arn)[first] == "initial"
    bench.eventually(lambda: bench.targets(arn)[first] == "healthy")
    bench.terminate(first, decrement=True)
    assert bench.targets(arn) == {first: "draining"}
    bench.eventually(lambda: bench.targets(arn) == {})
    assert bench.targets(arn, first) == {first: "unused"}


def test_instances_of_an_unwell_image_are_unhealthy_targets(bench: Bench) -> None:
    """`healthy: false` fails the target group's checks."""
    arn = bench.target_group()
    bench.lab.image("ami-v1", healthy=False)
    bench.start(desired=1, TargetGroupARNs=[arn], HealthCheckType="ELB")
    bench.suspend("HealthCheck")
    [first] = bench.settled(1)
    bench.eventually(lambda: bench.targets(arn, first) == {first: "unhealthy"})


def test_with_add_to_load_balancer_suspended_nothing_is_registered(bench: Bench) -> None:
    """User guide, suspend and resume processes."""
    arn = bench.target_group()
    bench.start(desired=0, TargetGroupARNs=[arn])
    bench.suspend("AddToLoadBalancer")
    bench.asg.set_desired_capacity(AutoScalingGroupName="web", DesiredCapacity=1)
    bench.settled(1)
    assert bench.targets(arn) == {}


def test_members_in_service_are_registered_with_what_is_attached_later(bench: Bench) -> None:
    """AttachLoadBalancerTargetGroups registers the group's instances; Standby takes one out."""
    bench.start(desired=2)
    first, second = bench.settled(2)
    arn = bench.target_group()
    bench.asg.attach_load_balancer_target_groups(AutoScalingGroupName="web", TargetGroupARNs=[arn])
    assert set(bench.targets(arn)) == {first, second}
    bench.asg.enter_standby(
        AutoScalingGroupName="web", InstanceIds=[first], ShouldDecrementDesiredCapacity=True
    )
    assert set(bench.targets(arn)) == {second}


def test_a_target_may_be_unhealthy_while_ec2_and_the_group_call_it_healthy(bench: Bench) -> None:
    """A target with `targetHealthy: false` is initial, then unhealthy, and the member stays.

    HealthCheckType EC2 asks EC2 alone.
    """
    arn = bench.target_group()
    bench.lab.image("ami-v1", targetHealthy=False)
    bench.start(desired=1, TargetGroupARNs=[arn])
    [first] = bench.settled(1)
    assert bench.targets(arn) == {first: "initial"}
    bench.eventually(lambda: bench.targets(arn) == {first: "unhealthy"})
    bench.clock.jump(MORE_THAN_A_CHECK)
    [member] = bench.members()
    assert (member["InstanceId"], member["HealthStatus"]) == (first, "Healthy")
    [status] = bench.ec2.describe_instance_status(InstanceIds=[first])["InstanceStatuses"]
    assert status["InstanceStatus"]["Status"] == "ok"


def test_with_the_balancers_check_such_a_member_is_replaced(bench: Bench) -> None:
    """A group with HealthCheckType ELB, from the start or later, marks a member Unhealthy whose target is."""
    arn = bench.target_group()
    bench.lab.image("ami-v1", targetHealthy=False, targetAfter=0.0)
    bench.start(desired=1, TargetGroupARNs=[arn])
    [first] = bench.settled(1)
    bench.eventually(lambda: bench.targets(arn) == {first: "unhealthy"})
    bench.clock.jump(MORE_THAN_A_CHECK)
    bench.asg.update_auto_scaling_group(AutoScalingGroupName="web", HealthCheckType="ELB")
    bench.eventually(lambda: first not in bench.ids())
    assert "ELB system health check failure" in bench.about(first, "Terminating")["Cause"]
    [second] = bench.settled(1)
    bench.eventually(lambda: second not in bench.ids())


def test_a_target_is_initial_for_as_long_as_its_image_says(bench: Bench) -> None:
    """`targetAfter`: seconds of the first checks; initial is not unhealthy, so HealthCheckType ELB waits."""
    arn = bench.target_group()
    bench.lab.image("ami-v1", targetAfter=0.6)
    bench.start(desired=1, TargetGroupARNs=[arn], HealthCheckType="ELB")
    [first] = bench.settled(1)
    seen = bench.eventually(lambda: bench.truth(first)["target"] == "healthy" and bench.lab.history("web"))
    assert len(seen[-1]["revisions"]) == 1 and bench.ids() == [first]
    bench.lab.image("ami-v1", targetAfter=1000)
    bench.asg.set_desired_capacity(AutoScalingGroupName="web", DesiredCapacity=2)
    [second] = [each for each in bench.settled(2) if each != first]
    assert bench.targets(arn) == {first: "healthy", second: "initial"}


def test_a_target_may_fall_ill_later(bench: Bench) -> None:
    """The misfortune `targetUnhealthy` is seen behind the load balancer only."""
    arn = bench.target_group()
    bench.lab.image("ami-v1", targetAfter=0.0)
    bench.start(desired=1, TargetGroupARNs=[arn])
    [first] = bench.settled(1)
    assert bench.targets(arn) == {first: "healthy"}
    bench.lab.member(first, do="targetUnhealthy")
    assert bench.targets(arn) == {first: "unhealthy"}
    assert bench.members()[0]["HealthStatus"] == "Healthy"


def test_a_terminating_member_drains_first(bench: Bench) -> None:
    """The member is Terminating, its target draining and its machine running until `drain` is over.

    The terminating hooks follow (EC2 Auto Scaling user guide, how lifecycle hooks work).
    """
    arn = bench.target_group()
    bench.lab.image("ami-v1", drain=0.5)
    bench.start(desired=1, TargetGroupARNs=[arn])
    bench.hook(transition="TERMINATING")
    [first] = bench.settled(1)
    bench.terminate(first, decrement=True)
    assert bench.states() == {first: "Terminating"}
    assert bench.targets(arn) == {first: "draining"}
    assert bench.machine(first)["State"]["Name"] == "running"
    assert bench.about(first)["StatusCode"] == "WaitingForELBConnectionDraining"
    bench.eventually(lambda: bench.states() == {first: "Terminating:Wait"})
    bench.complete(first, "CONTINUE")
    bench.eventually(lambda: bench.ids() == [])


def test_a_set_deregistration_delay_is_waited_for(bench: Bench) -> None:
    """A deregistration_delay.timeout_seconds that ModifyTargetGroupAttributes has set is waited for.

    An image's own `drain` goes before it, a dead machine has nothing to drain, and a group deleted by force does not
    wait. Unset, the delay is none in the lab.
    """
    arn = bench.target_group()
    delay = {"Key": "deregistration_delay.timeout_seconds", "Value": "1000"}
    bench.elb.modify_target_group_attributes(TargetGroupArn=arn, Attributes=[delay])
    attributes = bench.elb.describe_target_group_attributes(TargetGroupArn=arn)["Attributes"]
    assert delay in attributes
    template = bench.start(bench.template("ami-v1", "ami-v2"), desired=2, TargetGroupARNs=[arn])
    first, second = bench.settled(2)
    bench.lab.image("ami-v2", drain=0.0)
    bench.point(template, "2")
    bench.asg.set_desired_capacity(AutoScalingGroupName="web", DesiredCapacity=3)
    [third] = [each for each in bench.settled(3) if each not in (first, second)]
    bench.suspend("Launch")
    for each in (first, third):
        bench.terminate(each)
    bench.ec2.terminate_instances(InstanceIds=[second])
    bench.eventually(lambda: bench.states() == {first: "Terminating"})
    bench.asg.delete_auto_scaling_group(AutoScalingGroupName="web", ForceDelete=True)
    bench.eventually(lambda: not bench.group())


def test_a_classic_load_balancer_tells_how_members_are(bench: Bench) -> None:
    """DescribeInstanceHealth shows OutOfService at registration and at failure, InService in draining.

    Source: Elastic Load Balancing API reference 2012-06-01. An instance of no group is left to moto.
    """
    elb = bench.client("elb")
    listener = {"Protocol": "HTTP", "LoadBalancerPort": 80, "InstanceProtocol": "HTTP", "InstancePort": 80}
    elb.create_load_balancer(
        LoadBalancerName="classic", Listeners=[listener], AvailabilityZones=["us-east-1a"]
    )

    def shown(*ids: str) -> dict[str, tuple[str, str]]:
        asked = {"Instances": [{"InstanceId": each} for each in ids]} if ids else {}
        listed = elb.describe_instance_health(LoadBalancerName="classic", **asked)["InstanceStates"]
        return {each["InstanceId"]: (each["State"], each["ReasonCode"]) for each in listed}

    bench.lab.image("ami-v1", targetAfter=0.5, drain=1000)
    bench.start(desired=1, LoadBalancerNames=["classic"])
    [first] = bench.settled(1)
    assert shown() == {first: ("OutOfService", "ELB")}
    bench.eventually(lambda: shown() == {first: ("InService", "N/A")})
    bench.lab.member(first, do="targetUnhealthy")
    assert shown(first) == {first: ("OutOfService", "Instance")}
    bench.terminate(first, decrement=True)
    assert shown() == {first: ("InService", "N/A")}
    other = bench.ec2.run_instances(ImageId="ami-12345678", MinCount=1, MaxCount=1)["Instances"][0][
        "InstanceId"
    ]
    elb.register_instances_with_load_balancer(LoadBalancerName="classic", Instances=[{"InstanceId": other}])
    assert shown() == {first: ("InService", "N/A"), other: ("InService", "N/A")}
    assert set(shown(other)) == {other}


def _serving(bench: Bench) -> int:
    serving: int = bench.lab.history("web")[-1]["serving"]
    return serving


def test_the_history_counts_those_that_requests_reach(bench: Bench) -> None:
    """`serving`: healthy targets in service, from the moment at which each came true; all where nothing is attached."""
    arn = bench.target_group()
    bench.lab.image("ami-v1", targetAfter=5.0)
    bench.start(desired=2, TargetGroupARNs=[arn])
    first, second = bench.settled(2)
    assert (bench.lab.history("web")[-1]["inService"], _serving(bench)) == (2, 0)
    bench.clock.jump(5.0)
    points = bench.lab.history("web")
    registered = next(p["at"] for p in points if p["inService"] == 2)
    assert next(p["at"] for p in points if p["serving"] == 2) == registered + 5.0
    bench.lab.member(first, do="targetUnhealthy")
    assert (bench.lab.history("web")[-1]["inService"], _serving(bench)) == (2, 1)
    bench.asg.detach_load_balancer_target_groups(AutoScalingGroupName="web", TargetGroupARNs=[arn])
    assert _serving(bench) == 2
    bench.asg.attach_load_balancer_target_groups(AutoScalingGroupName="web", TargetGroupARNs=[arn])
    bench.clock.jump(5.0)
    assert _serving(bench) == 1
    bench.terminate(second, decrement=True)
    assert _serving(bench) == 0


def test_a_member_that_is_not_registered_serves_nobody(bench: Bench) -> None:
    """AddToLoadBalancer suspended: in service, and no target of what the group is attached to."""
    arn = bench.target_group()
    bench.start(desired=0, TargetGroupARNs=[arn])
    bench.suspend("AddToLoadBalancer")
    bench.asg.set_desired_capacity(AutoScalingGroupName="web", DesiredCapacity=1)
    bench.settled(1)
    assert (bench.lab.history("web")[-1]["inService"], _serving(bench)) == (1, 0)
