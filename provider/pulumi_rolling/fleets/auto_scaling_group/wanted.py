"""What somebody wants of a group, and what an instance was made from, as addresses. No call is made here."""

from __future__ import annotations

from pulumi_rolling.fleets.auto_scaling_group.description import Listed, template_of
from pulumi_rolling.fleets.aws.api import Answer
from pulumi_rolling.fleets.aws.launch_configurations import PREFIX, ConfigurationWanted
from pulumi_rolling.fleets.aws.launch_templates import TemplateWanted, address

Wanted = TemplateWanted | ConfigurationWanted


def made_from(one: Listed) -> str:
    """The address of an instance's revision, by what the group lists; empty where it names none."""
    if one.template:
        return address(one.template, one.version)
    return f"{PREFIX}{one.origin}" if one.origin else ""


def wanted_pointer(wanted: Wanted, group: Answer) -> str | None:
    """What is wanted as a pointer, if a template's id is given or the group tells it for the name."""
    if isinstance(wanted, ConfigurationWanted):
        return f"{PREFIX}{wanted.name}"
    template = wanted_template(wanted, group)
    return address(template, wanted.literal) if template else None


def wanted_template(wanted: Wanted, group: Answer) -> str | None:
    """The template's id, given or as the group tells it for the name."""
    if isinstance(wanted, ConfigurationWanted):
        return None
    template = template_of(group) or {}
    ident = wanted.id
    if ident is None and template.get("LaunchTemplateName") == wanted.name:
        ident = template.get("LaunchTemplateId")
    return ident
