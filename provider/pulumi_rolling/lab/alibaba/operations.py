"""Which calls the lab answers, by product and version."""

from __future__ import annotations

from pulumi_rolling.lab.alibaba import (
    activity_calls,
    configurations,
    groups,
    hook_calls,
    members,
    tags,
)
from pulumi_rolling.lab.alibaba.call import NEWER, OLDER, Operation

ESS: dict[str, Operation] = {
    **groups.OPERATIONS,
    **configurations.OPERATIONS,
    **members.OPERATIONS,
    **activity_calls.OPERATIONS,
    **hook_calls.OPERATIONS,
    **tags.OPERATIONS,
}
PRODUCTS: dict[str, tuple[str, dict[str, Operation]]] = {OLDER: ("ess", ESS), NEWER: ("ess", ESS)}
