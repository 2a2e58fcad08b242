"""ESS calls about scaling activities."""

from __future__ import annotations

from pulumi_rolling.lab.alibaba import views
from pulumi_rolling.lab.alibaba.call import Answer, Call, Operation, numbered
from pulumi_rolling.lab.alibaba.refusals import missing

DAYS_KEPT = 30 * 86400.0


def describe(call: Call) -> Answer:
    """The newest first, thirty days back; a group or ids must be named."""
    values, ids = call.values, call.most("ScalingActivityIds", 20)
    if "ScalingGroupId" not in values and not ids:
        raise missing("ScalingGroupId")
    groups = call.cloud.groups.values()
    every = [each for group in groups for each in group.activities if each.started_at <= call.as_of]
    every.sort(key=lambda each: each.started_at)
    shown = []
    for each in reversed(every):
        view = views.activity_view(call, each)
        exact = ("ScalingGroupId", "StatusCode", "InstanceRefreshTaskId")
        wanted = all(values.get(name) in (None, view[name]) for name in exact)
        if wanted and (not ids or each.id in ids) and each.started_at >= call.cloud.now - DAYS_KEPT:
            shown.append(view)
    page, about = numbered(call, shown, 50)
    return {**about, "ScalingActivities": page}


OPERATIONS = {
    "DescribeScalingActivities": Operation(
        "RegionId* ScalingGroupId ScalingActivityIds:l StatusCode InstanceRefreshTaskId PageNumber:i PageSize:i",
        describe,
    ),
}
