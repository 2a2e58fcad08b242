"""From launch to service. Source of the states: EC2 Auto Scaling user guide, instance lifecycle."""

from __future__ import annotations

import pytest

from tests.lab.bench import Bench


def test_an_instance_is_pending_until_its_boot_is_over(bench: Bench) -> None:
    """A launched instance is Pending, for EC2 too; after the image's boot it is running and InService."""
    bench.lab.image("ami-v1", boot=0.3)
    bench.start(desired=1)
    [first] = bench.ids()
    assert bench.states()[first] == "Pending"
    assert bench.machine(first)["State"]["Name"] == "pending"
    bench.settled(1)
    assert bench.machine(first)["State"]["Name"] == "running"
    member = bench.lab.group("web")["members"][0]
    assert member["inServiceAt"] - member["launchedAt"] == pytest.approx(0.3)


def test_an_image_may_never_get_in_service(bench: Bench) -> None:
    """`inService: false`: the machine runs and the group waits for it for ever."""
    bench.lab.image("ami-v1", boot=0.05, inService=False)
    bench.start(desired=1)
    [first] = bench.ids()
    bench.eventually(lambda: bench.machine(first)["State"]["Name"] == "running")
    bench.clock.jump(0.3)
    assert bench.states() == {first: "Pending"}


def test_members_keep_the_version_they_were_launched_with(bench: Bench) -> None:
    """A member shows template, version, type and image of its launch, whatever the group says later."""
    template = bench.start(bench.template("ami-v1"), desired=1)
    [old] = bench.settled(1)
    second = bench.version(template, "ami-v2")
    bench.point(template, second)
    bench.ec2.modify_launch_template(LaunchTemplateId=template, DefaultVersion=second)
    bench.asg.set_desired_capacity(AutoScalingGroupName="web", DesiredCapacity=2)
    bench.settled(2)
    versions = {member["InstanceId"]: member["LaunchTemplate"]["Version"] for member in bench.members()}
    [new] = versions.keys() - {old}
    assert versions == {old: "1", new: "2"}
    assert (bench.machine(old)["ImageId"], bench.machine(new)["ImageId"]) == ("ami-v1", "ami-v2")
    assert bench.tags(old)["aws:ec2launchtemplate:version"] == "1"
    assert bench.tags(new)["aws:ec2launchtemplate:version"] == "2"
    listed = bench.asg.describe_auto_scaling_instances(InstanceIds=[old])["AutoScalingInstances"]
    assert listed[0]["LaunchTemplate"]["Version"] == "1"


@pytest.mark.parametrize(("literal", "resolved"), [("$Latest", "2"), ("$Default", "1")])
def test_a_moving_pointer_is_resolved_at_each_launch(bench: Bench, literal: str, resolved: str) -> None:
    """The group shows its pointer literally; a member has the number it meant at its launch."""
    bench.start(bench.template("ami-v1", "ami-v2"), version=literal, desired=1)
    assert bench.group()["LaunchTemplate"]["Version"] == literal
    assert [member["LaunchTemplate"]["Version"] for member in bench.members()] == [resolved]
    if literal == "$Latest":
        bench.version(bench.group()["LaunchTemplate"]["LaunchTemplateId"], "ami-v3")
        bench.asg.set_desired_capacity(AutoScalingGroupName="web", DesiredCapacity=2)
        assert sorted(member["LaunchTemplate"]["Version"] for member in bench.members()) == ["2", "3"]


def test_the_same_seed_gives_the_same_run(bench: Bench) -> None:
    """Instance ids and boot times follow from the seed and the calls; another seed gives others."""

    def run(seed: int) -> list[tuple[str, float]]:
        bench.lab.reset(seed=seed)
        bench.lab.image("ami-v1", boot=0.1, spread=0.8)
        bench.start(desired=4)
        return [(member["id"], member["boot"]) for member in bench.lab.group("web")["members"]]

    first, again, other = run(7), run(7), run(8)
    assert first == again
    assert not {identity for identity, _ in first} & {identity for identity, _ in other}
    assert len({boot for _, boot in first}) == 4
    assert all(len(identity) == 19 for identity, _ in first)


