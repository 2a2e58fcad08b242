"""Auto Scaling: a scaling group and what it is made from."""

from __future__ import annotations

from pulumi_alicloud.resource import Resource


class ScalingGroup(Resource):
    token = "alicloud:ess/scalingGroup:ScalingGroup"
    arguments = (
        "min_size max_size desired_capacity scaling_group_name default_cooldown health_check_type scaling_policy "
        "multi_az_policy group_type group_deletion_protection launch_template_id launch_template_version vswitch_ids "
        "removal_policies tags"
    )


class ScalingConfiguration(Resource):
    token = "alicloud:ess/scalingConfiguration:ScalingConfiguration"
    arguments = (
        "scaling_group_id active enable substitute force_delete scaling_configuration_name image_id instance_type "
        "security_group_id key_name role_name user_data instance_name internet_charge_type internet_max_bandwidth_out"
    )
