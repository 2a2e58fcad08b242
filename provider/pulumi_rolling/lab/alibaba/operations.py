"""Which calls the lab answers, by product and version."""

from __future__ import annotations

from pulumi_rolling.lab.alibaba import (
    activity_calls,
    configurations,
    ecs,
    groups,
    hook_calls,
    members,
    refreshes,
    tags,
    templates,
)
from pulumi_rolling.lab.alibaba.call import NEWER, OLDER, Operation

ESS: dict[str, Operation] = {
    **groups.OPERATIONS,
    **configurations.OPERATIONS,
    **members.OPERATIONS,
    **activity_calls.OPERATIONS,
    **hook_calls.OPERATIONS,
    **refreshes.OPERATIONS,
    **tags.OPERATIONS,
}
ECS: dict[str, Operation] = {**ecs.OPERATIONS, **templates.OPERATIONS}
PRODUCTS: dict[str, tuple[str, dict[str, Operation]]] = {
    OLDER: ("ess", ESS),
    NEWER: ("ess", ESS),
    "2014-05-26": ("ecs", ECS),
}
