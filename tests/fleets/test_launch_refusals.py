"""What EC2's own sentences about refused launches mean, and what mends each."""

from __future__ import annotations

import pytest
from pulumi_rolling.core.model.codes import Remedy
from pulumi_rolling.core.replace.observation import LaunchError
from pulumi_rolling.fleets.aws.launch_refusals import LaunchRefusal, read_refusal

PERMANENT, CAPACITY = LaunchError.PERMANENT, LaunchError.CAPACITY
RUN = "Allow ec2:RunInstances to the role that Auto Scaling launches with."

SENTENCES = [
    # EC2 Auto Scaling user guide, "Troubleshoot EC2 Auto Scaling: AMI issues"
    (
        "The image id '[ami-0abc]' does not exist. Launching EC2 instance failed.",
        PERMANENT,
        Remedy.IMAGE,
        "",
    ),
    ("AMI ID ami-0abc is disabled. Launching EC2 instance failed.", PERMANENT, Remedy.IMAGE, ""),
    (
        "AMI ami-0abc is pending, and cannot be run. Launching EC2 instance failed.",
        CAPACITY,
        Remedy.IMAGE,
        "Wait until the image is available.",
    ),
    (
        "The requested instance type's architecture (arm64) does not match the architecture in the manifest "
        "for ami-0abc (x86_64). Launching EC2 instance failed.",
        PERMANENT,
        Remedy.IMAGE,
        "",
    ),
    ("Not authorized for images: [ami-0abc]. Launching EC2 instance failed.", PERMANENT, Remedy.IMAGE, ""),
    # EC2 Auto Scaling user guide, "Troubleshoot EC2 Auto Scaling: EC2 instance launch failures"
    (
        "The security group 'sg-1' does not exist. Launching EC2 instance failed.",
        PERMANENT,
        Remedy.TEMPLATE,
        "",
    ),
    ("The key pair 'mine' does not exist. Launching EC2 instance failed.", PERMANENT, Remedy.TEMPLATE, ""),
    (
        "The requested configuration is currently not supported. Please check the documentation.",
        PERMANENT,
        Remedy.TEMPLATE,
        "",
    ),
    ("Invalid device name upload. Launching EC2 instance failed.", PERMANENT, Remedy.TEMPLATE, ""),
    ("Value (ephemeral9) for parameter virtualName is invalid.", PERMANENT, Remedy.TEMPLATE, ""),
    ("EBS block device mappings not supported for instance-store AMIs.", PERMANENT, Remedy.TEMPLATE, ""),
    (
        "Placement groups may not be used with instances of type 't2.micro'.",
        PERMANENT,
        Remedy.OBJECTION,
        "",
    ),
    ("The subnet ID 'subnet-1' does not exist.", PERMANENT, Remedy.OBJECTION, ""),
    (
        "Client.InternalError: Client error on launch",
        PERMANENT,
        Remedy.PERMISSION,
        "Allow the role that Auto Scaling launches with to use the key of the encrypted volumes (kms:CreateGrant, "
        "kms:Decrypt, kms:GenerateDataKey*).",
    ),
    (
        "Your requested instance type (m5.large) is not supported in your requested Availability Zone "
        "(us-east-1e).",
        CAPACITY,
        Remedy.CAPACITY,
        "",
    ),
    (
        "We currently do not have sufficient m5.large capacity in the Availability Zone you requested "
        "(us-east-1a). Our system will be working on provisioning additional capacity.",
        CAPACITY,
        Remedy.CAPACITY,
        "",
    ),
    (
        "The requested reservation does not have sufficient compatible and available capacity for this request. "
        "Launching EC2 instance failed.",
        CAPACITY,
        Remedy.CAPACITY,
        "",
    ),
    (
        "Your Capacity Block reservation cr-0abc is not active yet. Launching EC2 instance failed.",
        CAPACITY,
        Remedy.CAPACITY,
        "",
    ),
    # kubernetes/autoscaler #1263
    (
        "You have requested more instances (7) than your current instance limit of 6 allows for the "
        "specified instance type. Please visit http://aws.amazon.com/contact-us/ec2-request to request an "
        "adjustment to this limit.",
        PERMANENT,
        Remedy.QUOTA,
        "Ask AWS for a higher quota (instance limit of 6).",
    ),
    (
        "Could not launch On-Demand Instances. VcpuLimitExceeded - You have requested more vCPU capacity "
        "than your current vCPU limit of 32 allows for the instance bucket that the specified instance type "
        "belongs to.",
        PERMANENT,
        Remedy.QUOTA,
        "Ask AWS for a higher quota (vCPU limit of 32).",
    ),
    # EC2 API reference, StateReason
    (
        "Client.VolumeLimitExceeded",
        PERMANENT,
        Remedy.QUOTA,
        "Ask AWS for a higher quota (VolumeLimitExceeded).",
    ),
    (
        "Could not launch Spot Instances. MaxSpotInstanceCountExceeded - Max spot instance count exceeded",
        PERMANENT,
        Remedy.QUOTA,
        "Ask AWS for a higher quota (spot instance count).",
    ),
    # aws-parallelcluster #340 and #1115
    (
        "Max spot instance count exceeded. Launching EC2 instance failed.",
        PERMANENT,
        Remedy.QUOTA,
        "Ask AWS for a higher quota (spot instance count).",
    ),
    # runs-on #88, terraform-aws-nat-instance #70
    (
        "You've reached your quota for maximum Fleet Requests for this account. Launching EC2 instance failed.",
        PERMANENT,
        Remedy.QUOTA,
        "Ask AWS for a higher quota (Fleet Requests).",
    ),
    # layer0 #273
    (
        "Your quota allows for 0 more running instance(s). You requested at least 1",
        PERMANENT,
        Remedy.QUOTA,
        "Ask AWS for a higher quota.",
    ),
    (
        "You have exceeded your maximum gp2 storage limit of 20 TiB in this region.",
        PERMANENT,
        Remedy.QUOTA,
        "Ask AWS for a higher quota (gp2 storage limit of 20 TiB).",
    ),
    (
        "Could not launch Spot Instances. UnfulfillableCapacity - Unable to fulfill capacity.",
        CAPACITY,
        Remedy.CAPACITY,
        "",
    ),
    ("There is no Spot capacity available that matches your request.", CAPACITY, Remedy.CAPACITY, ""),
    (
        "There are not enough free addresses in subnet 'subnet-1' to satisfy the requested number.",
        CAPACITY,
        Remedy.CAPACITY,
        "Give the group a subnet that has free addresses.",
    ),
    (
        "You are not authorized to perform this operation. Launching EC2 instance failed.",
        PERMANENT,
        Remedy.PERMISSION,
        RUN,
    ),
    # karpenter-provider-aws #7370, in the words of EC2's RunInstances
    (
        "You are not authorized to perform this operation. User: arn:aws:sts::123456789012:assumed-role/x is not "
        "authorized to perform: iam:PassRole on resource: arn:aws:iam::123456789012:role/web",
        PERMANENT,
        Remedy.PERMISSION,
        "Allow iam:PassRole to the role that Auto Scaling launches with.",
    ),
    (
        "Value (x) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name",
        PERMANENT,
        Remedy.TEMPLATE,
        "",
    ),
    (
        "In order to use this AWS Marketplace product you need to accept terms and subscribe.",
        PERMANENT,
        Remedy.PERMISSION,
        "Subscribe to the image's product in AWS Marketplace.",
    ),
    ("The specified launch template, with template ID lt-1, does not exist.", PERMANENT, Remedy.TEMPLATE, ""),
    ("Something that nobody has seen before.", CAPACITY, None, ""),
    ("", CAPACITY, None, ""),
]


@pytest.mark.parametrize(("sentence", "error", "remedy", "hint"), SENTENCES)
def test_a_refused_launch_is_of_a_kind_and_has_its_remedy(
    sentence: str, error: LaunchError, remedy: Remedy | None, hint: str
) -> None:
    """Image, quota, permission and template fail again; the rest may pass, the unknown included."""
    assert read_refusal(sentence) == LaunchRefusal(error, remedy, hint)


def test_a_line_break_changes_no_meaning() -> None:
    """AWS breaks long sentences."""
    assert read_refusal("You are not\n  authorized").remedy is Remedy.PERMISSION
