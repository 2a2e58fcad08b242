"""What a refresh is told to make of a group, and whether the service could take it back. No call is made here."""

from __future__ import annotations

from pulumi_rolling.errors import PermanentFleetError
from pulumi_rolling.fleets.auto_scaling_group import description as described
from pulumi_rolling.fleets.aws.api import Answer
from pulumi_rolling.fleets.aws.launch_configurations import configuration_in
from pulumi_rolling.fleets.aws.launch_templates import LaunchTemplates, parts


def desired_configuration(group: Answer, address: str) -> Answer:
    """The group as it is but for the pointer: a mixed instances policy goes with its overrides and distribution."""
    name = configuration_in(address)
    if name is not None:
        raise PermanentFleetError(
            f"launch configuration {name} cannot be deployed by an instance refresh, which is told a launch template",
            operation="StartInstanceRefresh",
            hint="Use rollingUpdate for it.",
        )
    template, version = parts(address)
    if described.mixed_template(group) is not None:
        return {"MixedInstancesPolicy": described.moved_policy(group, template, version)}
    return {"LaunchTemplate": {"LaunchTemplateId": template, "Version": version}}


def irreversible(group: Answer, templates: LaunchTemplates, target: str | None) -> str:
    """Why the service could not return the group from ``target``; empty where it can.

    It returns to the configuration that the group has stored, which must say a version and an image (EC2 Auto Scaling
    user guide, "Undo changes with a rollback"). ``target`` None: it is not known yet.
    """
    pointer = described.pointer(group)
    if configuration_in(pointer) is not None:
        return "the group launches from a launch configuration, to which the service does not return"
    version = parts(pointer)[1]
    if not version.isdigit():
        return f"the group launches from version {version}, and the service returns only to a number"
    for where in (pointer, *(() if target is None else (target,))):
        alias = templates.image_alias(*parts(where))
        if alias:
            named = f"version {parts(where)[1]} names its image by the parameter {alias}"
            return f"{named}, and the service does not return from or to such a one"
    return ""
