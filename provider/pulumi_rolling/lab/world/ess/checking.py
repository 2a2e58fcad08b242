"""The check of a group: the dead, the unhealthy, the refresh, and then the sizes.

This module refuses to know what any of them does.
"""

from __future__ import annotations

from pulumi_rolling.lab.world.ess import activities, health, launching, refreshing, sizes
from pulumi_rolling.lab.world.ess.cloud import EssCloud
from pulumi_rolling.lab.world.ess.group import ACTIVE, Group


def check(cloud: EssCloud, group: Group) -> None:
    """Bring a group from what it is to what it should be; nothing when called again."""
    launching.end_dead(cloud, group)
    launching.meet_all(cloud, group)
    activities.forget_if_empty(cloud, group)
    if group.now.state != ACTIVE or group.now.system_suspended:
        return
    health.remove_unhealthy(cloud, group)
    if not refreshing.step(cloud, group):
        sizes.adjust(cloud, group, launching.source_or_none(cloud, group))
