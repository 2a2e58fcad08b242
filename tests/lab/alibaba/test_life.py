"""A scaling group's life, driven by two SDKs of Alibaba's that know nothing of this project."""

from __future__ import annotations

import json
from typing import Any

import pytest
from alibabacloud_tea_openapi.exceptions import AlibabaCloudException
from aliyunsdkcore.acs_exception.exceptions import ServerException
from aliyunsdkcore.client import AcsClient
from aliyunsdkess.request.v20140828.CreateScalingConfigurationRequest import CreateScalingConfigurationRequest
from aliyunsdkess.request.v20140828.CreateScalingGroupRequest import CreateScalingGroupRequest
from aliyunsdkess.request.v20140828.DeleteScalingGroupRequest import DeleteScalingGroupRequest
from aliyunsdkess.request.v20140828.DescribeScalingGroupsRequest import DescribeScalingGroupsRequest
from aliyunsdkess.request.v20140828.DescribeScalingInstancesRequest import DescribeScalingInstancesRequest
from aliyunsdkess.request.v20140828.EnableScalingGroupRequest import EnableScalingGroupRequest
from aliyunsdkess.request.v20140828.EnterStandbyRequest import EnterStandbyRequest
from aliyunsdkess.request.v20140828.RemoveInstancesRequest import RemoveInstancesRequest
from aliyunsdkess.request.v20140828.SuspendProcessesRequest import SuspendProcessesRequest

from tests.lab.alibaba.bench import REGION, AlibabaBench


def test_the_sdk_of_2022_drives_a_groups_life(bench: AlibabaBench) -> None:
    """Made, grown, read, tagged, renewed member by member, refreshed and deleted, with typed requests and answers."""
    ess, models = bench.ess, bench.models
    made = ess.create_scaling_group(
        models.CreateScalingGroupRequest(
            region_id=REGION,
            scaling_group_name="web",
            min_size=1,
            max_size=6,
            desired_capacity=3,
            v_switch_ids=["vsw-1", "vsw-2"],
            tags=[models.CreateScalingGroupRequestTags(key="owner", value="me", propagate=True)],
        )
    ).body
    group = made.scaling_group_id
    told = models.CreateScalingConfigurationRequest(
        scaling_group_id=group, image_id="img-v1", instance_type="ecs.g7.large", security_group_id="sg-1"
    )
    first = ess.create_scaling_configuration(told).body.scaling_configuration_id
    ess.enable_scaling_group(
        models.EnableScalingGroupRequest(scaling_group_id=group, active_scaling_configuration_id=first)
    )
    bench.clock.jump(1)
    (shown,) = ess.describe_scaling_groups(
        models.DescribeScalingGroupsRequest(region_id=REGION, scaling_group_ids=[group])
    ).body.scaling_groups
    assert (shown.lifecycle_state, shown.enable_desired_capacity) == ("Active", True)
    assert (shown.active_capacity, shown.total_capacity, shown.desired_capacity) == (3, 3, 3)
    assert shown.active_scaling_configuration_id == first
    assert [(tag.tag_key, tag.tag_value, tag.propagate) for tag in shown.tags] == [("owner", "me", True)]
    told.image_id, told.scaling_configuration_name = "img-v2", "second"
    second = ess.create_scaling_configuration(told).body.scaling_configuration_id
    ess.modify_scaling_group(
        models.ModifyScalingGroupRequest(scaling_group_id=group, active_scaling_configuration_id=second)
    )

    def instances() -> Any:
        asked = models.DescribeScalingInstancesRequest(region_id=REGION, scaling_group_id=group)
        return ess.describe_scaling_instances(asked).body.scaling_instances

    before = instances()
    assert {(each.lifecycle_state, each.scaling_configuration_id) for each in before} == {
        ("InService", first)
    }
    removed = ess.remove_instances(
        models.RemoveInstancesRequest(
            region_id=REGION,
            scaling_group_id=group,
            instance_ids=[before[0].instance_id],
            decrease_desired_capacity=False,
        )
    ).body.scaling_activity_id
    bench.clock.jump(1)
    (activity,) = ess.describe_scaling_activities(
        models.DescribeScalingActivitiesRequest(region_id=REGION, scaling_activity_ids=[removed])
    ).body.scaling_activities
    assert (activity.status_code, activity.destroyed_instances) == ("Successful", [before[0].instance_id])
    assert sorted(each.scaling_configuration_id for each in instances()) == sorted([first, first, second])
    begun = ess.start_instance_refresh(
        models.StartInstanceRefreshRequest(
            region_id=REGION, scaling_group_id=group, min_healthy_percentage=60
        )
    ).body.instance_refresh_task_id
    bench.clock.jump(5)
    (task,) = ess.describe_instance_refreshes(
        models.DescribeInstanceRefreshesRequest(region_id=REGION, instance_refresh_task_ids=[begun])
    ).body.instance_refresh_tasks
    assert (task.status, task.total_need_update_capacity, task.finished_update_capacity) == (
        "Successful",
        2,
        2,
    )
    assert {each.scaling_configuration_id for each in instances()} == {second}
    points = bench.lab.history("web")
    full = next(place for place, point in enumerate(points) if point["inService"] == 3)
    assert min(point["inService"] for point in points[full:]) == 2
    ess.delete_scaling_group(models.DeleteScalingGroupRequest(scaling_group_id=group, force_delete=True))
    bench.clock.jump(1)
    with pytest.raises(AlibabaCloudException) as refused:
        ess.enable_scaling_group(models.EnableScalingGroupRequest(scaling_group_id=group))
    assert (refused.value.status_code, refused.value.code) == (404, "InvalidScalingGroupId.NotFound")


