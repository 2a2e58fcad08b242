"""Members of the target's revision that the group would not make so now.

They stand elsewhere, or were made of an image that a parameter named then.
CloudFormation replaces those of a zone or subnet that was taken from the group. The zone stands in the group's own
description; a subnet is known of members that EC2 was asked about, so that one exchanged for another in the same zone
is seen by a plan and not by a mere diff. An image by parameter (``resolve:ssm:``) costs two calls, for groups that have
one.
"""

from __future__ import annotations

from collections.abc import Iterable

from pulumi_rolling.fleets.auto_scaling_group.description import Listed
from pulumi_rolling.fleets.aws.api import Answer, AwsApi
from pulumi_rolling.fleets.aws.launch_templates import LaunchTemplates
from pulumi_rolling.fleets.aws.machines import Machines


def misplaced(group: Answer, listed: Iterable[Listed], machines: Machines) -> dict[str, str]:
    """Members where the group would make none now."""
    zones = frozenset(group.get("AvailabilityZones") or ())
    subnets = frozenset(filter(None, (group.get("VPCZoneIdentifier") or "").replace(" ", "").split(",")))
    found = {}
    for one in listed:
        subnet = machines.subnet(one.id)
        if zones and one.zone and one.zone not in zones:
            found[one.id] = f"in {one.zone}, which the group has left"
        elif subnets and subnet and subnet not in subnets:
            found[one.id] = f"in {subnet}, which the group has left"
    return found


def outdated(
    api: AwsApi, listed: Iterable[Listed], templates: LaunchTemplates, machines: Machines
) -> dict[str, str]:
    """Members made of another image than the parameter of their version names now; no call where none has any."""
    aliased: dict[tuple[str, str], list[str]] = {}
    for one in listed:
        if templates.image_alias(one.template, one.version):
            aliased.setdefault((one.template, one.version), []).append(one.id)
    unseen = [ident for ids in aliased.values() for ident in ids if machines.image(ident) is None]
    if unseen:
        machines.look(api, unseen)
    found = {}
    for (template, version), ids in sorted(aliased.items()):
        now = templates.image_now(api, template, version)
        for ident in ids:
            made_of = machines.image(ident)
            if now and made_of and made_of != now:
                found[ident] = f"of {made_of}, while {templates.image_alias(template, version)} is {now} now"
    return found
