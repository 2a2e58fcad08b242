"""Auto Scaling calls about a group's warm pool."""

from __future__ import annotations

from typing import Any

from pulumi_rolling.lab.aws.call import Call, page
from pulumi_rolling.lab.aws.views import instance_view
from pulumi_rolling.lab.world import pool, refresh, refresh_ends
from pulumi_rolling.lab.world.refusal import Refused, invalid

MOST_INSTANCES = 50


def put_warm_pool(call: Call) -> dict[str, Any]:
    """What is not named keeps its former value or the default; MaxGroupPreparedCapacity -1 takes it back."""
    cloud, group = call.cloud, call.group
    if refresh.active_of(cloud, group) is not None:
        raise Refused("InstanceRefreshInProgress", refresh_ends.BLOCKED)
    given = {key: value for key, value in call.values.items() if key != "AutoScalingGroupName"}
    if given.get("PoolState", "Stopped") not in pool.STATES:
        raise invalid(f"PoolState must be one of {', '.join(pool.STATES)}")
    former = {key: value for key, value in (group.now.warm_pool or {}).items() if key != "Status"}
    settings = {"MinSize": 0, "PoolState": "Stopped"} | former | given
    if settings.get("MaxGroupPreparedCapacity") == -1:
        del settings["MaxGroupPreparedCapacity"]
    group.alter(cloud.now, warm_pool=settings)
    cloud.stir(group)
    return {}


def describe_warm_pool(call: Call) -> dict[str, Any]:
    group = call.group
    views = [instance_view(member, member.now) for member in group.warm.values()]
    chosen, token = page(views, call.values, MOST_INSTANCES, MOST_INSTANCES)
    return {"WarmPoolConfiguration": group.now.warm_pool, "Instances": chosen, "NextToken": token}


def delete_warm_pool(call: Call) -> dict[str, Any]:
    group = call.group
    if group.now.warm_pool is None:
        raise invalid(f"No warm pool found for Auto Scaling group {group.name}")
    pool.close(call.cloud, group, force=call.values.get("ForceDelete", False))
    return {}


ACTIONS = {
    "PutWarmPool": put_warm_pool,
    "DescribeWarmPool": describe_warm_pool,
    "DeleteWarmPool": delete_warm_pool,
}
