"""An explicit provider among the options of a group, of RollingGroup or of a component around it: where it looks.

The dynamic resource has a provider of its own, so this one only says where the group is. Its region and endpoint become
inputs, since refresh and destroy run no program; what else it says of the account must be the stack's own.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pulumi

from pulumi_rolling.errors import Fault

if TYPE_CHECKING:
    from pulumi_rolling.handler import Defaults

_READ = {"region": "region", "profile": "profile", "endpoints": "endpoints", "access_key": "accessKey"}
"""Attributes of the provider that Pulumi's SDK makes known to the program; ``assume_roles`` is not among them."""
_SECRETS = {"secret_key": "secretKey", "token": "token"}
_ALICLOUD = {
    "region": "region",
    "endpoints": "endpoints",
    "access_key": "accessKey",
    "secret_key": "secretKey",
    "security_token": "securityToken",
}
_PATH = "opts.provider"


def settings_of(opts: pulumi.ResourceOptions | None) -> pulumi.Output[dict[str, Any]] | None:
    """What the provider says, without a dependency on it; None where there is none."""
    provider = None if opts is None else _named(opts)
    if provider is None:
        return None

    async def read() -> dict[str, Any]:
        found = await _said(provider, _READ)
        return {**found, "accessKey": _digest(found["accessKey"])} if "accessKey" in found else found

    return pulumi.Output.from_input(read())


def said_of_place(
    opts: pulumi.ResourceOptions, package: str
) -> pulumi.Output[dict[str, Any]] | dict[str, Any]:
    """The same with keys that stand in words, for calls of the program's own process: they go nowhere else.

    Without a provider: the stack's settings, but for AWS's, of which the house has a reader.
    """
    provider = _named(opts, package)
    if provider is not None:
        read = _ALICLOUD if package == "alicloud" else {**_READ, **_SECRETS}
        return pulumi.Output.secret(_said(provider, read))
    if package == "aws":
        return {}
    stack = pulumi.Config(package)
    return {name: value for name in _ALICLOUD.values() if (value := stack.get(name)) is not None}


def as_the_option_says(
    given: dict[str, Any], option: Mapping[str, Any], stack: Defaults
) -> tuple[dict[str, Any], list[Fault]]:
    """The inputs with the provider's region and endpoint where they give none, and what of it cannot be honoured."""
    if not option:
        return given, []
    from pulumi_rolling.handler.kinds import kind_in
    from pulumi_rolling.host.aws_settings import endpoint_of, have_several, listed, several_endpoints

    kind = kind_in(given)
    group = None if kind is None else given.get(kind.key)
    if kind is None or not isinstance(group, Mapping):
        return given, []
    named = {str(key).lower() for key in group}
    region, endpoints = option.get("region"), listed(option.get("endpoints"))
    endpoint = endpoint_of(endpoints)
    own: dict[str, Any] = {}
    if region and region != (stack.region or _environment("AWS_REGION", "AWS_DEFAULT_REGION")):
        own["region"] = region
    if endpoint and endpoint != (stack.endpoint or _environment("AWS_ENDPOINT_URL")):
        own["endpoint"] = endpoint
    faults = []
    if have_several(endpoints) and "endpoint" not in named:
        faults.append(Fault(f"{_PATH}.endpoints", several_endpoints(f"{kind.key}.endpoint")))
    if option.get("profile") not in (None, stack.profile, _environment("AWS_PROFILE")):
        faults.append(_elsewhere("profile", f"aws:profile or AWS_PROFILE, not {option['profile']}"))
    ours = stack.keys.id if stack.keys is not None else _environment("AWS_ACCESS_KEY_ID")
    if option.get("accessKey") not in (None, _digest(ours or "")):
        faults.append(_elsewhere("accessKey", "aws:accessKey or AWS_ACCESS_KEY_ID, and that is another one"))
    missing = {key: value for key, value in own.items() if key not in named}
    return ({**given, kind.key: {**group, **missing}} if missing else given), faults


def _elsewhere(field: str, stacks: str) -> Fault:
    return Fault(
        f"{_PATH}.{field}",
        f"RollingGroup would look elsewhere, since refresh and destroy know only what the stack says: {stacks}. Set "
        "that, or use the plugin with a rolling.Provider of its own.",
    )


def _named(opts: pulumi.ResourceOptions, package: str = "aws") -> pulumi.ProviderResource | None:
    """As a resource of the package would find it: its own, one of a map, or that of a component around it."""
    if opts.provider is not None and opts.provider.package == package:
        return opts.provider
    given = opts.providers or ()
    several = given.values() if isinstance(given, Mapping) else given
    own = next((each for each in several if each.package == package), None)
    if own is None and opts.parent is not None:
        own = opts.parent.get_provider(f"{package}:index/provider:Provider")
    return own


async def _said(provider: pulumi.ProviderResource, attributes: Mapping[str, str]) -> dict[str, Any]:
    """What of these the provider gives, by its own names."""
    found = {name: await _value(provider.__dict__.get(key)) for key, name in attributes.items()}
    return {name: value for name, value in found.items() if value is not None}


async def _value(output: Any) -> Any:
    if not isinstance(output, pulumi.Output):
        return None
    # In preview an argument that was not given is as unknown as one that depends on another resource.
    return await output.future() if await output.is_known() else None


def _environment(*names: str) -> str | None:
    return next((value for value in map(os.environ.get, names) if value), None)


def _digest(key: str) -> str:
    """The id of an access key is no secret, and Pulumi holds it for one."""
    return hashlib.sha256(key.encode()).hexdigest()[:16]
