"""ECS: a launch template."""

from __future__ import annotations

import pulumi

from pulumi_alicloud.resource import Resource


class EcsLaunchTemplate(Resource):
    token = "alicloud:ecs/ecsLaunchTemplate:EcsLaunchTemplate"
    arguments = "launch_template_name image_id instance_type security_group_id key_pair_name user_data"
    outputs = "latest_version_number default_version_number"

    @property
    @pulumi.getter(name="latestVersionNumber")
    def latest_version_number(self) -> pulumi.Output[int]:
        """A whole number, which Pulumi makes of the engine's float by this type."""
        return pulumi.get(self, "latest_version_number")
