"""The kinds of things the cloud holds: what reconciles each of them, and which script each follows.

A new kind is a row here. This module refuses to know what the functions do.
"""

from __future__ import annotations

from pulumi_rolling.lab.world import balance, refresh, refreshing, script
from pulumi_rolling.lab.world.cloud import Cloud, Kinds
from pulumi_rolling.lab.world.ecs import scheduling
from pulumi_rolling.lab.world.ecs.service import Service, services
from pulumi_rolling.lab.world.group import Group
from pulumi_rolling.lab.world.member import Member
from pulumi_rolling.lab.world.refresh import Refresh

KINDS = Kinds(
    reconcile={
        Group: balance.reconcile,
        Refresh: refreshing.reconcile,
        Service: scheduling.reconcile,
    },
    script={Member: script.told},
)


def alarms_changed(cloud: Cloud) -> None:
    """What watches alarms is looked at."""
    refresh.alarms_changed(cloud)
    for service in services(cloud):
        cloud.stir(service)
