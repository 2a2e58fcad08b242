"""Six instances that EC2 Auto Scaling itself replaces: one more is launched first, and a checkpoint shows the first."""

import pulumi
import pulumi_aws as aws
import pulumi_rolling as rolling

config = pulumi.Config()

template = aws.ec2.LaunchTemplate(
    "web",
    image_id=config.require("image"),
    instance_type="t3.small",
)

group = aws.autoscaling.Group(
    "web",
    name="web",
    min_size=4,
    max_size=8,
    desired_capacity=6,
    availability_zones=["us-east-1a", "us-east-1b", "us-east-1c"],
    launch_template={"id": template.id, "version": "1"},
    # The service stores the version that it has rolled to; it must be a number, or there is no way back.
    opts=pulumi.ResourceOptions(ignore_changes=["launchTemplate"]),
)

rolled = rolling.RollingGroup(
    "web",
    auto_scaling_group=rolling.AutoScalingGroup(
        name=group.name,
        launch_template=rolling.LaunchTemplate(id=template.id, version=template.latest_version),
    ),
    update_policy=rolling.UpdatePolicy(
        instance_refresh=rolling.InstanceRefresh(
            min_healthy_percentage=100,
            max_healthy_percentage=120,
            instance_warmup=config.get_int("warmup"),
            checkpoint_percentages=[10, 100],
            checkpoint_delay=config.get("pause") or "PT10M",
        ),
    ),
)

pulumi.export("revision", rolled.revision)
