"""Six instances behind a launch template; a new image rolls them two at a time, never fewer than five in service."""

import pulumi
import pulumi_aws as aws
import pulumi_rolling as rolling

template = aws.ec2.LaunchTemplate("web", image_id=pulumi.Config().require("image"), instance_type="t3.small")
aws.autoscaling.Group(
    "web",
    min_size=4,
    max_size=8,
    desired_capacity=6,
    availability_zones=["us-east-1a", "us-east-1b", "us-east-1c"],
    launch_template={"id": template.id, "version": template.latest_version},
    opts=rolling.update_policy(
        rolling.RollingUpdate(
            max_batch_size=2,
            min_instances_in_service=5,
            wait_on_resource_signals=True,
            pause_time="PT1M",
            suspend_processes=["AZRebalance", "AlarmNotification", "ScheduledActions"],
        )
    ),
)
