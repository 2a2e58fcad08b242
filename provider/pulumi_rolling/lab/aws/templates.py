"""Launch templates are moto's; their own tags are kept here as EC2 keeps them.

moto writes the tags of a new template into the contents of its first version, and shows those of its creation for
ever. EC2 has them on the template alone, and shows what they are now.
"""

from __future__ import annotations

from collections.abc import Iterable

from moto.ec2.models import ec2_backends

from pulumi_rolling.lab.aws.call import Call
from pulumi_rolling.lab.world.cloud import ACCOUNT

OWN = "launch-template"
"""The type of resource that a template is. Contents of a version name other types alone."""


def create_launch_template(call: Call) -> tuple[int, str]:
    status, body = call.ask(call.form)
    if status == 200:
        template = ec2_backends[ACCOUNT][call.region].get_launch_template_by_name(
            call.values["LaunchTemplateName"]
        )
        contents = template.versions[0].data
        named = [each for each in contents.pop("TagSpecifications", []) if each["ResourceType"] != OWN]
        if named:
            contents["TagSpecifications"] = named
    return status, body


def retagged(region: str, resources: Iterable[str]) -> None:
    """Templates among these resources show the tags that they have now."""
    known = ec2_backends[ACCOUNT][region].launch_templates
    for each in resources:
        if each in known:
            known[each].tags = known[each].get_tags()
