"""Auto Scaling calls about instance refreshes.

Source: EC2 Auto Scaling API reference of each call. DescribeInstanceRefreshes shows the previous six weeks.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi_rolling.lab.aws.call import Call, page
from pulumi_rolling.lab.aws.pointers import pointer_from
from pulumi_rolling.lab.aws.views import refresh_view
from pulumi_rolling.lab.world import refresh, refresh_ends
from pulumi_rolling.lab.world.group import Group, Pointer
from pulumi_rolling.lab.world.refusal import invalid

SIX_WEEKS = 42 * 24 * 3600
STRATEGIES = ("Rolling", "ReplaceRootVolume")
OF_THE_CONFIGURATION = ("LaunchTemplate", "MixedInstancesPolicy", "LaunchConfigurationName")
FIXED = (
    "An active instance refresh with a desired configuration exists. All configuration options derived from the "
    "desired configuration are not available for update while the instance refresh is active."
)


def start_instance_refresh(call: Call) -> dict[str, Any]:
    group, strategy = call.group, call.values.get("Strategy", STRATEGIES[0])
    if strategy not in STRATEGIES:
        raise invalid(
            f"1 validation error detected: Value '{strategy}' at 'strategy' failed to satisfy constraint: "
            f"Member must satisfy enum value set: [{', '.join(STRATEGIES)}]"
        )
    if strategy != STRATEGIES[0]:
        raise invalid(f"The lab does not model the strategy {strategy}.")
    desired = pointer_from(call.region, call.values.get("DesiredConfiguration") or {}, Pointer())
    given = call.values.get("Preferences") or {}
    started = refresh_ends.start(call.cloud, group, given, desired if desired != Pointer() else None)
    return {"InstanceRefreshId": started.id}


def describe_instance_refreshes(call: Call) -> dict[str, Any]:
    cloud, ids = call.cloud, call.values.get("InstanceRefreshIds")
    views = [
        view
        for each in refresh.of(cloud, call.group)
        if not ids or each.id in ids
        for view in [refresh_view(cloud, each, call.as_of)]
        if view is not None
        and view.get("EndTime", cloud.stamp(cloud.now)) > cloud.stamp(cloud.now) - SIX_WEEKS
    ]
    chosen, token = page(views, call.values, 50, 100)
    return {"InstanceRefreshes": chosen, "NextToken": token}


def cancel_instance_refresh(call: Call) -> dict[str, Any]:
    waits = call.values.get("WaitForTransitioningInstances", True)
    return {"InstanceRefreshId": refresh_ends.cancel(call.cloud, call.group, waits=waits).id}


def rollback_instance_refresh(call: Call) -> dict[str, Any]:
    return {"InstanceRefreshId": refresh_ends.roll_back(call.cloud, call.group).id}


def refuse_new_pointer(call: Call, group: Group, values: Mapping[str, Any]) -> None:
    """A refresh with a desired configuration lets nobody alter what the group launches from."""
    at_work = refresh.active_of(call.cloud, group)
    if (
        at_work is not None
        and at_work.desired is not None
        and any(values.get(each) for each in OF_THE_CONFIGURATION)
    ):
        raise invalid(FIXED)


ACTIONS = {
    "StartInstanceRefresh": start_instance_refresh,
    "DescribeInstanceRefreshes": describe_instance_refreshes,
    "CancelInstanceRefresh": cancel_instance_refresh,
    "RollbackInstanceRefresh": rollback_instance_refresh,
}
