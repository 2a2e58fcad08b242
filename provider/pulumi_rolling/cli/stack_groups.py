"""The groups that a stack rolls, and where each of them is, read off its state and its configuration."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pulumi_rolling.handler.context import Defaults
from pulumi_rolling.handler.kinds import declared_as, kind_in
from pulumi_rolling.handler.properties import name_in
from pulumi_rolling.host.aws_settings import AwsSettings, listed
from pulumi_rolling.stack.command import Pulumi, project_of
from pulumi_rolling.stack.deployment import Deployment, Entry, parsed
from pulumi_rolling.stack.groups import is_dynamic, is_group
from pulumi_rolling.stack.own_hooks import OwnHook, own_hooks


@dataclass(frozen=True, slots=True)
class StackGroup:
    resource: str
    name: str
    """Empty where state does not tell it, since it is a secret or was never known."""
    where: Defaults
    kind: str | None = None
    """Its key in the inputs; None where its name alone says what it is."""


def groups_of(folder: Path, stack: str) -> list[StackGroup]:
    """Raises StackError where there is no such stack."""
    pulumi = Pulumi(project_of(folder), stack)
    deployment = parsed(pulumi.asked("stack", "export"))
    entries = [entry for entry in deployment.entries if is_group(entry) and not entry.replaced]
    set_for_all = Defaults()
    if any(map(is_dynamic, entries)):
        configured = json.loads(pulumi.asked("config", "--json") or "{}")
        set_for_all = AwsSettings(lambda name: configured.get(f"aws:{name}", {}).get("value")).defaults()
    governed = own_hooks(deployment)
    return [
        *(_group(entry, deployment, set_for_all) for entry in entries),
        *(
            _of_its_own(entry, deployment)
            for entry in deployment.living.values()
            if _is_rolled(entry, governed)
        ),
    ]


def _is_rolled(entry: Entry, governed: Mapping[str, OwnHook]) -> bool:
    """A group's own resource that has its policy as an attribute; the policy in state has the same hook."""
    return declared_as(entry.type) is not None and any(
        name in governed for names in entry.hooks.values() for name in names
    )


def _of_its_own(entry: Entry, deployment: Deployment) -> StackGroup:
    """A group by the properties of its own resource, where the provider of that looks."""
    found = declared_as(entry.type)
    if found is None:
        raise ValueError(f"{entry.type} is no group")
    kind, declared = found
    place = declared.place(entry.outputs)
    provider = next((each for each in deployment.entries if each.reference == entry.provider), None)
    given = {} if provider is None else provider.inputs
    if kind.reads_reach:
        where = AwsSettings(lambda name: _text(given.get(name))).defaults()
    else:
        said = declared.settings({**given, "endpoints": listed(given.get("endpoints"))})
        where = Defaults(_text(said.get("region")), _text(said.get("endpoint")))
    region = _text(place.get("region")) or where.region
    return StackGroup(entry.name, kind.name_of(place) or "", replace(where, region=region), kind.key)


def _group(entry: Entry, deployment: Deployment, set_for_all: Defaults) -> StackGroup:
    kind = kind_in(entry.inputs)
    block: Mapping[str, Any] = entry.inputs[kind.key] if kind is not None else {}
    where = set_for_all if is_dynamic(entry) else _of_provider(entry, deployment)
    if kind is not None and not kind.reads_reach:
        where = Defaults()
    where = replace(
        where,
        region=_text(block.get("region")) or where.region,
        endpoint=_text(block.get("endpoint")) or where.endpoint,
    )
    return StackGroup(entry.name, name_in(entry.inputs) or "", where, None if kind is None else kind.key)


def _of_provider(entry: Entry, deployment: Deployment) -> Defaults:
    """What the provider of the plugin says for groups that say nothing."""
    provider = next((each for each in deployment.entries if each.reference == entry.provider), None)
    given = {} if provider is None else provider.inputs
    return Defaults(_text(given.get("region")), _text(given.get("endpoint")), _text(given.get("profile")))


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
