"""The kinds of things the cloud holds: what reconciles each of them, and which script each follows.

A new kind is a row here. This module refuses to know what the functions do.
"""

from __future__ import annotations

from pulumi_rolling.lab.world import balance, refreshing, script
from pulumi_rolling.lab.world.cloud import Kinds
from pulumi_rolling.lab.world.group import Group
from pulumi_rolling.lab.world.member import Member
from pulumi_rolling.lab.world.refresh import Refresh

KINDS = Kinds(
    reconcile={Group: balance.reconcile, Refresh: refreshing.reconcile}, script={Member: script.told}
)
