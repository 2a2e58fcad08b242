"""``alicloud.ess.ScalingGroup`` as a group to roll: one that is made from a version of a launch template.

A scaling configuration names its group and not the other way round, so that such a group's own resource does not say
which one is wanted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pulumi_rolling.errors import Fault
from pulumi_rolling.fleets.alibaba.launch_templates import address
from pulumi_rolling.fleets.alibaba.place import Endpoint
from pulumi_rolling.handler.declared import Declared
from pulumi_rolling.policy import resource_types

_TEMPLATE, _VERSION = "launchTemplateId", "launchTemplateVersion"
_SETTINGS = ("region", "accessKey", "secretKey", "securityToken")
_FLOATING = ("", "Default", "Latest")


def _place(properties: Mapping[str, Any]) -> dict[str, Any]:
    given = properties.get("id")
    return {} if given is None else {"id": given}


def _settings(option: Mapping[str, Any]) -> dict[str, Any]:
    given = {name: option[name] for name in _SETTINGS if option.get(name)}
    endpoint = next((each["ess"] for each in option.get("endpoints") or () if each.get("ess")), None)
    if endpoint and "://" not in endpoint:
        secure = Endpoint.of(endpoint).secure
        endpoint = f"{'https' if secure else 'http'}://{endpoint}"
    return {**given, "endpoint": endpoint} if endpoint else given


def _wanted(properties: Mapping[str, Any]) -> dict[str, Any]:
    template = {"id": properties.get(_TEMPLATE), "version": _number(properties.get(_VERSION))}
    return {"launchTemplate": {key: value for key, value in template.items() if value is not None}}


def _number(given: object) -> object:
    """The provider has versions as texts."""
    return int(given) if isinstance(given, str) and given.isdigit() else given


def _address(properties: Mapping[str, Any]) -> str | None:
    template, version = properties.get(_TEMPLATE), _number(properties.get(_VERSION))
    if not isinstance(template, str) or not template or type(version) is not int:
        return None
    return address(template, str(version))


def _id(properties: Mapping[str, Any]) -> str | None:
    given = properties.get("id")
    return given if isinstance(given, str) else None


def _conflicts(properties: Mapping[str, Any]) -> Iterator[Fault]:
    if properties.get(_TEMPLATE) in (None, ""):
        yield Fault(
            _TEMPLATE,
            "is required with an update policy: a group without it is made from a scaling configuration, which it does "
            "not name. Make it from a launch template, or roll it by a RollingGroup.",
        )
    elif properties.get(_VERSION, "") in _FLOATING:
        yield Fault(
            _VERSION,
            "must be the number of a version, such as the template's latest_version_number: nothing could return to "
            "what Latest or Default once was.",
        )


ESS_SCALING_GROUP = Declared(
    type=resource_types.ESS_SCALING_GROUP,
    place=_place,
    wanted=_wanted,
    address=_address,
    id=_id,
    conflicts=_conflicts,
    pointers=frozenset({_TEMPLATE, _VERSION}),
    settings=_settings,
)