def test_a_share_of_an_images_instances_behaves_so_and_the_rest_as_usual(bench: Bench) -> None:
    """`share: 0.5`: about half of the instances, by seed, take the described boot."""
    bench.lab.image("ami-v1", boot=50, share=0.5)
    bench.start(desired=200, MaxSize=200)
    boots = [member["boot"] for member in bench.lab.group("web")["members"]]
    assert set(boots) == {50, 0.05}
    assert 60 < boots.count(50) < 140


def test_tags_reach_instances_when_they_are_to_be_propagated(bench: Bench) -> None:
    """API reference, Tag.PropagateAtLaunch; tags added to the group later reach only later instances."""
    tags = [{"Key": "a", "Value": "1", "PropagateAtLaunch": True}, {"Key": "b", "Value": "2"}]
    bench.start(desired=1, Tags=tags)
    [first] = bench.settled(1)
    assert bench.tags(first)["a"] == "1"
    assert "b" not in bench.tags(first)
    assert bench.tags(first)["aws:autoscaling:groupName"] == "web"


def test_members_are_spread_over_the_zones(bench: Bench) -> None:
    """User guide, "Distribute instances across Availability Zones": by subnet or by zone, evenly."""
    subnets = bench.ec2.describe_subnets(
        Filters=[{"Name": "availability-zone", "Values": ["us-east-1a", "us-east-1b"]}]
    )["Subnets"]
    bench.start(
        desired=4, AvailabilityZones=[], VPCZoneIdentifier=",".join(subnet["SubnetId"] for subnet in subnets)
    )
    zones = sorted(member["AvailabilityZone"] for member in bench.members())
    assert zones == ["us-east-1a", "us-east-1a", "us-east-1b", "us-east-1b"]
    assert {bench.machine(each)["SubnetId"] for each in bench.ids()} == {s["SubnetId"] for s in subnets}


def test_a_mixed_policy_launches_the_first_overrides_type_and_counts_its_weight(bench: Bench) -> None:
    """Weights count against the desired capacity (user guide, groups with multiple instance types)."""
    policy = {
        "LaunchTemplate": {
            "LaunchTemplateSpecification": {
                "LaunchTemplateId": bench.template("ami-v1", "ami-v2"),
                "Version": "1",
            },
            "Overrides": [
                {"InstanceType": "m5.large", "WeightedCapacity": "2"},
                {"InstanceType": "m5.xlarge"},
            ],
        }
    }
    bench.start(desired=4, MixedInstancesPolicy=policy)
    members = bench.members()
    assert [(each["InstanceType"], each["WeightedCapacity"]) for each in members] == [("m5.large", "2")] * 2


def test_an_update_without_a_mixed_policy_keeps_it(bench: Bench) -> None:
    """UpdateAutoScalingGroup changes nothing that it does not name; the overrides are kept, too."""
    template = bench.template("ami-v1", "ami-v2")
    spec = {"LaunchTemplateId": template, "Version": "1"}
    policy = {
        "LaunchTemplate": {"LaunchTemplateSpecification": spec, "Overrides": [{"InstanceType": "m5.large"}]}
    }
    bench.start(desired=0, MixedInstancesPolicy=policy)
    bench.asg.update_auto_scaling_group(AutoScalingGroupName="web", MaxSize=9)
    kept = bench.group()["MixedInstancesPolicy"]["LaunchTemplate"]
    assert kept["LaunchTemplateSpecification"]["Version"] == "1"
    newer = {
        "LaunchTemplate": {"LaunchTemplateSpecification": {"LaunchTemplateId": template, "Version": "2"}}
    }
    bench.asg.update_auto_scaling_group(AutoScalingGroupName="web", MixedInstancesPolicy=newer)
    moved = bench.group()["MixedInstancesPolicy"]["LaunchTemplate"]
    assert moved["LaunchTemplateSpecification"]["Version"] == "2"
    assert moved["Overrides"] == kept["Overrides"]
    bench.point(template, "2")
    assert "MixedInstancesPolicy" not in bench.group()
    assert bench.group()["LaunchTemplate"]["Version"] == "2"
