"""Groups with the policy as their attribute. `settings.json` says what to declare; attribute_stage.py explains it."""

import json
from pathlib import Path

import pulumi
import pulumi_aws as aws
import pulumi_rolling as rolling

settings = json.loads(Path(__file__).with_name("settings.json").read_text())

for name in settings["names"]:
    template = aws.ec2.LaunchTemplate(
        name, image_id=settings["images"].get(name, settings["image"]), instance_type="t3.small"
    )
    policy = settings["policy"]
    # Without a policy a group that is attached is rolled by a RollingGroup of the same program.
    beside = policy is None and name in settings["attach"]
    ignored = pulumi.ResourceOptions(ignore_changes=settings["ignore"] if beside else None)
    newest = {"id": template.id, "version": template.latest_version}
    group = aws.autoscaling.Group(
        name,
        name=settings["called"].get(name, name),
        availability_zones=["us-east-1a", "us-east-1b", "us-east-1c"],
        launch_template={**newest, "version": settings["pointer"]} if beside else newest,
        **settings["group"],
        opts=ignored if policy is None else rolling.update_policy(policy, on_failure=settings["onFailure"]),
    )
    if beside:
        rolling.RollingGroup(
            name,
            auto_scaling_group={"name": group.name, "launchTemplate": newest},
            update_policy={"rollingUpdate": settings["attach"][name]},
        )

for name, launched in settings["attach"].items() if settings["policy"] else ():
    rolling.RollingGroup(
        f"{name}-again",
        auto_scaling_group={"name": name, "launchTemplate": launched},
        update_policy={"rollingUpdate": {}},
    )
