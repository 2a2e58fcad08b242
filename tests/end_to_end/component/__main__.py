"""A service as people write one: template, group and RollingGroup within a component within another, with options."""

import json
from pathlib import Path
from typing import Any

import pulumi
import pulumi_aws as aws
import pulumi_rolling as rolling

settings = json.loads(Path(__file__).with_name("settings.json").read_text())


class Service(pulumi.ComponentResource):
    revision: pulumi.Output[str]

    def __init__(self, name: str, opts: pulumi.ResourceOptions) -> None:
        super().__init__("acme:web:Service", name, {}, opts)
        template = aws.ec2.LaunchTemplate(
            name,
            image_id=settings["image"],
            instance_type=settings["type"],
            opts=pulumi.ResourceOptions(parent=self),
        )
        group = aws.autoscaling.Group(
            name,
            name=name,
            availability_zones=["us-east-1a", "us-east-1b", "us-east-1c"],
            launch_template={"id": template.id, "version": "1"},
            **settings["group"],
            opts=pulumi.ResourceOptions(parent=self, ignore_changes=["launchTemplate"]),
        )
        rolled = rolling.RollingGroup(
            name,
            auto_scaling_group={
                "name": group.name,
                "launchTemplate": {"id": template.id, "version": template.latest_version},
            },
            update_policy=settings["policy"],
            opts=pulumi.ResourceOptions(
                parent=self,
                depends_on=[template],
                aliases=[pulumi.Alias(name="former", parent=None)],
                transforms=[unchanged],
                ignore_changes=["onFailure"],
                additional_secret_outputs=["lastRollout"],
                custom_timeouts=pulumi.CustomTimeouts(create="5m", update="10m"),
                deleted_with=group,
                replace_on_changes=["autoScalingGroup.name"],
            ),
        )
        self.revision = rolled.revision
        self.register_outputs({"revision": rolled.revision})


class Site(pulumi.ComponentResource):
    def __init__(self, name: str) -> None:
        super().__init__("acme:web:Site", name, {})
        made = Service("web", pulumi.ResourceOptions(parent=self))
        self.register_outputs({"revision": made.revision})


def unchanged(args: pulumi.ResourceTransformArgs) -> Any:
    return pulumi.ResourceTransformResult(props=args.props, opts=args.opts)


Site("site")
