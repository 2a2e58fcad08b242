"""``aws.autoscaling.Group`` as a group to roll."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pulumi_rolling.errors import Fault
from pulumi_rolling.fleets.aws.launch_configurations import PREFIX
from pulumi_rolling.fleets.aws.launch_templates import DEFAULT, address
from pulumi_rolling.handler.declared import Declared
from pulumi_rolling.policy import resource_types

_REFRESH = "instanceRefresh"


def _place(properties: Mapping[str, Any]) -> dict[str, Any]:
    region = properties.get("region") or _region_in(properties.get("arn"))
    given = {"name": properties.get("name"), "region": region}
    return {key: value for key, value in given.items() if value is not None}


def _region_in(arn: object) -> str | None:
    """Version 6 of the provider has no region at the group, only in its ARN."""
    parts = arn.split(":") if isinstance(arn, str) else []
    return parts[3] if len(parts) > 3 else None


def _wanted(properties: Mapping[str, Any]) -> dict[str, Any]:
    configuration = properties.get("launchConfiguration")
    if configuration:
        return {"launchConfiguration": configuration}
    template = _template(properties)
    if not isinstance(template, Mapping):
        # Preview knows nothing of it.
        return {"launchTemplate": template}
    # The provider fills in id and name both; the program's choice of the two says the same.
    key = "id" if template.get("id") else "name"
    given = {key: template.get(key), "version": _version(template.get("version"))}
    return {"launchTemplate": {name: value for name, value in given.items() if value is not None}}


def _template(properties: Mapping[str, Any]) -> Any:
    """Of a mixed instances policy it is the template that stands for all types without one of their own."""
    found: Any = properties.get("launchTemplate") or {}
    names = {"id": "id", "name": "name", "version": "version"}
    if properties.get("mixedInstancesPolicy"):
        found = properties
        for below in ("mixedInstancesPolicy", "launchTemplate", "launchTemplateSpecification"):
            found = found.get(below) or {} if isinstance(found, Mapping) else found
        names = {"id": "launchTemplateId", "name": "launchTemplateName", "version": "version"}
    return {key: found.get(name) for key, name in names.items()} if isinstance(found, Mapping) else found


def _version(given: object) -> object:
    """A number as text; an empty one is the provider's word for the default version."""
    if isinstance(given, float | int) and not isinstance(given, bool):
        return str(int(given))
    return DEFAULT if given is None or given == "" else given


def _address(properties: Mapping[str, Any]) -> str | None:
    configuration = properties.get("launchConfiguration")
    if configuration:
        return f"{PREFIX}{configuration}"
    template = _template(properties)
    version = _version(template.get("version")) if isinstance(template, Mapping) else None
    if not isinstance(version, str) or not version.isdigit() or not template.get("id"):
        return None
    return address(template["id"], version)


def _id(properties: Mapping[str, Any]) -> str | None:
    arn = properties.get("arn")
    return arn if isinstance(arn, str) else None


def _conflicts(properties: Mapping[str, Any]) -> Iterator[Fault]:
    if properties.get(_REFRESH):
        yield Fault(
            _REFRESH,
            "begins an instance refresh of its own after the group was rolled by the update policy; remove it, and say "
            "the same by an update policy of instanceRefresh.",
        )


AUTO_SCALING_GROUP = Declared(
    type=resource_types.AUTO_SCALING_GROUP,
    place=_place,
    wanted=_wanted,
    address=_address,
    id=_id,
    conflicts=_conflicts,
    pointers=frozenset({"launchTemplate", "launchConfiguration", "mixedInstancesPolicy"}),
)
