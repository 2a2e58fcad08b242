"""What the end-to-end tests deploy. `settings.json` beside this file says what to declare; stage.py explains it."""

import json
from pathlib import Path
from typing import Any

import pulumi
import pulumi_rolling as rolling

settings = json.loads(Path(__file__).with_name("settings.json").read_text())


def declare(name: str) -> None:
    # Imported here, since a program that only attaches needs no provider of AWS.
    import pulumi_aws as aws

    template = aws.ec2.LaunchTemplate(name, image_id=settings["image"], instance_type=settings["type"])
    group = aws.autoscaling.Group(
        name,
        name=name,
        availability_zones=["us-east-1a", "us-east-1b", "us-east-1c"],
        launch_template={"id": template.id, "version": settings["pointer"]},
        **settings["group"],
        opts=pulumi.ResourceOptions(ignore_changes=settings["ignore"]),
    )
    if settings["roll"]:
        attach(
            name, group.name, {"id": template.id, "version": settings["version"] or template.latest_version}
        )


def attach(name: str, group: pulumi.Input[str], launch_template: dict[str, Any]) -> None:
    rolled = rolling.RollingGroup(
        name,
        auto_scaling_group={"name": group, "launchTemplate": launch_template},
        update_policy=settings["policy"],
        on_failure=settings["onFailure"],
        triggers=settings["triggers"],
    )
    pulumi.export(f"{name}-revision", rolled.revision)


for each in settings["names"]:
    declare(each)
for each, launched in settings["attach"].items():
    attach(each, each, launched)
