"""The settings of Pulumi's AWS provider that say where calls go and as whom: those of the stack (``aws:region``).

RollingGroup looks where the program's other resources look, or says that it cannot: a group of the same name may stand
in every region and account. What only shapes requests (retries, proxies, tags) is none of its business.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Mapping
from typing import Any

from pulumi_rolling.errors import Fault
from pulumi_rolling.fleets.credentials import Keys, Role
from pulumi_rolling.handler import Defaults

_BY_ENVIRONMENT = {
    "assumeRoleWithWebIdentity": "AWS_WEB_IDENTITY_TOKEN_FILE",
    "sharedConfigFiles": "AWS_CONFIG_FILE",
    "sharedCredentialsFiles": "AWS_SHARED_CREDENTIALS_FILE",
}
"""Settings that are not read, and the variable that says the same to AWS's SDK."""
_SERVICES = ("autoscaling", "ec2")
"""Every roll of an Auto Scaling group calls these; AWS's SDK is given one endpoint for all."""
_ONLY_OF_SERVICES = "ecs"
"""Where it is not given, nobody rolls a service."""
_ROLE_KEYS = {
    "sessionName": "RoleSessionName",
    "externalId": "ExternalId",
    "policy": "Policy",
    "sourceIdentity": "SourceIdentity",
    "transitiveTagKeys": "TransitiveTagKeys",
}
"""Arguments of AssumeRole by the provider's names, where the value is the same."""
_UNITS = {"h": 3600, "m": 60, "s": 1}


class AwsSettings:
    """``read`` brings a setting by its name in the provider, as text or JSON; None where there is none."""

    def __init__(self, read: Callable[[str], Any]) -> None:
        self._read = read

    def defaults(self) -> Defaults:
        """Where calls go that the inputs do not send elsewhere. Raises nothing: see ``faults``."""
        key, secret = self._text("accessKey"), self._text("secretKey")
        return Defaults(
            region=self._text("region"),
            profile=self._text("profile"),
            endpoint=endpoint_of(self._listed("endpoints")),
            keys=Keys(key, secret, self._text("token") or "") if key and secret else None,
            roles=tuple(role_of(each) for each in self._roles() if each.get("roleArn")),
        )

    def faults(self) -> list[Fault]:
        """Settings by which the program's other resources look elsewhere than RollingGroup would."""
        found = [
            Fault(
                f"aws:{name}",
                f"RollingGroup does not read it and would look elsewhere than the group's own resource; say the same "
                f"by {variable}.",
            )
            for name, variable in _BY_ENVIRONMENT.items()
            if self._read(name) and not os.environ.get(variable)
        ]
        if have_several(self._listed("endpoints")):
            found.append(Fault("aws:endpoints", several_endpoints("autoScalingGroup.endpoint")))
        return found

    def _text(self, name: str) -> str | None:
        value = self._read(name)
        return str(value) if value else None

    def _listed(self, name: str) -> list[Mapping[str, Any]]:
        return listed(self._read(name))

    def _roles(self) -> list[Mapping[str, Any]]:
        """Version 7 of the provider has a list, those before it one mapping."""
        return self._listed("assumeRoles") or self._listed("assumeRole")


def listed(value: Any) -> list[Mapping[str, Any]]:
    """Mappings, of JSON, of one alone, or of none."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return []
    found = value if isinstance(value, list) else [value]
    return [each for each in found if isinstance(each, Mapping)]


def endpoint_of(endpoints: list[Mapping[str, Any]]) -> str | None:
    """The one URL of all services that a roll needs; None where there is none, or where they differ."""
    urls = _urls(endpoints)
    return None if len(urls) != 1 else next(iter(urls)) or None


def have_several(endpoints: list[Mapping[str, Any]]) -> bool:
    """Services that a roll needs are at different URLs, or only some of them are elsewhere."""
    return len(_urls(endpoints)) > 1


def _urls(endpoints: list[Mapping[str, Any]]) -> set[str]:
    of_groups = {_url(endpoints, name) for name in _SERVICES}
    of_services = _url(endpoints, _ONLY_OF_SERVICES)
    if not of_services:
        return of_groups
    return {of_services} if of_groups == {""} else {*of_groups, of_services}


def _url(endpoints: list[Mapping[str, Any]], service: str) -> str:
    return next((str(each[service]) for each in endpoints if each.get(service)), "")


def several_endpoints(instead: str) -> str:
    return (
        f"autoscaling, ec2 and ecs need one URL, the same for all; RollingGroup calls one. Or give {instead}."
    )


def role_of(given: Mapping[str, Any]) -> Role:
    """One of ``assumeRoles``."""
    more: dict[str, Any] = {
        theirs: given[ours] for ours, theirs in _ROLE_KEYS.items() if given.get(ours) is not None
    }
    seconds = sum(
        int(count) * _UNITS[unit]
        for count, unit in re.findall(r"(\d+)([hms])", str(given.get("duration") or ""))
    )
    if seconds:
        more["DurationSeconds"] = seconds
    if given.get("policyArns"):
        more["PolicyArns"] = [{"arn": arn} for arn in given["policyArns"]]
    if given.get("tags"):
        more["Tags"] = [{"Key": key, "Value": value} for key, value in given["tags"].items()]
    return Role(str(given["roleArn"]), json.dumps(more, sort_keys=True))
