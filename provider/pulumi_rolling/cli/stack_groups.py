"""The groups that a stack rolls, and where each of them is, read off its state and its configuration."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pulumi_rolling.handler.context import Defaults
from pulumi_rolling.handler.kinds import kind_in
from pulumi_rolling.handler.properties import name_in
from pulumi_rolling.host.aws_settings import AwsSettings
from pulumi_rolling.stack.command import Pulumi, project_of
from pulumi_rolling.stack.deployment import Deployment, Entry, parsed
from pulumi_rolling.stack.groups import is_dynamic, is_group


@dataclass(frozen=True, slots=True)
class StackGroup:
    resource: str
    name: str
    """Empty where state does not tell it, since it is a secret or was never known."""
    where: Defaults


def groups_of(folder: Path, stack: str) -> list[StackGroup]:
    """Raises StackError where there is no such stack."""
    pulumi = Pulumi(project_of(folder), stack)
    deployment = parsed(pulumi.asked("stack", "export"))
    entries = [entry for entry in deployment.entries if is_group(entry) and not entry.replaced]
    set_for_all = Defaults()
    if any(map(is_dynamic, entries)):
        configured = json.loads(pulumi.asked("config", "--json") or "{}")
        set_for_all = AwsSettings(lambda name: configured.get(f"aws:{name}", {}).get("value")).defaults()
    return [_group(entry, deployment, set_for_all) for entry in entries]


def _group(entry: Entry, deployment: Deployment, set_for_all: Defaults) -> StackGroup:
    kind = kind_in(entry.inputs)
    block: Mapping[str, Any] = entry.inputs[kind.key] if kind is not None else {}
    where = set_for_all if is_dynamic(entry) else _of_provider(entry, deployment)
    where = replace(
        where,
        region=_text(block.get("region")) or where.region,
        endpoint=_text(block.get("endpoint")) or where.endpoint,
    )
    return StackGroup(entry.name, name_in(entry.inputs) or "", where)


def _of_provider(entry: Entry, deployment: Deployment) -> Defaults:
    """What the provider of the plugin says for groups that say nothing."""
    provider = next((each for each in deployment.entries if each.reference == entry.provider), None)
    given = {} if provider is None else provider.inputs
    return Defaults(_text(given.get("region")), _text(given.get("endpoint")), _text(given.get("profile")))


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
