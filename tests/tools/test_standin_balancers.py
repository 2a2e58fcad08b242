"""Target groups, load balancers, listeners and attachments in the stand-in aws provider."""

from __future__ import annotations

import uuid
from typing import Any

import boto3
import pytest
from pulumi.runtime.proto import provider_pb2
from pulumi_rolling.lab import Lab
from standin.wire import Properties

from tests.tools.engine_side import Resource, live

NONE = provider_pb2.DiffResponse.DIFF_NONE
GROUP, BALANCER = "aws:lb/targetGroup:TargetGroup", "aws:lb/loadBalancer:LoadBalancer"
LISTENER, ATTACHMENT = "aws:lb/listener:Listener", "aws:autoscaling/attachment:Attachment"


@pytest.fixture
def network(aws: boto3.session.Session) -> Properties:
    """The default VPC and two of its subnets."""
    ec2 = aws.client("ec2")
    vpc = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"][0]["VpcId"]
    subnets = ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["Subnets"]
    return {"vpc": vpc, "subnets": [each["SubnetId"] for each in subnets[:2]]}


def targets(network: Properties) -> Properties:
    return {
        "port": 80,
        "protocol": "HTTP",
        "vpcId": network["vpc"],
        "deregistrationDelay": 0,
        "healthCheck": {"path": "/ready", "interval": 10, "matcher": "200-299"},
        "tags": {"app": "web"},
    }


def test_a_target_group_is_made_read_and_altered(stub: Any, network: Properties) -> None:
    """Its checks and its delay change in place, its port does not; it is gone when it is deleted."""
    resource, declared = Resource(stub, GROUP, f"t{uuid.uuid4().hex[:8]}"), targets(network)
    resource.create(declared)
    assert resource.id == resource.state["arn"] and len(resource.state["name"]) <= 32
    assert resource.state["arnSuffix"].startswith("targetgroup/")
    assert resource.refresh() and resource.diff(declared).changes == NONE
    news = declared | {
        "healthCheck": {"path": "/", "healthyThreshold": 2},
        "deregistrationDelay": 7,
        "tags": {"a": "b"},
    }
    assert not resource.diff(news).replaces
    resource.update(news)
    assert resource.state["healthCheck"]["path"] == "/" and resource.state["deregistrationDelay"] == 7
    assert resource.state["tagsAll"] == {"a": "b"}
    assert list(resource.diff(news | {"port": 81}).replaces) == ["port"]
    resource.delete()
    assert not resource.refresh()


def test_a_delay_that_is_not_declared_is_aws_s_own(stub: Any, network: Properties) -> None:
    """Five minutes, as on AWS; the lab waits for them once a call has set them."""
    resource, declared = Resource(stub, GROUP, f"t{uuid.uuid4().hex[:8]}"), targets(network)
    del declared["deregistrationDelay"]
    resource.create(declared)
    assert resource.state["deregistrationDelay"] == 300


def test_a_listener_forwards_from_its_load_balancer(stub: Any, network: Properties) -> None:
    """All three are made in order, are no difference afterwards, change in place and end in the other order."""
    unique = uuid.uuid4().hex[:6]
    group = Resource(stub, GROUP, f"t{unique}")
    group.create(targets(network))
    balancer = Resource(stub, BALANCER, f"b{unique}")
    wanted = {"subnets": network["subnets"], "internal": True, "idleTimeout": 30}
    balancer.create(wanted)
    assert balancer.state["dnsName"] and balancer.state["vpcId"] == network["vpc"]
    assert balancer.refresh() and balancer.diff(wanted).changes == NONE
    balancer.update(wanted | {"idleTimeout": 40, "tags": {"a": "b"}})
    assert (balancer.state["idleTimeout"], balancer.state["tags"]) == (40, {"a": "b"})
    listener = Resource(stub, LISTENER)
    listening = {
        "loadBalancerArn": balancer.id,
        "port": 80,
        "protocol": "HTTP",
        "defaultActions": [{"type": "forward", "targetGroupArn": group.id}],
    }
    listener.create(listening)
    assert listener.refresh() and listener.diff(listening).changes == NONE
    away = {"type": "redirect", "redirect": {"port": "443", "protocol": "HTTPS", "statusCode": "HTTP_301"}}
    listener.update(listening | {"defaultActions": [away]})
    assert listener.diff(listening | {"defaultActions": [away]}).changes == NONE
    assert list(listener.diff(listening).diffs) == ["defaultActions"]
    for each in (listener, balancer, group):
        each.delete()
        assert not each.refresh()


def test_an_attachment_puts_members_behind_a_target_group(
    stub: Any, group: Resource, network: Properties, aws: boto3.session.Session, lab: Lab
) -> None:
    """Members become targets, the group's own resource shows no difference, and the end detaches it."""
    targeted = Resource(stub, GROUP, f"t{uuid.uuid4().hex[:8]}")
    targeted.create(targets(network))
    attachment = Resource(stub, ATTACHMENT)
    declared = {"autoscalingGroupName": group.id, "lbTargetGroupArn": targeted.id}
    attachment.create(declared)
    assert live(aws, group)["TargetGroupARNs"] == [targeted.id]
    found = aws.client("elbv2").describe_target_health(TargetGroupArn=targeted.id)["TargetHealthDescriptions"]
    assert {each["Target"]["Id"] for each in found} == {each["id"] for each in lab.group(group.id)["members"]}
    assert attachment.refresh() and attachment.diff(declared).changes == NONE
    group.refresh()
    assert "targetGroupArns" not in group.diff(group.inputs).diffs
    attachment.delete()
    assert live(aws, group)["TargetGroupARNs"] == [] and not attachment.refresh()


@pytest.mark.parametrize(
    ("token", "given", "path"),
    [
        (GROUP, {"port": 80, "protocol": "HTTP"}, "vpcId"),
        (GROUP, {"targetType": "lambda"}, "targetType"),
        (GROUP, {"port": 80, "protocol": "HTTP", "vpcId": "v", "stickiness": {}}, "stickiness"),
        (GROUP, {"port": 80, "protocol": "HTTP", "vpcId": "v", "healthCheck": {"x": 1}}, "healthCheck.x"),
        (BALANCER, {"subnetMappings": []}, "subnetMappings"),
        (
            LISTENER,
            {"loadBalancerArn": "a", "defaultActions": [{"type": "forward", "forward": {}}]},
            "defaultActions[0].forward",
        ),
        (ATTACHMENT, {"autoscalingGroupName": "web"}, "lbTargetGroupArn"),
        (
            ATTACHMENT,
            {"autoscalingGroupName": "web", "elb": "a", "lbTargetGroupArn": "b"},
            "lbTargetGroupArn",
        ),
    ],
)
def test_what_it_cannot_do_is_refused_by_path(stub: Any, token: str, given: Properties, path: str) -> None:
    """Nothing is left out in silence: a property that is not played is a failure of Check."""
    assert [failure.property for failure in Resource(stub, token).check(given).failures] == [path]
