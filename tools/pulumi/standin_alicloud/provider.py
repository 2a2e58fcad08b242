"""The stand-in for alicloud: its kinds of resources, and its service on the engine's wire."""

from __future__ import annotations

from standin.provider import Package, kinds

from standin_alicloud import FOLLOWS
from standin_alicloud.cloud import KNOWN, OF_THE_CLOUD, Cloud, worded
from standin_alicloud.launch_template import LaunchTemplate
from standin_alicloud.scaling_configuration import ScalingConfiguration
from standin_alicloud.scaling_group import ScalingGroup

ALICLOUD = Package(
    name="alicloud",
    version=FOLLOWS,
    settings=KNOWN,
    kinds=kinds(ScalingGroup(), ScalingConfiguration(), LaunchTemplate()),
    cloud=Cloud,
    errors=OF_THE_CLOUD,
    worded=worded,
)