def _ask(bench: AlibabaBench, request: Any, **given: Any) -> Any:
    """What the earlier SDK answers; the parameters are its setters'."""
    request.set_endpoint(bench.address)
    request.set_protocol_type("http")
    for name, value in given.items():
        getattr(request, f"set_{name}")(value)
    return json.loads(AcsClient("lab", "lab", REGION).do_action_with_exception(request))


def test_the_sdk_of_2014_drives_the_same_in_the_older_shapes(bench: AlibabaBench) -> None:
    """Lists are framed, an activity excludes the next one in a group without an expected number, errors have codes."""
    made = _ask(bench, CreateScalingGroupRequest(), MinSize=2, MaxSize=4, ScalingGroupName="web")
    group = made["ScalingGroupId"]
    told = {"ScalingGroupId": group, "ImageId": "img-v1", "InstanceType": "ecs.g7.large"}
    configuration = _ask(bench, CreateScalingConfigurationRequest(), **told)["ScalingConfigurationId"]
    pointed = {"ScalingGroupId": group, "ActiveScalingConfigurationId": configuration}
    _ask(bench, EnableScalingGroupRequest(), **pointed)
    bench.clock.jump(1)
    shown = _ask(bench, DescribeScalingGroupsRequest(), ScalingGroupIds=[group])
    (seen,) = shown["ScalingGroups"]["ScalingGroup"]
    assert (seen["ActiveCapacity"], seen["EnableDesiredCapacity"]) == (2, False)
    assert "DesiredCapacity" not in seen
    listed = _ask(
        bench, DescribeScalingInstancesRequest(), ScalingGroupId=group, LifecycleStatess=["InService"]
    )
    ids = [each["InstanceId"] for each in listed["ScalingInstances"]["ScalingInstance"]]
    assert len(ids) == 2
    _ask(bench, SuspendProcessesRequest(), ScalingGroupId=group, Processs=["HealthCheck", "ScaleOut"])
    (seen,) = _ask(bench, DescribeScalingGroupsRequest())["ScalingGroups"]["ScalingGroup"]
    assert seen["SuspendedProcesses"] == {"SuspendedProcess": ["HealthCheck", "ScaleOut"]}
    _ask(bench, EnterStandbyRequest(), ScalingGroupId=group, InstanceIds=ids[:1])
    assert bench.ids(group, "Standby") == ids[:1]
    with pytest.raises(ServerException) as refused:
        _ask(bench, RemoveInstancesRequest(), ScalingGroupId=group, InstanceIds=ids[1:])
    assert (refused.value.http_status, refused.value.error_code) == (400, "IncorrectCapacity.MinSize")
    _ask(bench, DeleteScalingGroupRequest(), ScalingGroupId=group, ForceDelete=True)
    bench.clock.jump(1)
    assert _ask(bench, DescribeScalingGroupsRequest())["TotalCount"] == 0
