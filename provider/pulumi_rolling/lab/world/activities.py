"""A group's scaling activities, in AWS's own words where those are known.

Sources of the texts: EC2 Auto Scaling user guide, "Verify a scaling activity" and "Troubleshoot EC2 Auto
Scaling"; AWS CLI reference, examples of describe-scaling-activities, terminate-instance-in-auto-scaling-group and
enter-standby; the lifecycle hook tutorial for the text of an abandoned action. The end of an instance whose launch
was abandoned has no published cause and is worded here. This module refuses to know when an activity begins or ends.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

LAUNCH_FAILURES = {
    "InsufficientInstanceCapacity": "We currently do not have sufficient {type} capacity in the Availability "
    "Zone you requested ({zone}). Our system will be working on provisioning additional capacity. You can "
    "currently get {type} capacity by not specifying an Availability Zone in your request.",
    "InvalidAMIID.NotFound": "The image id '[{image}]' does not exist.",
    "VcpuLimitExceeded": "You have requested more vCPU capacity than your current vCPU limit of 32 allows "
    "for the instance bucket that the specified instance type belongs to. Please visit "
    "http://aws.amazon.com/contact-us/ec2-request to request an adjustment to this limit.",
    "InstanceLimitExceeded": "You have requested more instances (21) than your current instance limit of 20 "
    "allows for the specified instance type. Please visit http://aws.amazon.com/contact-us/ec2-request to "
    "request an adjustment to this limit.",
    "UnauthorizedOperation": "You are not authorized to perform this operation.",
    "Unsupported": "Your requested instance type ({type}) is not supported in your requested Availability "
    "Zone ({zone}). Please retry your request by not specifying an Availability Zone.",
}


def launch_failure(code: str, *, image: str, instance_type: str, zone: str) -> str:
    text = LAUNCH_FAILURES.get(code, f"The launch was refused ({code}).")
    return f"{text.format(type=instance_type, zone=zone, image=image)} Launching EC2 instance failed."


@dataclass(eq=False, slots=True)
class Activity:
    id: str
    group: str
    group_arn: str
    description: str
    cause: str
    zone: str
    subnet: str | None
    started_at: float
    status: str
    ended_at: float | None = None
    message: str = ""

    def finish(self, at: float, status: str, message: str = "") -> None:
        """End an activity once; AWS repeats the reason of a failure behind the description."""
        if self.ended_at is not None:
            return
        self.ended_at, self.status, self.message = at, status, message
        if message:
            self.description += f".  Status Reason: {message}"


@dataclass(eq=False, slots=True)
class ActivityLog:
    """Activities in the order of their start."""

    group: str
    group_arn: str
    new_id: Callable[[], str]
    entries: list[Activity] = field(default_factory=list)

    def start(
        self,
        at: float,
        description: str,
        cause: str,
        zone: str,
        subnet: str | None,
        status: str = "InProgress",
    ) -> Activity:
        activity = Activity(
            self.new_id(), self.group, self.group_arn, description, cause, zone, subnet, at, status
        )
        self.entries.append(activity)
        return activity
