"""Launch configurations and mixed instances policies.

Sources: EC2 Auto Scaling API reference, Instance, LaunchTemplateOverrides, DeleteLaunchConfiguration; user guide,
groups with multiple instance types.
"""

from __future__ import annotations

from typing import Any

from tests.lab.bench import Bench, refusal

WEB = {"AutoScalingGroupName": "web"}


def _configure(bench: Bench, name: str, image: str) -> None:
    bench.asg.create_launch_configuration(
        LaunchConfigurationName=name, ImageId=image, InstanceType="t3.small"
    )


def _origins(bench: Bench) -> dict[str, Any]:
    return {each["InstanceId"]: each.get("LaunchConfigurationName") for each in bench.members()}


def test_a_member_keeps_the_configuration_it_was_launched_with(bench: Bench) -> None:
    """LaunchConfigurationName of a member is that of its launch, and of the group that of its next."""
    _configure(bench, "v1", "ami-v1")
    _configure(bench, "v2", "ami-v2")
    bench.start(desired=1, LaunchConfigurationName="v1")
    [first] = bench.settled(1)
    bench.asg.update_auto_scaling_group(LaunchConfigurationName="v2", DesiredCapacity=2, **WEB)
    [second] = [each for each in bench.settled(2) if each != first]
    assert _origins(bench) == {first: "v1", second: "v2"}
    assert bench.group()["LaunchConfigurationName"] == "v2"
    assert (bench.machine(first)["ImageId"], bench.machine(second)["ImageId"]) == ("ami-v1", "ami-v2")
    assert bench.truth(second)["revision"] == "v2"
    listed = bench.asg.describe_launch_configurations(LaunchConfigurationNames=["v2"])
    assert listed["LaunchConfigurations"][0]["ImageId"] == "ami-v2"


def test_the_pointer_changes_between_template_and_configuration(bench: Bench) -> None:
    """One excludes the other, and members show the kind they were launched from."""
    _configure(bench, "v2", "ami-v2")
    template = bench.start(desired=1)
    [first] = bench.settled(1)
    bench.asg.update_auto_scaling_group(LaunchConfigurationName="v2", DesiredCapacity=2, **WEB)
    group = bench.group()
    assert (group["LaunchConfigurationName"], "LaunchTemplate" in group) == ("v2", False)
    [second] = [each for each in bench.settled(2) if each != first]
    shown = {each["InstanceId"]: each for each in bench.members()}
    assert "LaunchTemplate" in shown[first] and "LaunchTemplate" not in shown[second]
    bench.point(template, "1")
    group = bench.group()
    assert (group["LaunchTemplate"]["Version"], "LaunchConfigurationName" in group) == ("1", False)


def test_a_configuration_that_is_gone_is_named_no_more(bench: Bench) -> None:
    """One that a group points at cannot be deleted; once it is, its members show no name; an unknown one is refused."""
    _configure(bench, "v1", "ami-v1")
    _configure(bench, "v2", "ami-v2")
    bench.start(desired=1, LaunchConfigurationName="v1")
    [first] = bench.settled(1)
    delete = bench.asg.delete_launch_configuration
    assert refusal(delete, LaunchConfigurationName="v1")[0] == "ResourceInUse"
    bench.asg.update_auto_scaling_group(LaunchConfigurationName="v2", **WEB)
    delete(LaunchConfigurationName="v1")
    assert _origins(bench) == {first: None}
    unknown = refusal(bench.asg.update_auto_scaling_group, LaunchConfigurationName="v1", **WEB)
    assert unknown[0] == "ValidationError"
    assert bench.group()["LaunchConfigurationName"] == "v2"


def test_an_override_is_launched_from_its_own_template(bench: Bench) -> None:
    """The first override that has capacity is taken; its member shows that template, version, weight and type."""
    common = bench.template("ami-v1")
    arm = bench.template("ami-a1", "ami-a2", name="arm")
    overrides = [
        {
            "InstanceType": "c7g.large",
            "WeightedCapacity": "2",
            "LaunchTemplateSpecification": {"LaunchTemplateId": arm, "Version": "2"},
        },
        {"InstanceType": "c5.large", "WeightedCapacity": "1"},
    ]
    policy = {
        "LaunchTemplate": {
            "LaunchTemplateSpecification": {"LaunchTemplateId": common, "Version": "1"},
            "Overrides": overrides,
        }
    }
    bench.start(desired=2, MixedInstancesPolicy=policy)
    [first] = bench.settled(1)
    [shown] = bench.members()
    assert shown["LaunchTemplate"] == {
        "LaunchTemplateId": arm,
        "LaunchTemplateName": "arm",
        "Version": "2",
    }
    assert (shown["InstanceType"], shown["WeightedCapacity"]) == ("c7g.large", "2")
    assert bench.machine(first)["ImageId"] == "ami-a2"
    kept = bench.group()["MixedInstancesPolicy"]["LaunchTemplate"]["Overrides"]
    assert kept[0]["LaunchTemplateSpecification"]["LaunchTemplateName"] == "arm"
    assert "LaunchTemplateSpecification" not in kept[1]
    bench.lab.image("ami-a2", launchError="InsufficientInstanceCapacity")
    bench.asg.set_desired_capacity(DesiredCapacity=3, **WEB)
    [second] = [each for each in bench.settled(2) if each != first]
    [shown] = [each for each in bench.members() if each["InstanceId"] == second]
    assert (shown["LaunchTemplate"]["LaunchTemplateId"], shown["WeightedCapacity"]) == (common, "1")
    assert bench.machine(second)["ImageId"] == "ami-v1"


def test_an_image_of_an_override_is_shown_with_the_member(bench: Bench) -> None:
    """ImageId stands in a member only where an override names it (Instance, API reference)."""
    template = bench.template("ami-v1")
    spec = {"LaunchTemplateId": template, "Version": "1"}
    overrides = [{"InstanceType": "c5.large", "ImageId": "ami-own"}]
    launch = {"LaunchTemplateSpecification": spec, "Overrides": overrides}
    bench.start(desired=1, MixedInstancesPolicy={"LaunchTemplate": launch})
    [first] = bench.settled(1)
    assert bench.members()[0]["ImageId"] == bench.machine(first)["ImageId"] == "ami-own"
