"""Limits of the wire: tags, client tokens, pages, and faults on order.

Source: ESS API reference, TagResources, "How to ensure idempotence", and the paging of each call.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from alibabacloud_tea_openapi.exceptions import AlibabaCloudException

from tests.lab.alibaba.bench import ECS, OLDER, AlibabaBench

WRONG = (400, "InvalidParameter")


def _tag(bench: AlibabaBench, group: str, *tags: tuple[str, str]) -> dict[str, Any]:
    given = [{"Key": key, "Value": value} for key, value in tags]
    return {"ResourceType": "scalinggroup", "ResourceIds": [group], "Tags": given}


def test_a_group_has_at_most_twenty_tags(bench: AlibabaBench) -> None:
    """The twenty-first is refused and nothing of its call is kept; an altered value is no new tag."""
    group = bench.group(enable=False, Tags=[{"Key": "owner", "Value": "me"}])
    bench.call("TagResources", **_tag(bench, group, *((f"rolling:{n}", "x") for n in range(18))))
    beyond = bench.refusal("TagResources", **_tag(bench, group, ("owner", "you"), ("a", "b"), ("c", "d")))
    assert beyond == (400, "QuotaExceeded.Tags")
    bench.call("TagResources", **_tag(bench, group, ("owner", "you"), ("a", "b")))
    tags = bench.lab.group(group)["tags"]
    assert (len(tags), tags["owner"], "c" in tags) == (20, "you", False)
    bench.call("UntagResources", ResourceType="scalinggroup", ResourceIds=[group], TagKeys=["owner", "none"])
    assert len(bench.lab.group(group)["tags"]) == 19
    bench.call("UntagResources", ResourceType="scalinggroup", ResourceIds=[group], All=True)
    assert bench.lab.group(group)["tags"] == {}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("k" * 129, "v"),
        ("k", "v" * 129),
        ("acs:k", "v"),
        ("aliyun.k", "v"),
        ("http://k", "v"),
        ("k", "see https://error-center.aliyun.com"),
    ],
)
def test_tags_have_limits(bench: AlibabaBench, key: str, value: str) -> None:
    """Lengths of 128, reserved beginnings, and no address in a key or a value; 128 characters are allowed."""
    group = bench.group(enable=False)
    assert bench.refusal("TagResources", **_tag(bench, group, (key, value))) == WRONG
    bench.call("TagResources", **_tag(bench, group, ("k" * 128, "v" * 128)))


def test_tags_are_listed_page_by_page_and_by_tag(bench: AlibabaBench) -> None:
    """Both SDKs' versions list them; a filter takes the groups that have the tag."""
    first = bench.group(enable=False, Tags=[{"Key": f"k{n}", "Value": "v"} for n in range(20)])
    for number in range(3):
        tags = [{"Key": f"k{n}", "Value": str(number)} for n in range(15)]
        bench.call("CreateScalingGroup", MinSize=0, MaxSize=1, ScalingGroupName=f"other{number}", Tags=tags)
    listed = bench.call("ListTagResources", ResourceType="scalinggroup")
    assert (len(listed["TagResources"]), listed["NextToken"]) == (50, "50")
    rest = bench.call("ListTagResources", ResourceType="scalinggroup", NextToken="50")
    assert (len(rest["TagResources"]), "NextToken" in rest) == (15, False)
    wanted = {"ResourceType": "scalinggroup", "Tag": [{"Key": "k1", "Value": "v"}]}
    framed = bench.older("ListTagResources", **wanted)["TagResources"]["TagResource"]
    assert {each["ResourceId"] for each in framed} == {first}
    groups = bench.call("DescribeScalingGroups", Tags=[{"Key": "k1", "Value": "v"}])
    assert [each["ScalingGroupId"] for each in groups["ScalingGroups"]] == [first]


