"""Scaling activities.

Sources: EC2 Auto Scaling user guide, verify a scaling activity, troubleshoot; API reference.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.lab.bench import Bench


def test_launches_say_what_changed_the_capacity(bench: Bench) -> None:
    """The cause names the request and the difference; the activity lasts until the instance is in service."""
    bench.lab.image("ami-v1", boot=0.3)
    bench.start(desired=1)
    [first] = bench.ids()
    launch = bench.about(first)
    assert launch["Description"] == f"Launching a new EC2 instance: {first}"
    assert launch["StatusCode"] == "PreInService"
    assert (
        "a user request created an AutoScalingGroup changing the desired capacity from 0 to 1."
        in launch["Cause"]
    )
    assert launch["Cause"].endswith(
        "an instance was started in response to a difference between desired and actual capacity, "
        "increasing the capacity from 0 to 1."
    )
    bench.settled(1)
    assert bench.about(first)["StatusCode"] == "Successful"
    assert bench.about(first)["EndTime"] > launch["StartTime"]
    bench.asg.set_desired_capacity(AutoScalingGroupName="web", DesiredCapacity=2)
    assert (
        "explicitly set group desired capacity changing the desired capacity from 1 to 2."
        in bench.activities()[0]["Cause"]
    )
    bench.asg.update_auto_scaling_group(AutoScalingGroupName="web", DesiredCapacity=3)
    assert "constraints to min: 0, max: 10, desired: 3 changing" in bench.activities()[0]["Cause"]


def test_a_type_has_room_for_so_many_instances(bench: Bench) -> None:
    """The one beyond is refused in EC2's words, as often as it is tried, until there is room again."""
    bench.lab.image("ami-v1", boot=0.1)
    assert bench.lab.type("t3.small", capacity=2) == {"t3.small": 2}
    bench.start(desired=3)
    bench.settled(2)
    refused = bench.activities()[0]
    assert refused["StatusCode"] == "Failed"
    assert "We currently do not have sufficient t3.small capacity" in refused["StatusMessage"]
    assert bench.lab.type("t3.small", capacity=None) == {} == bench.lab.types()
    bench.settled(3)
    with pytest.raises(ValueError, match="a number of instances"):
        bench.lab.type("t3.small", capacity=-1)


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("InsufficientInstanceCapacity", "We currently do not have sufficient t3.small capacity"),
        ("InvalidAMIID.NotFound", "The image id '[ami-bad]' does not exist."),
        ("VcpuLimitExceeded", "You have requested more vCPU capacity"),
        ("UnauthorizedOperation", "You are not authorized to perform this operation."),
        ("SomethingElse", "SomethingElse"),
    ],
)
def test_a_refused_launch_leaves_a_failed_activity(bench: Bench, code: str, says: str) -> None:
    """Nothing but the activity shows it, with the reason in the cloud's words."""
    bench.lab.image("ami-bad", launchError=code)
    bench.start(bench.template("ami-bad"), desired=1)
    assert bench.ids() == []
    failed = bench.activities()[0]
    assert failed["StatusCode"] == "Failed"
    assert failed["StatusMessage"].startswith(says) or says in failed["StatusMessage"]
    assert failed["StatusMessage"].endswith("Launching EC2 instance failed.")
    assert failed["EndTime"] >= failed["StartTime"]


def test_a_refused_launch_is_tried_again_until_it_is_granted(bench: Bench) -> None:
    """The cloud goes on trying, each attempt with its activity, and launches when the reason is gone."""
    bench.lab.image("ami-bad", launchError="InsufficientInstanceCapacity")
    bench.start(bench.template("ami-bad"), desired=1)
    bench.eventually(lambda: len(bench.activities()) >= 2)
    bench.lab.image("ami-bad")
    bench.settled(1)


def test_a_retry_launches_from_the_pointer_of_that_moment(bench: Bench) -> None:
    """When the pointer moves between two attempts, the next one takes the new version."""
    bench.lab.image("ami-bad", launchError="InvalidAMIID.NotFound")
    template = bench.start(bench.template("ami-bad", "ami-v2"), desired=1)
    bench.point(template, "2")
    [first] = bench.settled(1)
    assert bench.machine(first)["ImageId"] == "ami-v2"


def test_a_deleted_template_fails_launches(bench: Bench) -> None:
    """A launch whose template is gone leaves a failed activity with EC2's text."""
    template = bench.start(desired=0)
    bench.ec2.delete_launch_template(LaunchTemplateId=template)
    bench.asg.set_desired_capacity(AutoScalingGroupName="web", DesiredCapacity=1)
    assert "does not exist" in bench.activities()[0]["StatusMessage"]


def test_activities_are_newest_first_and_paged(bench: Bench) -> None:
    """MaxRecords and NextToken go through all of them once."""
    bench.start(desired=5)
    paginator = bench.asg.get_paginator("describe_scaling_activities")
    pages = list(paginator.paginate(AutoScalingGroupName="web", PaginationConfig={"PageSize": 2}))
    assert [len(page["Activities"]) for page in pages] == [2, 2, 1]
    ids = [activity["ActivityId"] for page in pages for activity in page["Activities"]]
    assert len(set(ids)) == 5
    bench.asg.set_desired_capacity(AutoScalingGroupName="web", DesiredCapacity=6)
    assert "from 5 to 6" in bench.activities(MaxRecords=1)[0]["Cause"]


def test_activities_can_be_asked_for_from_a_time_on(bench: Bench) -> None:
    """Filter StartTimeLowerBound, as a caller of a rollout uses it; also Status."""
    bench.start(desired=1)
    bench.settled(1)
    bench.clock.jump(1.0)
    middle = bench.now()
    bench.clock.jump(1.0)
    bench.asg.set_desired_capacity(AutoScalingGroupName="web", DesiredCapacity=2)

    def since(moment: datetime) -> int:
        return len(
            bench.activities(Filters=[{"Name": "StartTimeLowerBound", "Values": [moment.isoformat()]}])
        )

    assert since(middle - timedelta(minutes=1)) == 2
    assert since(middle) == 1
    assert since(middle + timedelta(minutes=1)) == 0
    bench.settled(2)
    assert len(bench.activities(Filters=[{"Name": "Status", "Values": ["Successful"]}])) == 2
    assert bench.activities(Filters=[{"Name": "Status", "Values": ["Failed"]}]) == []
