"""One group rolled by each face: the dynamic one, which needs nothing but this package, and the plugin's SDK.

The SDK is made by `make sdk`; install it with `pip install ./sdks/python`.
"""

from typing import Any

import pulumi
import pulumi_aws as aws
import pulumi_rolling as dynamic
import pulumi_rolling_sdk as plugin

config = pulumi.Config()


def group(name: str) -> tuple[aws.autoscaling.Group, aws.ec2.LaunchTemplate]:
    template = aws.ec2.LaunchTemplate(
        name, image_id=config.get("image") or "ami-v1", instance_type="t3.small"
    )
    return aws.autoscaling.Group(
        name,
        min_size=2,
        max_size=6,
        desired_capacity=4,
        availability_zones=["us-east-1a", "us-east-1b", "us-east-1c"],
        launch_template={"id": template.id, "version": template.latest_version},
        # RollingGroup moves the pointer.
        opts=pulumi.ResourceOptions(ignore_changes=["launchTemplate"]),
    ), template


POLICY: dict[str, Any] = {"max_batch_size": 2, "min_instances_in_service": 3, "pause_time": "PT5M"}

quick, quick_template = group("quick")
with_dynamic = dynamic.RollingGroup(
    "quick",
    auto_scaling_group=dynamic.AutoScalingGroup(
        name=quick.name,
        launch_template=dynamic.LaunchTemplate(id=quick_template.id, version=quick_template.latest_version),
    ),
    update_policy=dynamic.UpdatePolicy(
        rolling_update=dynamic.RollingUpdate(**POLICY, wait_on_resource_signals=True)
    ),
)

careful, careful_template = group("careful")
with_plugin = plugin.RollingGroup(
    "careful",
    auto_scaling_group=plugin.AutoScalingGroupArgs(
        name=careful.name,
        launch_template=plugin.LaunchTemplateArgs(
            id=careful_template.id, version=careful_template.latest_version
        ),
    ),
    update_policy=plugin.UpdatePolicyArgs(
        rolling_update=plugin.RollingUpdateArgs(**POLICY, wait_on_resource_signals=True)
    ),
    # What only the plugin honours.
    opts=pulumi.ResourceOptions(custom_timeouts=pulumi.CustomTimeouts(update="1h")),
)

pulumi.export("quick", with_dynamic.revision)
pulumi.export("careful", with_plugin.revision)
