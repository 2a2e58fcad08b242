"""A service in two regions as people write one: components, an explicit provider, all that varies from the stack.

Both groups are called `web`, each behind a load balancer: at home as the group's own input says, away by an attachment.
`face` says which RollingGroup rolls them.
"""

from typing import Any

import pulumi
import pulumi_aws as aws
import pulumi_rolling as dynamic
import pulumi_rolling_sdk as plugin

config = pulumi.Config()
with_plugin = config.require("face") == "plugin"
HOME, AWAY = config.require("home"), config.require("away")


class Service(pulumi.ComponentResource):
    def __init__(self, region: str, opts: pulumi.ResourceOptions) -> None:
        super().__init__("acme:web:Service", f"service-{region}", {}, opts)
        ours = pulumi.ResourceOptions(parent=self)
        template = aws.ec2.LaunchTemplate(
            f"template-{region}", image_id=config.require("image"), instance_type="t3.small", opts=ours
        )
        targets = behind_a_load_balancer(region, ours)
        group = aws.autoscaling.Group(
            f"group-{region}",
            name="web",
            availability_zones=[f"{region}a", f"{region}b"],
            launch_template={"id": template.id, "version": "1"},
            target_group_arns=[targets.arn] if region == HOME else None,
            **config.require_object("group"),
            opts=pulumi.ResourceOptions(parent=self, ignore_changes=["launchTemplate"]),
        )
        before: list[pulumi.Resource] = [template]
        if region != HOME:
            attachment = aws.autoscaling.Attachment(
                f"attachment-{region}",
                autoscaling_group_name=group.name,
                lb_target_group_arn=targets.arn,
                opts=ours,
            )
            before.append(attachment)
        options = pulumi.ResourceOptions(
            parent=self,
            depends_on=before,
            aliases=[pulumi.Alias(name="former", parent=None)],
            transforms=[unchanged],
            ignore_changes=["onFailure"],
            additional_secret_outputs=["lastRollout"],
            custom_timeouts=pulumi.CustomTimeouts(create="5m", update="10m"),
            retain_on_delete=True,
            deleted_with=group,
            replace_on_changes=["autoScalingGroup.name"],
        )
        rolled = (rolled_by_plugin if with_plugin else rolled_by_python)(region, group, template, options)
        self.register_outputs({"revision": rolled.revision})


class Site(pulumi.ComponentResource):
    """A region; what stands elsewhere than the stack is given its providers here."""

    def __init__(self, region: str, *providers: pulumi.ProviderResource) -> None:
        super().__init__(
            "acme:web:Site", f"site-{region}", {}, pulumi.ResourceOptions(providers=list(providers))
        )
        Service(region, pulumi.ResourceOptions(parent=self))
        self.register_outputs({})


def behind_a_load_balancer(region: str, ours: pulumi.ResourceOptions) -> aws.lb.TargetGroup:
    """The target group to which a listener of a load balancer of its own forwards."""
    network = config.require_object("network")[region]
    targets = aws.lb.TargetGroup(
        f"targets-{region}",
        port=80,
        protocol="HTTP",
        vpc_id=network["vpc"],
        deregistration_delay=config.require_int("drain"),
        health_check={"path": "/ready", "interval": 5, "timeout": 2, "healthy_threshold": 2},
        opts=ours,
    )
    balancer = aws.lb.LoadBalancer(f"front-{region}", subnets=network["subnets"], internal=True, opts=ours)
    aws.lb.Listener(
        f"http-{region}",
        load_balancer_arn=balancer.arn,
        port=80,
        protocol="HTTP",
        default_actions=[{"type": "forward", "target_group_arn": targets.arn}],
        opts=ours,
    )
    return targets


def unchanged(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult:
    return pulumi.ResourceTransformResult(props=args.props, opts=args.opts)


def rolled_by_python(
    region: str,
    group: aws.autoscaling.Group,
    template: aws.ec2.LaunchTemplate,
    opts: pulumi.ResourceOptions,
) -> Any:
    return dynamic.RollingGroup(
        f"rolling-{region}",
        auto_scaling_group=dynamic.AutoScalingGroup(
            name=group.name,
            launch_template=dynamic.LaunchTemplate(id=template.id, version=template.latest_version),
        ),
        update_policy=dynamic.UpdatePolicy(
            rolling_update=dynamic.RollingUpdate(**config.require_object("roll"))
        ),
        opts=opts,
    )


def rolled_by_plugin(
    region: str,
    group: aws.autoscaling.Group,
    template: aws.ec2.LaunchTemplate,
    opts: pulumi.ResourceOptions,
) -> Any:
    return plugin.RollingGroup(
        f"rolling-{region}",
        auto_scaling_group=plugin.AutoScalingGroupArgs(
            name=group.name,
            launch_template=plugin.LaunchTemplateArgs(id=template.id, version=template.latest_version),
        ),
        update_policy=plugin.UpdatePolicyArgs(
            rolling_update=plugin.RollingUpdateArgs(**config.require_object("roll"))
        ),
        opts=opts,
    )


away: list[pulumi.ProviderResource] = [aws.Provider("away", region=AWAY)]
if with_plugin:
    away.append(plugin.Provider("rolling-away", region=AWAY))
Site(HOME)
Site(AWAY, *away)
