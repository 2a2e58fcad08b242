"""Launch configurations: moto keeps them; which groups and members were made from one is known here.

Source: EC2 Auto Scaling API reference, DeleteLaunchConfiguration: one that a group points at cannot be deleted. A
member whose configuration was deleted shows no name any more.
"""

from __future__ import annotations

from pulumi_rolling.lab.aws.call import Call
from pulumi_rolling.lab.world.refusal import Refused


def delete_launch_configuration(call: Call) -> tuple[int, str]:
    name = call.values["LaunchConfigurationName"]
    for group in call.cloud.groups.values():
        if group.region == call.region and group.now.pointer.configuration == name:
            text = f"Cannot delete launch configuration {name} because it is attached to AutoScalingGroup {group.name}"
            raise Refused("ResourceInUse", text)
    status, body = call.ask(call.form)
    for member in call.cloud.machines.values():
        if status == 200 and member.region == call.region and member.revision.configuration == name:
            member.configuration_deleted = True
    return status, body