def test_a_client_token_does_a_thing_once(bench: AlibabaBench) -> None:
    """The same parameters get the same answer, others are refused, and a token has at most 64 ASCII characters."""
    group = bench.standing(3)
    first, second, _ = bench.ids(group)
    given = {"ScalingGroupId": group, "InstanceIds": [first], "ClientToken": "t" * 64}
    once = bench.call("RemoveInstances", **given)
    bench.quiet(group)
    assert bench.call("RemoveInstances", **given)["ScalingActivityId"] == once["ScalingActivityId"]
    assert bench.lab.group(group)["total"] == 2
    other = bench.refusal("RemoveInstances", **{**given, "InstanceIds": [second]})
    assert other == (400, "IdempotentParameterMismatch")
    assert bench.refusal("RemoveInstances", **{**given, "ClientToken": "t" * 65}) == WRONG
    assert bench.refusal("RemoveInstances", **{**given, "ClientToken": "é"}) == WRONG
    kept = bench.call("SuspendProcesses", ScalingGroupId=group, Processes=["ScaleIn"], ClientToken="t" * 64)
    assert kept["RequestId"]


def test_pages_have_the_limits_of_their_version(bench: AlibabaBench) -> None:
    """A page of members has 100 in the newer version and 200 in the older; 200 and 100 ids may be named."""
    group = bench.standing(120, MaxSize=200)
    page = bench.call("DescribeScalingInstances", ScalingGroupId=group, PageSize=100, PageNumber=2)
    assert (len(page["ScalingInstances"]), page["TotalCount"], page["PageNumber"]) == (20, 120, 2)
    assert bench.refusal("DescribeScalingInstances", ScalingGroupId=group, PageSize=101) == WRONG
    whole = bench.older("DescribeScalingInstances", ScalingGroupId=group, PageSize=200)
    assert len(whole["ScalingInstances"]["ScalingInstance"]) == 120
    ids = bench.ids(group)
    assert bench.call("DescribeScalingInstances", InstanceIds=[*ids, "i-none"])["TotalCount"] == 120
    assert bench.refusal("DescribeScalingInstances", InstanceIds=[*ids, *ids]) == WRONG
    assert bench.refusal("DescribeScalingInstances", OLDER, InstanceId=ids[:101]) == WRONG
    assert bench.refusal("DescribeScalingGroups", PageSize=51) == WRONG
    assert bench.refusal("EnterStandby", ScalingGroupId=group, InstanceIds=ids[:21]) == WRONG
    protection = {"ScalingGroupId": group, "ProtectedFromScaleIn": True}
    assert bench.refusal("SetInstancesProtection", InstanceIds=ids[:21], **protection) == WRONG
    assert bench.refusal("DescribeScalingActivities") == (400, "MissingParameter")
    assert bench.refusal(
        "DescribeScalingInstances", LifecycleState="Standby", LifecycleStates=["Standby"]
    ) == (
        400,
        "InvalidParameter.Conflict",
    )
    assert bench.call("DescribeScalingGroups", ScalingGroupIds=["asg-none"])["TotalCount"] == 0


def test_faults_have_alibabas_codes_and_a_lost_call_is_carried_out(bench: AlibabaBench) -> None:
    """Throttling in its three spellings, a server's error, a stale read, and a call whose answer is lost."""
    group = bench.standing(2)
    for code, status in (
        ("Throttling", 400),
        ("Throttling.User", 400),
        ("Rejected.Throttling", 400),
        ("InternalError", 500),
        ("ServiceUnavailable", 503),
        ("Forbidden.Unauthorized", 403),
        ("InvalidOperation.Conflict", 400),
    ):
        bench.lab.fault("DescribeScalingGroups", error=code, times=1)
        assert bench.refusal("DescribeScalingGroups") == (status, code)
    bench.lab.fault("TagResources", error="lost", times=1)
    with pytest.raises(Exception, match=r"(?i)connection|remote") as lost:
        bench.call("TagResources", **_tag(bench, group, ("a", "b")))
    assert not isinstance(lost.value, AlibabaCloudException)
    assert bench.lab.group(group)["tags"] == {"a": "b"}
    bench.lab.fault("DescribeScalingGroups", stale=100)
    assert bench.call("DescribeScalingGroups")["TotalCount"] == 0
    counted = bench.lab.calls(log=True)
    assert counted["actions"]["TagResources"] == 1
    assert {each["service"] for each in counted["log"]} == {"ess"}


