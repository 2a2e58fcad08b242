"""A registration in the words of the engine's monitor: one request, with every option that state records.

State does not record deleteBeforeReplace, transforms and the functions of resource hooks.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from google.protobuf import struct_pb2
from pulumi.runtime.proto import alias_pb2, resource_pb2

from pulumi_rolling.stack.deployment import SECRET, SIGNATURE, Entry, without_defaults
from pulumi_rolling.stack.groups import supplied
from pulumi_rolling.stack.wish import Registration


@dataclass(frozen=True)
class Plugin:
    """A provider that was registered, by reference; or how the engine finds the plugin of one that it makes itself."""

    provider: str = ""
    version: str = ""
    download_url: str = ""
    package: str = ""


INTERNAL = "__internal"
"""Where a provider's inputs hold what the engine itself knows of its plugin."""


def wire(value: Any) -> Any:
    """Recorded inputs as the monitor takes them: secrets by their signature, with the value itself."""
    if isinstance(value, Mapping):
        if value.get(SIGNATURE) == SECRET:
            return {SIGNATURE: SECRET, "value": wire(json.loads(value["plaintext"]))}
        return {key: wire(item) for key, item in value.items()}
    if isinstance(value, list):
        return [wire(item) for item in value]
    return value


def struct(value: Mapping[str, Any]) -> struct_pb2.Struct:
    message = struct_pb2.Struct()
    message.update(value)
    return message


def inputs_of(entry: Entry, dry_run: bool) -> dict[str, Any]:
    """What a program would give: no defaults of the provider, nothing that the engine adds."""
    given = {key: item for key, item in without_defaults(entry.inputs).items() if key != INTERNAL}
    if entry.is_provider:
        given.pop("version", None)
    return {**wire(given), **supplied(entry, dry_run)}


def read(entry: Entry, inputs: Mapping[str, Any], plugin: Plugin) -> resource_pb2.ReadResourceRequest:
    """The request for a resource that another owner has."""
    return resource_pb2.ReadResourceRequest(
        id=entry.id,
        type=entry.type,
        name=entry.name,
        parent=entry.parent,
        properties=struct(inputs),
        dependencies=entry.raw.get("dependencies") or [],
        acceptSecrets=True,
        acceptResources=True,
        additionalSecretOutputs=entry.raw.get("additionalSecretOutputs") or [],
        provider=plugin.provider,
        version=plugin.version,
        pluginDownloadURL=plugin.download_url,
        packageRef=plugin.package,
    )


def register(
    each: Registration, inputs: Mapping[str, Any], plugin: Plugin, has: Callable[[str], bool]
) -> resource_pb2.RegisterResourceRequest:
    """The request for one resource.

    `has`: whether a URN is registered; needs that are not there any more are left out.
    """
    entry, raw = each.entry, each.entry.raw
    message = resource_pb2.RegisterResourceRequest(
        type=entry.type,
        name=entry.name,
        parent=entry.parent,
        custom=entry.custom,
        object=struct(inputs),
        protect=entry.protected,
        dependencies=_there(raw.get("dependencies"), has),
        ignoreChanges=raw.get("ignoreChanges") or [],
        replaceOnChanges=raw.get("replaceOnChanges") or [],
        hideDiffs=raw.get("hideDiff") or [],
        additionalSecretOutputs=raw.get("additionalSecretOutputs") or [],
        retainOnDelete=bool(raw.get("retainOnDelete")),
        deletedWith=next(iter(_there([raw.get("deletedWith")], has)), ""),
        replace_with=_there(raw.get("replaceWith"), has),
        aliases=[alias_pb2.Alias(urn=urn) for urn in (*(raw.get("aliases") or ()), *each.aliases)],
        importId=_import_id(each),
        acceptSecrets=True,
        acceptResources=True,
        supportsPartialValues=True,
        supportsResultReporting=True,
        provider=plugin.provider,
        version=plugin.version,
        pluginDownloadURL=plugin.download_url,
        packageRef=plugin.package,
    )
    for key, urns in entry.property_dependencies.items():
        message.propertyDependencies[key].urns.extend(_there(urns, has))
    for kind, seconds in (raw.get("customTimeouts") or {}).items():
        if seconds:
            setattr(message.customTimeouts, kind, f"{seconds:g}s")
    if raw.get("replacementTrigger") is not None:
        message.replacement_trigger.CopyFrom(struct({"it": wire(raw["replacementTrigger"])}).fields["it"])
    return message


def _import_id(each: Registration) -> str:
    """The id under which the program imported it; of one that is gone the engine would ask the cloud in vain."""
    imported = str(each.entry.raw.get("importID") or "")
    return imported if each.now is not None and each.now.raw.get("importID") == imported else ""


def _there(urns: Iterable[str | None] | None, has: Callable[[str], bool]) -> list[str]:
    return [urn for urn in urns or () if urn and has(urn)]
