"""EC2 and Auto Scaling tell one truth. Source: EC2 API reference of each call."""

from __future__ import annotations

from tests.lab.bench import Bench, refusal


def test_one_call_shows_members_and_other_instances(bench: Bench) -> None:
    """DescribeInstances, with ids or without, holds the group's instances and those of RunInstances."""
    bench.start(desired=1)
    [member] = bench.settled(1)
    other = bench.ec2.run_instances(ImageId="ami-x", MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]

    def seen(**given: object) -> set[str]:
        pages = bench.ec2.describe_instances(**given)["Reservations"]
        return {instance["InstanceId"] for page in pages for instance in page["Instances"]}

    assert seen() == seen(InstanceIds=[member, other]) == {member, other}
    assert seen(InstanceIds=[other]) == {other}
    assert seen(Filters=[{"Name": "tag:aws:autoscaling:groupName", "Values": ["web"]}]) == {member}
    assert seen(Filters=[{"Name": "image-id", "Values": ["ami-x"]}]) == {other}
    assert seen(Filters=[{"Name": "instance-state-name", "Values": ["stopped"]}]) == set()
    code, _ = refusal(bench.ec2.describe_instances, InstanceIds=[member, "i-0123456789abcdef0"])
    assert code == "InvalidInstanceID.NotFound"


def test_instances_are_paged(bench: Bench) -> None:
    """MaxResults and NextToken go through all instances, the other ones on the last page."""
    bench.start(desired=3)
    bench.ec2.run_instances(ImageId="ami-x", MinCount=1, MaxCount=1)
    pages = list(bench.ec2.get_paginator("describe_instances").paginate(PaginationConfig={"PageSize": 2}))
    assert [len(page["Reservations"]) for page in pages] == [2, 2]


def test_status_is_of_running_instances_unless_all_are_asked_for(bench: Bench) -> None:
    """DescribeInstanceStatus with IncludeAllInstances shows those that do not run, too."""
    bench.start(desired=2)
    first, second = bench.settled(2)
    bench.suspend("HealthCheck")
    bench.ec2.stop_instances(InstanceIds=[first])
    bench.eventually(lambda: bench.machine(first)["State"]["Name"] == "stopped")

    def states(**given: object) -> dict[str, str]:
        listed = bench.ec2.describe_instance_status(**given)["InstanceStatuses"]
        return {each["InstanceId"]: each["InstanceState"]["Name"] for each in listed}

    assert states(InstanceIds=[first, second]) == {second: "running"}
    assert states(IncludeAllInstances=True) == {first: "stopped", second: "running"}
    bench.ec2.start_instances(InstanceIds=[first])
    assert states() == {first: "running", second: "running"}


def test_one_call_terminates_members_and_others(bench: Bench) -> None:
    """TerminateInstances answers with former and present state of each."""
    bench.start(desired=1)
    [member] = bench.settled(1)
    other = bench.ec2.run_instances(ImageId="ami-x", MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]
    answer = bench.ec2.terminate_instances(InstanceIds=[member, other])["TerminatingInstances"]
    assert {each["InstanceId"]: each["CurrentState"]["Name"] for each in answer} == {
        member: "shutting-down",
        other: "shutting-down",
    }


def test_members_can_be_tagged_together_with_other_things(bench: Bench) -> None:
    """CreateTags and DeleteTags on an instance and a launch template; DescribeTags shows both."""
    template = bench.start(desired=1)
    [member] = bench.settled(1)
    bench.ec2.create_tags(Resources=[member, template], Tags=[{"Key": "mark", "Value": "1"}])
    assert bench.tags(member)["mark"] == "1"
    filters = [{"Name": "key", "Values": ["mark"]}]
    assert {tag["ResourceId"] for tag in bench.ec2.describe_tags(Filters=filters)["Tags"]} == {
        member,
        template,
    }
    bench.ec2.delete_tags(Resources=[member, template], Tags=[{"Key": "mark"}])
    assert "mark" not in bench.tags(member)
    assert bench.ec2.describe_tags(Filters=filters)["Tags"] == []


