"""A recorded deployment: the resources of a stack as `pulumi stack export` writes them.

This module reads them and changes none; it knows which marks the engine sets on an entry, not what follows from them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pulumi_rolling.errors import StackStateError

STACK_TYPE = "pulumi:pulumi:Stack"
PROVIDER_PREFIX = "pulumi:providers:"

SIGNATURE = "4dabf18193072939515e22adb298388d"
"""The key of a wrapped value in state; what it wraps is told by one of the signatures below."""
SECRET = "1b47061264138c4ac30d75fd1eb44270"
ASSET = "c44067f5952c0a294b673a41bacd8c17"
ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7"
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""The value of an input that is not known before the update."""


DELETE_HOOKS = frozenset({"BeforeDelete", "AfterDelete"})
"""Hooks without whose functions, which are the program's, the engine deletes nothing, not even in a preview."""


@dataclass(frozen=True)
class Entry:
    """One entry of state. `raw` is the engine's own JSON (ResourceV3), with every field that it has."""

    raw: Mapping[str, Any]

    @property
    def urn(self) -> str:
        return str(self.raw["urn"])

    @property
    def type(self) -> str:
        return str(self.raw["type"])

    @property
    def id(self) -> str:
        """Empty for a component, and for a custom resource that was never made."""
        return str(self.raw.get("id") or "")

    @property
    def name(self) -> str:
        return name_in(self.urn)

    @property
    def custom(self) -> bool:
        return bool(self.raw.get("custom"))

    @property
    def replaced(self) -> bool:
        """Marked `delete`: another copy has taken its place, and the next update would delete it."""
        return bool(self.raw.get("delete"))

    @property
    def read(self) -> bool:
        """Another owner's resource, which the stack only reads."""
        return bool(self.raw.get("external"))

    @property
    def protected(self) -> bool:
        return bool(self.raw.get("protect"))

    @property
    def inputs(self) -> Mapping[str, Any]:
        return self.raw.get("inputs") or {}

    @property
    def outputs(self) -> Mapping[str, Any]:
        return self.raw.get("outputs") or {}

    @property
    def parent(self) -> str:
        return str(self.raw.get("parent") or "")

    @property
    def provider(self) -> str:
        """The reference `URN::ID` of its provider, or nothing."""
        return str(self.raw.get("provider") or "")

    @property
    def reference(self) -> str:
        """How a resource names this entry as its provider."""
        return f"{self.urn}::{self.id}"

    @property
    def is_own(self) -> bool:
        """Whether it is something of the stack's own in a cloud: no component, provider or foreign resource."""
        return self.custom and not self.is_provider and not self.read

    @property
    def hooks(self) -> Mapping[str, list[str]]:
        """Names of its resource hooks by kind, without kinds that have none."""
        found = self.raw.get("resourceHooks") or {}
        return {kind: names for kind, names in found.items() if names}

    @property
    def is_stack(self) -> bool:
        return self.type == STACK_TYPE

    @property
    def is_provider(self) -> bool:
        return self.type.startswith(PROVIDER_PREFIX)

    @property
    def is_default_provider(self) -> bool:
        """The engine makes these by itself and nobody registers them; their names begin so."""
        return self.is_provider and self.name.startswith("default")

    @property
    def property_dependencies(self) -> Mapping[str, list[str]]:
        """URNs by input."""
        found = self.raw.get("propertyDependencies") or {}
        return {key: urns or [] for key, urns in found.items()}

    @property
    def needs(self) -> frozenset[str]:
        """URNs of entries that must be there before this one: parent, provider, dependencies of every kind."""
        named = [self.parent, self.provider.rpartition("::")[0], str(self.raw.get("deletedWith") or "")]
        named += self.raw.get("dependencies") or []
        named += self.raw.get("replaceWith") or []
        for urns in self.property_dependencies.values():
            named += urns
        return frozenset(urn for urn in named if urn and urn != self.urn)


@dataclass(frozen=True)
class Deployment:
    """The whole export: `raw` is its JSON, `entries` its resources in order, a need always before who needs it."""

    raw: Mapping[str, Any]

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        return tuple(Entry(raw) for raw in self.raw["deployment"].get("resources") or [])

    @cached_property
    def living(self) -> Mapping[str, Entry]:
        """Entries by URN, without those that are replaced."""
        return {entry.urn: entry for entry in self.entries if not entry.replaced}

    @cached_property
    def replaced(self) -> tuple[Entry, ...]:
        return tuple(entry for entry in self.entries if entry.replaced)

    @property
    def secrets_provider(self) -> str:
        """The kind of what encrypts its secrets; empty where it names none."""
        return str((self.raw["deployment"].get("secrets_providers") or {}).get("type") or "")

    @property
    def organization(self) -> str:
        """The owner of the stack, where Pulumi Cloud encrypts its secrets; empty elsewhere."""
        said = (self.raw["deployment"].get("secrets_providers") or {}).get("state") or {}
        return str(said.get("owner") or "")

    @property
    def pending(self) -> tuple[Mapping[str, Any], ...]:
        """Operations that had begun when the last update was killed: `type` and `resource`."""
        return tuple(self.raw["deployment"].get("pending_operations") or [])

    @property
    def written_at(self) -> str:
        """When the engine wrote this state, ISO 8601; empty for an empty stack."""
        return str((self.raw["deployment"].get("manifest") or {}).get("time") or "")

    @property
    def stack_outputs(self) -> Mapping[str, Any]:
        return next((e.outputs for e in self.living.values() if e.is_stack), {})

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)


def name_in(urn: str) -> str:
    """The resource's own name, the last part of its URN."""
    return urn.split("::", 3)[-1]


def parsed(text: str) -> Deployment:
    """The deployment in this export. Raises StackStateError where it is none, or of a version not known here."""
    try:
        raw = json.loads(text)
    except ValueError as error:
        raise StackStateError(f"the exported state is not JSON: {error}") from error
    if not isinstance(raw, dict) or not isinstance(raw.get("deployment"), dict):
        raise StackStateError("the exported state has no deployment in it")
    version = raw.get("version", 0)
    if version not in KNOWN_VERSIONS:
        raise StackStateError(f"the exported state has version {version}; versions 3 and 4 are known here")
    return Deployment(raw)


KNOWN_VERSIONS = (3, 4)
"""Of `apitype.UntypedDeployment`: 4 adds features by name, and the entries are as in 3."""


def plain(value: Any) -> Any:
    """The value with secrets as their plain text, for comparing.

    Needs an export with `--show-secrets`, which spells a secret as JSON, or an answer of the engine's monitor.
    """
    if isinstance(value, Mapping):
        if value.get(SIGNATURE) == SECRET and "plaintext" in value:
            return plain(json.loads(value["plaintext"]))
        if value.get(SIGNATURE) == SECRET and "value" in value:
            return plain(value["value"])
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


def without_defaults(value: Any) -> Any:
    """The inputs as a program gave them: `__defaults` and the keys that it names are the provider's own."""
    if isinstance(value, Mapping):
        named = value.get("__defaults")
        defaults = {"__defaults", *(named if isinstance(named, list) else ())}
        return {key: without_defaults(item) for key, item in value.items() if key not in defaults}
    if isinstance(value, list):
        return [without_defaults(item) for item in value]
    return value
