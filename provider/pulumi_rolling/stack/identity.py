"""Which entry of a state is which resource of the last good deployment. Pure.

A resource is known by its type and its id, whatever its URN. Some providers give one id to many resources ("none"), so
a resource that has its own URN is looked for nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping

from pulumi_rolling.stack.deployment import Deployment, Entry

Key = tuple[str, str]
"""Type and id."""


def key_of(entry: Entry) -> Key | None:
    """Nothing for a component, for another owner's resource, and for one that the engine has deleted already.

    The engine keeps the entry of what it deleted before it replaces it, as `pendingReplacement` (step.go, DeleteStep).
    """
    if not entry.custom or not entry.id or entry.read or entry.raw.get("pendingReplacement"):
        return None
    return entry.type, entry.id


def owned(good: Deployment) -> Mapping[Key, tuple[Entry, ...]]:
    """The resources of the last good deployment, by type and id."""
    found: dict[Key, tuple[Entry, ...]] = {}
    for entry in good.living.values():
        key = key_of(entry)
        if key is not None:
            found[key] = (*found.get(key, ()), entry)
    return found


def today(good: Deployment, now: Deployment) -> Mapping[str, Entry]:
    """The living entries that are resources of the last good deployment, by the URN that each has there."""
    found: dict[str, Entry] = {}
    strange: dict[Key, list[Entry]] = {}
    for entry in now.living.values():
        key, former = key_of(entry), good.living.get(entry.urn)
        if key is None:
            continue
        if former is not None and key_of(former) == key:
            found[entry.urn] = entry
        else:
            strange.setdefault(key, []).append(entry)
    for key, formers in owned(good).items():
        lost = [former for former in formers if former.urn not in found]
        for former in lost:
            other = _same(former, strange.get(key, []), certain=len(formers) == 1)
            if other is not None:
                found[former.urn] = other
    return found


def renamed(good: Deployment, now: Deployment) -> dict[str, tuple[str, ...]]:
    """URNs under which the state has a resource of the last good deployment, by the URN that it has there.

    The engine looks under the own URN first, so a name that another resource has taken needs `twins.revive` before.
    """
    return {
        urn: (entry.urn,)
        for urn, entry in today(good, now).items()
        if entry.urn != urn and not entry.is_default_provider
    }


def imported(good: Deployment, now: Deployment) -> tuple[str, ...]:
    """URNs of what was in the cloud before the failed update took it into the state."""
    mine = owned(good)
    return tuple(
        entry.urn for entry in now.living.values() if entry.raw.get("importID") and key_of(entry) not in mine
    )


def _same(former: Entry, strange: list[Entry], certain: bool) -> Entry | None:
    """The one that the engine itself found by an alias, or else the only one there is."""
    by_alias = [entry for entry in strange if former.urn in (entry.raw.get("aliases") or ())]
    if by_alias:
        return by_alias[0]
    return strange[0] if certain and len(strange) == 1 else None
