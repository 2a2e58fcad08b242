"""What an ESS scaling group is in the inputs and for people, whichever strategy rolls it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pulumi_rolling.core.model.member import Revision
from pulumi_rolling.fleets.alibaba.api import AlibabaApi
from pulumi_rolling.fleets.alibaba.launch_templates import parts
from pulumi_rolling.fleets.alibaba.place import Place
from pulumi_rolling.fleets.base import ListedGroup
from pulumi_rolling.fleets.credentials import Keys
from pulumi_rolling.fleets.ess_scaling_group.listing import listed
from pulumi_rolling.fleets.ess_scaling_group.revisions import Wanted
from pulumi_rolling.fleets.replace import Strays
from pulumi_rolling.handler.operation import Reach
from pulumi_rolling.policy.groups.ess_scaling_group import EssScalingGroup

_ID = re.compile(r"asg-[a-z0-9]{20}")
"""As ESS makes it."""
REPLACED_ON_EDIT = 'replace_on_changes=["*"]'
"""The option of an ess.ScalingConfiguration with which each edit makes a new one."""


def place_of(group: EssScalingGroup) -> Place:
    """Where its calls go, and as whom. What a face knows of AWS's place says nothing here."""
    keys = None
    if group.access_key and group.secret_key:
        keys = Keys(group.access_key, group.secret_key, group.security_token or "")
    return Place.of(group.region, group.endpoint, keys)


def groups_at(reach: Reach, names: Sequence[str] | None) -> Iterator[ListedGroup]:
    """Groups of these ids that are there. A list of all that a region has is one of AWS."""
    if names is None:
        return iter(())
    place = Place.of(reach.defaults.region, reach.defaults.endpoint)
    return listed(AlibabaApi(place, reach.retry, region_path="--region"), names)


def name_of(block: Mapping[str, Any]) -> str | None:
    given = block.get("id")
    return given if isinstance(given, str) else None


def as_named(name: str) -> dict[str, Any]:
    return {"id": name}


def is_name(name: str) -> bool:
    return _ID.fullmatch(name) is not None


def wanted_by(group: EssScalingGroup) -> Wanted:
    if group.scaling_configuration is not None:
        return Wanted(configuration=group.scaling_configuration)
    template = group.launch_template
    return Wanted(template=template.id or "", version=str(template.version or ""))


def edited_warning(strays: Strays) -> tuple[str, ...]:
    """What is said of members that were made before their configuration was edited in place."""
    if not strays:
        return ()
    example = next(iter(sorted(strays)))
    return (
        f"the scaling configuration was edited in place: {len(strays)} of its instances were made before that "
        f"({example} {strays[example]}). They are replaced, and there is no way back to what they run. Add "
        f"{REPLACED_ON_EDIT} to the options of the ess.ScalingConfiguration, so that each edit makes a new one.",
    )


def pointer_property(revision: Revision) -> str | None:
    """As the provider of Pulumi calls it. A scaling configuration makes itself the active one when it is made."""
    return "launchTemplateVersion" if parts(revision.address)[0] else None


def kin(address: str) -> str | None:
    """The launch template; a scaling configuration has no versions."""
    return parts(address)[0] or None


def mend(group: EssScalingGroup) -> str:
    return "the launch template" if group.scaling_configuration is None else "the scaling configuration"


def as_inputs(pointer: str) -> dict[str, Any]:
    template, version = parts(pointer)
    return (
        {"launchTemplate": {"id": template, "version": int(version)}}
        if template
        else {"scalingConfiguration": pointer}
    )


def at_version(pointer: str, version: str | None) -> dict[str, Any]:
    template, number = parts(pointer)
    return as_inputs(f"{template}:{version or number}") if template else as_inputs(version or pointer)
