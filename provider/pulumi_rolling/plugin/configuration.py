"""The provider's configuration: place and credentials of the calls, and a policy for groups that give none.

Nested values may arrive as JSON texts: Pulumi keeps provider configuration as strings.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pulumi_rolling.errors import Fault
from pulumi_rolling.handler import Defaults
from pulumi_rolling.host.aws_settings import listed, role_of
from pulumi_rolling.plugin.wire import is_unknown

TEXTS = ("region", "endpoint", "profile")
POLICY = "policy"
TAGS = "ignoreTags"
ROLES = "assumeRoles"
KEYS = (*TEXTS, POLICY, TAGS, ROLES)
_OWN = ("version", "pluginDownloadURL", "pluginChecksums")
"""Keys of Pulumi's own, in every provider's configuration."""


@dataclass(frozen=True, slots=True)
class Configuration:
    defaults: Defaults | None = None
    policy: Mapping[str, Any] | None = None
    """A normalised policy; a group that leaves a field of it open has this one."""


def configuration_of(given: Mapping[str, Any]) -> Configuration:
    """The configuration that was checked before. A value that is not known yet counts as not given."""
    known = {
        key: _unpacked(value) for key, value in given.items() if value is not None and not is_unknown(value)
    }
    policy = known.get(POLICY)
    if policy is not None:
        from pulumi_rolling.policy.normal import normal_form
        from pulumi_rolling.policy.rolling_update.block import RollingUpdate

        policy = {RollingUpdate.key: normal_form(RollingUpdate, policy)}
    region, endpoint, profile = (str(known[key]) if known.get(key) else None for key in TEXTS)
    tags = [key for key in known.get(TAGS, ()) if not is_unknown(key)]
    roles = tuple(map(role_of, listed(known.get(ROLES))))
    return Configuration(Defaults(region, endpoint, profile, frozenset(tags), roles=roles), policy)


def faults_of(given: Mapping[str, Any]) -> list[Fault]:
    """Faults of the configuration, all of them."""
    faults: list[Fault] = []
    for key, value in sorted(given.items()):
        if value is None or is_unknown(value) or key in _OWN or key.startswith("__"):
            continue
        judge = _JUDGES.get(key)
        if judge is None:
            faults.append(
                Fault(key, f"is not a field of the provider's configuration; allowed are {', '.join(KEYS)}.")
            )
        else:
            faults += judge(key, _unpacked(value))
    return faults


def replaces(olds: Mapping[str, Any], news: Mapping[str, Any]) -> list[str]:
    """Properties whose change means another group: the same name in another region is one."""
    old, new = olds.get("region"), news.get("region")
    return ["region"] if old and new and old != new and not is_unknown(new) else []


def _unpacked(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _text_faults(key: str, value: Any) -> list[Fault]:
    if not isinstance(value, str) or not value.strip():
        return [Fault(key, "must be a text that is not empty.")]
    if key == "endpoint" and not value.startswith(("http://", "https://")):
        return [Fault(key, "must be a URL that begins with http:// or https://.")]
    return []


def _policy_faults(key: str, value: Any) -> list[Fault]:
    if not isinstance(value, Mapping):
        return [Fault(key, "must be a mapping of rollingUpdate's fields, in JSON.")]
    from pulumi_rolling.policy.check import check_policy
    from pulumi_rolling.policy.rolling_update.block import RollingUpdate

    return [
        Fault(f"{key}{fault.path.removeprefix(RollingUpdate.path)}", fault.message)
        if fault.path.startswith(RollingUpdate.path)
        else Fault(key, str(fault))
        for fault in check_policy({RollingUpdate.key: value}, is_unknown).faults
    ]


def _tag_faults(key: str, value: Any) -> list[Fault]:
    if isinstance(value, list) and all(isinstance(each, str) and each for each in value):
        return []
    return [Fault(key, "must be a list of tag keys, in JSON.")]


def _role_faults(key: str, value: Any) -> list[Fault]:
    roles = value if isinstance(value, list) else [None]
    if all(isinstance(each, Mapping) and isinstance(each.get("roleArn"), str) for each in roles):
        return []
    return [Fault(key, "must be a list of mappings with a roleArn each, in JSON, as aws:assumeRoles is.")]


_JUDGES: dict[str, Callable[[str, Any], list[Fault]]] = {
    **dict.fromkeys(TEXTS, _text_faults),
    POLICY: _policy_faults,
    TAGS: _tag_faults,
    ROLES: _role_faults,
}