def test_status_checks_are_initializing_then_ok_or_impaired(bench: Bench) -> None:
    """A status check is initializing for the boot and `checksAfter`, then ok, or impaired without `statusChecks`.

    The group does not act on it (API reference, InstanceStatusSummary).
    """
    bench.lab.image("ami-v1", boot=0.3, checksAfter=0.3)
    bench.lab.image("ami-v2", statusChecks=False)
    template = bench.start(bench.template("ami-v1", "ami-v2"), desired=1)
    [first] = bench.ids()

    def checks(instance_id: str) -> str:
        [shown] = bench.ec2.describe_instance_status(InstanceIds=[instance_id], IncludeAllInstances=True)[
            "InstanceStatuses"
        ]
        status: str = shown["InstanceStatus"]["Status"]
        return status

    assert (checks(first), bench.states()[first]) == ("initializing", "Pending")
    bench.settled(1)
    assert checks(first) == "initializing"
    bench.eventually(lambda: checks(first) == "ok")
    bench.point(template, "2")
    bench.asg.set_desired_capacity(AutoScalingGroupName="web", DesiredCapacity=2)
    [second] = [each for each in bench.settled(2) if each != first]
    assert checks(second) == "impaired"
    assert {member["HealthStatus"] for member in bench.members()} == {"Healthy"}


def test_a_console_tells_boot_signal_and_end(bench: Bench) -> None:
    """Up to an hour after the end of an instance, as GetConsoleOutput has it."""
    bench.start(desired=1)
    [first] = bench.settled(1)
    bench.ec2.terminate_instances(InstanceIds=[first])
    bench.eventually(lambda: "shut down" in bench.ec2.get_console_output(InstanceId=first)["Output"])
    told = bench.ec2.get_console_output(InstanceId=first)["Output"].splitlines()
    assert told[0].startswith(f"lab: {first} boots from ami-") and told[1].startswith("lab: booted after ")


def test_tags_of_a_template_are_its_own_and_shown_as_they_are_now(bench: Bench) -> None:
    """They are no part of its versions' contents, and a template shows those that calls gave and took since."""
    tagged = [
        {"ResourceType": "launch-template", "Tags": [{"Key": "app", "Value": "web"}]},
    ]
    contents = {
        "ImageId": "ami-v1",
        "TagSpecifications": [{"ResourceType": "instance", "Tags": [{"Key": "a", "Value": "b"}]}],
    }
    template = bench.ec2.create_launch_template(
        LaunchTemplateName="web", LaunchTemplateData=contents, TagSpecifications=tagged
    )["LaunchTemplate"]["LaunchTemplateId"]
    first = bench.ec2.describe_launch_template_versions(LaunchTemplateId=template)["LaunchTemplateVersions"][
        0
    ]
    assert [each["ResourceType"] for each in first["LaunchTemplateData"]["TagSpecifications"]] == ["instance"]

    def shown() -> dict[str, str]:
        [found] = bench.ec2.describe_launch_templates(LaunchTemplateIds=[template])["LaunchTemplates"]
        return {tag["Key"]: tag["Value"] for tag in found.get("Tags", ())}

    assert shown() == {"app": "web"}
    bench.ec2.create_tags(Resources=[template], Tags=[{"Key": "team", "Value": "x"}])
    bench.ec2.delete_tags(Resources=[template], Tags=[{"Key": "app"}])
    assert shown() == {"team": "x"}
    bare = bench.ec2.create_launch_template(
        LaunchTemplateName="bare", LaunchTemplateData={"ImageId": "ami-v1"}, TagSpecifications=tagged
    )["LaunchTemplate"]["LaunchTemplateId"]
    version = bench.ec2.describe_launch_template_versions(LaunchTemplateId=bare)["LaunchTemplateVersions"][0]
    assert "TagSpecifications" not in version["LaunchTemplateData"]