def test_configurations_are_edited_in_place_and_launches_follow_templates(bench: AlibabaBench) -> None:
    """An edit keeps the id, so only the image tells old from new; a template is resolved at each launch."""
    group = bench.standing(1)
    (configuration,) = bench.call("DescribeScalingConfigurations", ScalingGroupId=group)[
        "ScalingConfigurations"
    ]
    edited = {"ScalingConfigurationId": configuration["ScalingConfigurationId"]}
    bench.call("ModifyScalingConfiguration", ImageId="img-v2", **edited)
    bench.call("ModifyScalingGroup", ScalingGroupId=group, DesiredCapacity=2)
    bench.quiet(group)
    members = bench.lab.group(group)["members"]
    assert [each["image"] for each in members] == ["img-v1", "img-v2"]
    assert len({each["revision"] for each in members}) == 1
    in_use = bench.refusal("DeleteScalingConfiguration", **edited)
    assert in_use == (400, "IncorrectScalingConfigurationLifecycleState")
    made = bench.call("CreateLaunchTemplate", ECS, LaunchTemplateName="web", ImageId="img-v3")
    template = made["LaunchTemplateId"]
    bench.call("CreateLaunchTemplateVersion", ECS, LaunchTemplateId=template, ImageId="img-v4")
    pointed = {"ScalingGroupId": group, "LaunchTemplateId": template}
    bench.call("ModifyScalingGroup", LaunchTemplateVersion="Default", DesiredCapacity=3, **pointed)
    bench.quiet(group)
    bench.call("ModifyLaunchTemplateDefaultVersion", ECS, LaunchTemplateId=template, DefaultVersionNumber=2)
    bench.call("ModifyScalingGroup", ScalingGroupId=group, DesiredCapacity=4)
    bench.quiet(group)
    assert [each["revision"] for each in bench.lab.group(group)["members"]][2:] == [
        f"{template}:1",
        f"{template}:2",
    ]
    for version, code in (("5", "LaunchTemplateVersionSet.NotFound"), ("one", "TemplateVersion.NotNumber")):
        assert bench.refusal("ModifyScalingGroup", LaunchTemplateVersion=version, **pointed) == (400, code)
    bench.call("DeleteScalingConfiguration", **edited)
    shown = bench.call("DescribeLaunchTemplates", ECS)["LaunchTemplateSets"]["LaunchTemplateSet"]
    assert [(each["DefaultVersionNumber"], each["LatestVersionNumber"]) for each in shown] == [(2, 2)]
    versions = bench.call("DescribeLaunchTemplateVersions", ECS, LaunchTemplateId=template)
    found = versions["LaunchTemplateVersionSets"]["LaunchTemplateVersionSet"]
    assert [each["LaunchTemplateData"]["ImageId"] for each in found] == ["img-v4", "img-v3"]


def test_a_launch_from_a_version_that_is_deleted_is_refused(bench: AlibabaBench) -> None:
    """Members that were made from it live on; the default version goes with the whole template alone."""
    group = bench.standing(1)
    made = bench.call("CreateLaunchTemplate", ECS, LaunchTemplateName="web", ImageId="img-v3")
    named = {"LaunchTemplateId": made["LaunchTemplateId"]}
    bench.call("CreateLaunchTemplateVersion", ECS, ImageId="img-v4", **named)
    pointed = {"ScalingGroupId": group, "LaunchTemplateVersion": "2", **named}
    bench.call("ModifyScalingGroup", DesiredCapacity=2, **pointed)
    bench.quiet(group)
    default = bench.refusal("DeleteLaunchTemplateVersion", ECS, DeleteVersion=[1], **named)
    assert default == (403, "InvalidOperation.DeleteDefaultVersion")
    bench.call("DeleteLaunchTemplateVersion", ECS, DeleteVersion=[2], **named)
    shown = bench.call("DescribeLaunchTemplates", ECS)["LaunchTemplateSets"]["LaunchTemplateSet"]
    assert [each["LatestVersionNumber"] for each in shown] == [1]
    versions = bench.call("DescribeLaunchTemplateVersions", ECS, LaunchTemplateVersion=["2"], **named)
    assert versions["LaunchTemplateVersionSets"]["LaunchTemplateVersionSet"] == []
    bench.call("ModifyScalingGroup", ScalingGroupId=group, DesiredCapacity=3)
    bench.eventually(lambda: _newest(bench, group).get("ErrorCode") == "LaunchTemplateVersionSet.NotFound")
    assert [each["image"] for each in bench.lab.group(group)["members"]] == ["img-v1", "img-v4"]


