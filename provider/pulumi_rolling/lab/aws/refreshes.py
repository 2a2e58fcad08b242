"""Auto Scaling calls about instance refreshes: kept as in progress until they are cancelled; they replace nothing."""

from __future__ import annotations

from typing import Any

from pulumi_rolling.lab.aws.call import Call, page
from pulumi_rolling.lab.world.refusal import Refused

ACTIVE = ("Pending", "InProgress", "Baking", "Cancelling", "RollbackInProgress")


def start_instance_refresh(call: Call) -> dict[str, Any]:
    group, cloud = call.group, call.cloud
    if any(refresh["Status"] in ACTIVE for refresh in group.refreshes):
        raise Refused(
            "InstanceRefreshInProgress",
            "An Instance Refresh is already in progress and blocks the execution of this Instance Refresh.",
        )
    refresh = {
        "InstanceRefreshId": cloud.new_id(),
        "AutoScalingGroupName": group.name,
        "Status": "InProgress",
        "StartTime": cloud.stamp(cloud.now),
        "PercentageComplete": 0,
        "InstancesToUpdate": len(group.members),
        "Strategy": call.values.get("Strategy", "Rolling"),
        "Preferences": call.values.get("Preferences"),
        "DesiredConfiguration": call.values.get("DesiredConfiguration"),
    }
    group.refreshes.insert(0, refresh)
    return {"InstanceRefreshId": refresh["InstanceRefreshId"]}


def describe_instance_refreshes(call: Call) -> dict[str, Any]:
    ids = call.values.get("InstanceRefreshIds")
    found = [refresh for refresh in call.group.refreshes if not ids or refresh["InstanceRefreshId"] in ids]
    chosen, token = page(found, call.values, 50, 100)
    return {"InstanceRefreshes": chosen, "NextToken": token}


def cancel_instance_refresh(call: Call) -> dict[str, Any]:
    for refresh in call.group.refreshes:
        if refresh["Status"] in ACTIVE:
            refresh |= {"Status": "Cancelled", "EndTime": call.cloud.stamp(call.cloud.now)}
            return {"InstanceRefreshId": refresh["InstanceRefreshId"]}
    raise Refused(
        "ActiveInstanceRefreshNotFound",
        "No in progress or pending Instance Refresh found for Auto Scaling group " + call.group_name,
    )


ACTIONS = {
    "StartInstanceRefresh": start_instance_refresh,
    "DescribeInstanceRefreshes": describe_instance_refreshes,
    "CancelInstanceRefresh": cancel_instance_refresh,
}
