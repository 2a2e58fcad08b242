"""A group on a scaling configuration, rolled by a RollingGroup, and one on a launch template, by its own policy."""

import pulumi
import pulumi_alicloud as alicloud
import pulumi_rolling as rolling

config = pulumi.Config()
machine = {
    "image_id": config.require("image"),
    "instance_type": "ecs.g7.large",
    "security_group_id": config.get("securityGroup", "sg-1"),
}
sizes = {
    "min_size": 1,
    "max_size": 6,
    "desired_capacity": 2,
    "vswitch_ids": [config.get("vswitch", "vsw-1")],
}
roll = rolling.RollingUpdate(
    max_batch_size=2,
    min_instances_in_service=1,
    suspend_processes=["HealthCheck", "AlarmNotification", "ScheduledActions"],
)

web = alicloud.ess.ScalingGroup(
    "web",
    scaling_group_name="web",
    **sizes,
    # After an interruption a refresh reads the record of the roll, which the group's next update would remove.
    opts=pulumi.ResourceOptions(ignore_changes=["tags"]),
)
configuration = alicloud.ess.ScalingConfiguration(
    "web",
    scaling_group_id=web.id,
    **machine,
    active=True,
    enable=True,
    # Each edit makes a new configuration; the last one goes with the group.
    opts=pulumi.ResourceOptions(replace_on_changes=["*"], ignore_changes=["active"], deleted_with=web),
)
rolled = rolling.RollingGroup(
    "web",
    ess_scaling_group=rolling.EssScalingGroup(id=web.id, scaling_configuration=configuration.id),
    update_policy=rolling.UpdatePolicy(rolling_update=roll),
)

template = alicloud.ecs.EcsLaunchTemplate("api", launch_template_name="api", **machine)
alicloud.ess.ScalingGroup(
    "api",
    scaling_group_name="api",
    **sizes,
    launch_template_id=template.id,
    launch_template_version=template.latest_version_number.apply(str),
    opts=rolling.update_policy(roll, opts=pulumi.ResourceOptions(ignore_changes=["tags"])),
)

pulumi.export("revision", rolled.revision)
