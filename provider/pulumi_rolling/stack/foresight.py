"""What could not come back if an update fails, told before it begins. Pure: changes, states and names in, risks out.

The engine makes and changes first and deletes last. So what a deletion takes away is lost only where the update fails
among its deletions, or where something replaces its original with the deletion first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from pulumi_rolling.stack.assets import assets_in, hashes
from pulumi_rolling.stack.changes import Change
from pulumi_rolling.stack.deployment import DELETE_HOOKS, PROVIDER_PREFIX, Deployment, Entry
from pulumi_rolling.stack.groups import is_group
from pulumi_rolling.stack.own_hooks import foreign_hooks, own_hooks
from pulumi_rolling.stack.stateful import lost_with

LAST = "deletions run last, so this counts where one of them fails or the update is stopped among them"


class Danger(Enum):
    """Why something would not come back as it was, the gravest first; the value is the sentence."""

    DATA_DELETED_FIRST = "the original is deleted before its replacement is made, and its contents go with it"
    DELETED_FIRST = (
        "the original is deleted before its replacement is made; it would be made again under a new id"
    )
    ORIGINAL_DELETED = (
        "an earlier failed update replaced it, and any update now deletes the original that was kept"
    )
    DATA_DELETED = f"it is deleted, and its contents go with it; {LAST}"
    DELETED = f"it is deleted, and would be made again, empty, under a new id; {LAST}"
    DATA_REPLACED = (
        "its replacement begins empty; the original comes back with its contents unless the update fails "
        "after it has deleted the original, which it does last"
    )
    DROPPED = "it leaves the state and stays in the cloud, and a return would make a second one"
    PROTECTED = "it is new and protected, and a return takes no protection away: it would stay"
    DELETE_HOOKS = "it is new and has a delete hook, which only the program can run: it would stay"
    RETAINED = "it is new and has retainOnDelete: it would leave the state and stay in the cloud"
    IMPORTED = "it is imported: it would leave the state and stay in the cloud, with what the import changed"
    # The quotation is pulumi-terraform-bridge's; its older half says "State version %d is greater than schema version".
    PROVIDER = (
        "the provider's major version rises; what the newer one has written the older one may refuse "
        "(“was created by a newer provider version and cannot be downgraded”)"
    )
    ASSET = "the files of its present contents are not at hand, and state has their hash alone"
    HOOKS = "its resource hooks are functions of the program and would not run in a return"
    SECRETS = "the secrets provider has changed since the last good deployment, whose secrets need the former"
    ENVIRONMENT = "the ESC environment has no fixed version, so its values may be others by then"


@dataclass(frozen=True)
class Risk:
    """One thing that would not come back as it was. `urn` names a resource, a provider, the stack or an environment."""

    urn: str
    danger: Danger
    detail: str = ""


@dataclass(frozen=True)
class Known:
    """What is known beside the changes.

    `state`: the deployment before the update. `good`: the last good one, where it is another. `environments`: those of
    ESC that the stack imports. `has_source`: whether an asset of state could be read again as it is recorded.
    """

    state: Deployment
    good: Deployment | None = None
    environments: tuple[str, ...] = ()
    has_source: Callable[[Any], bool] = field(
        default=lambda asset: bool(asset.get("text") or asset.get("uri"))
    )


def foresee(changes: Iterable[Change], known: Known) -> tuple[Risk, ...]:
    """The risks, the gravest first and each once. An event log tells no hooks of resources that are new."""
    changed = tuple(changes)
    found = {
        *(risk for change in changed if change.either.is_own for risk in _of(change, known)),
        *_originals(known.state),
        *_providers(changed, known.state),
        *_surroundings(known),
    }
    order = {danger: place for place, danger in enumerate(Danger)}
    return tuple(sorted(found, key=lambda risk: (order[risk.danger], risk.urn, risk.detail)))


def _of(change: Change, known: Known) -> Iterator[Risk]:
    before = known.state.living.get(change.urn)
    if loss := _loss(change):
        yield Risk(change.urn, *loss)
    yield from (Risk(change.urn, danger) for danger in _stays(change, before))
    if change.old is not None:
        recorded = before or change.old
        yield from _assets(change, recorded, known)
        if foreign_hooks(recorded, own_hooks(known.state)):
            yield Risk(change.urn, Danger.HOOKS)


def _loss(change: Change) -> tuple[Danger, str] | None:
    """What a deletion or a replacement takes away."""
    old = change.old
    if old is None or not (change.deletes or change.replaces):
        return None
    if old.raw.get("retainOnDelete"):
        return Danger.DROPPED, old.id
    lost = lost_with(old.type)
    if change.deletes_first:
        return (Danger.DATA_DELETED_FIRST, lost) if lost else (Danger.DELETED_FIRST, "")
    if change.deletes:
        # A RollingGroup has nothing of its own: its group is another resource.
        if is_group(old):
            return None
        return (Danger.DATA_DELETED, lost) if lost else (Danger.DELETED, "")
    return (Danger.DATA_REPLACED, lost) if lost else None


def _stays(change: Change, before: Entry | None) -> Iterator[Danger]:
    """Why a return would not delete what this change brings into the state."""
    new = change.new
    if new is None:
        return
    if change.imports:
        yield Danger.IMPORTED
    elif change.makes and new.raw.get("retainOnDelete"):
        yield Danger.RETAINED
    if new.protected and (before is None or not before.protected):
        yield Danger.PROTECTED
    if change.makes and DELETE_HOOKS & new.hooks.keys():
        yield Danger.DELETE_HOOKS


def _assets(change: Change, recorded: Entry, known: Known) -> Iterator[Risk]:
    """Assets that the update changes or takes away, where nothing could give their present contents again."""
    there = set(hashes(change.new.inputs).values()) if change.new is not None else set()
    for path, asset in assets_in(recorded.inputs):
        if asset.get("hash") not in there and not known.has_source(asset):
            file = asset.get("path")
            yield Risk(change.urn, Danger.ASSET, path.lstrip(".") + (f", from {file}" if file else ""))


def _originals(state: Deployment) -> Iterator[Risk]:
    for entry in state.replaced:
        if entry.custom and not entry.raw.get("retainOnDelete"):
            lost = lost_with(entry.type)
            yield Risk(entry.urn, Danger.ORIGINAL_DELETED, ", ".join(filter(None, (entry.id, lost))))


def _providers(changes: Iterable[Change], state: Deployment) -> Iterator[Risk]:
    """Providers whose major version rises under resources that the update writes anew."""
    versions = {entry.urn: version for entry in state.living.values() if (version := _version_in(entry))}
    fresh = {
        change.urn: version
        for change in changes
        if change.new is not None and change.new.is_provider and (version := _version_in(change.new))
    }
    written: dict[tuple[str, str, str], int] = {}
    for change in changes:
        if change.old is None or change.new is None or not change.either.is_own or change.replaces:
            continue
        old, new = (entry.provider.rpartition("::")[0] for entry in (change.old, change.new))
        before = versions.get(old, _version_named(old))
        after = fresh.get(new) or versions.get(new, _version_named(new))
        if _major(before) < _major(after):
            key = (new, before, after)
            written[key] = written.get(key, 0) + 1
    for (urn, before, after), count in written.items():
        package = urn.split(PROVIDER_PREFIX)[-1].partition("::")[0]
        resources = "1 resource" if count == 1 else f"{count} resources"
        yield Risk(urn, Danger.PROVIDER, f"{package} {before} -> {after}, {resources}")


def _version_in(entry: Entry) -> str:
    return str(entry.inputs.get("version") or "") if entry.is_provider else ""


def _version_named(urn: str) -> str:
    """The version in the name of a provider that the engine makes by itself: default_7_51_1 is 7.51.1."""
    found = re.search(r"::default_(\d+)_(\d+)_(\d+)", urn)
    return ".".join(found.groups()) if found else ""


def _major(version: str) -> float:
    """The number before the first dot. What has no version is above none and below none."""
    found = re.match(r"v?(\d+)\.", version)
    return float(found.group(1)) if found else float("nan")


def _surroundings(known: Known) -> Iterator[Risk]:
    stack = next((entry.urn for entry in known.state if entry.is_stack), "")
    good = known.good.raw["deployment"].get("secrets_providers") if known.good else None
    now = known.state.raw["deployment"].get("secrets_providers")
    if good and now and good != now:
        yield Risk(stack, Danger.SECRETS, f"{good.get('type')} -> {now.get('type')}")
    for name in unpinned(known.environments):
        yield Risk(name, Danger.ENVIRONMENT)


def unpinned(environments: Iterable[str]) -> tuple[str, ...]:
    """Those without a fixed version, whose values may be others by the next update."""
    return tuple(name for name in environments if not re.search(r"@\d+$", name))