def _newest(bench: AlibabaBench, group: str) -> dict[str, Any]:
    """The newest scaling activity of the group."""
    shown = bench.call("DescribeScalingActivities", ScalingGroupId=group)["ScalingActivities"]
    return dict(shown[0])


def test_machines_are_tagged_and_ended_by_ecs(bench: AlibabaBench) -> None:
    """Tags come and go by ECS's own calls; a released machine is no longer listed, and its group replaces it."""
    group = bench.standing(2)
    first, second = bench.ids(group)
    named = {"ResourceType": "instance", "ResourceId": [first]}
    bench.call("TagResources", ECS, Tag=[{"Key": "rolling:signal", "Value": "FAILURE"}], **named)
    listed = bench.call("ListTagResources", ECS, **named)["TagResources"]["TagResource"]
    assert [(each["TagKey"], each["TagValue"]) for each in listed] == [("rolling:signal", "FAILURE")]
    bench.call("UntagResources", ECS, TagKey=["rolling:signal"], **named)
    assert bench.call("ListTagResources", ECS, **named)["TagResources"]["TagResource"] == []
    bench.call("DeleteInstance", ECS, InstanceId=first, Force=True)
    asked = {"InstanceIds": json.dumps([first, second])}
    shown = bench.call("DescribeInstances", ECS, **asked)["Instances"]["Instance"]
    assert [each["InstanceId"] for each in shown] == [second]
    statuses = bench.call("DescribeInstanceStatus", ECS, InstanceId=[second])["InstanceStatuses"]
    assert statuses["InstanceStatus"] == [{"InstanceId": second, "Status": "Running"}]
    bench.quiet(group)
    assert bench.lab.group(group)["inService"] == 2
    assert bench.refusal("StopInstance", ECS, InstanceId=first) == (404, "InvalidInstanceId.NotFound")


def test_lists_may_come_as_json_as_pulumi_alicloud_sends_them(bench: AlibabaBench) -> None:
    """The older version takes JSON texts, singular names with numbers, and flags in any case."""
    made = bench.older(
        "CreateScalingGroup",
        ScalingGroupName="web",
        MinSize=0,
        MaxSize=1,
        LoadBalancerIds='["lb-1", "lb-2"]',
        DBInstanceIds="[]",
        VSwitchIds=["vsw-1"],
        RemovalPolicy=["NewestInstance"],
        Tag=[{"Key": "a", "Value": "b", "Propagate": "True"}],
        GroupDeletionProtection="TRUE",
    )
    (shown,) = bench.older("DescribeScalingGroups", ScalingGroupId=[made["ScalingGroupId"]])["ScalingGroups"][
        "ScalingGroup"
    ]
    assert shown["LoadBalancerIds"] == {"LoadBalancerId": ["lb-1", "lb-2"]}
    assert shown["RemovalPolicies"] == {"RemovalPolicy": ["NewestInstance"]}
    assert shown["Tags"] == {"Tag": [{"TagKey": "a", "TagValue": "b", "Propagate": True}]}
    assert (shown["DBInstanceIds"], shown["GroupDeletionProtection"]) == ({"DBInstanceId": []}, True)
    assert bench.refusal("CreateScalingGroup", OLDER, MinSize=0, MaxSize=1, LoadBalancerIds="lb-1") == WRONG
    assert bench.refusal("CreateScalingGroup", OLDER, MinSize=0) == (400, "MissingParameter")
