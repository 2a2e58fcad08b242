"""Which entry of a state is which resource of the last good deployment. Pure.

A resource is known by its type and its id, whatever its URN; one that has its own URN is looked for nowhere else.
State keeps no aliases to ask (state_builder.go, withUpdatedAliases).
"""

from __future__ import annotations

from collections.abc import Mapping

from pulumi_rolling.stack.deployment import Deployment, Entry

Key = tuple[str, str]
"""Type and id, or type and URN where the id tells nothing."""

NOT_IDS = frozenset({"none", "-"})
"""What providers write for all that lives in the state alone, as a random password does."""


def key_of(entry: Entry) -> Key | None:
    """Nothing for a component, for another owner's resource, and for one that the engine has deleted already.

    The engine keeps the entry of what it deleted before it replaces it, as `pendingReplacement` (step.go, DeleteStep).
    """
    if not entry.custom or not entry.id or entry.read or entry.raw.get("pendingReplacement"):
        return None
    return identity_of(entry)


def identity_of(entry: Entry) -> Key:
    """What `key_of` tells, of another owner's resource and of a deleted one, too."""
    return entry.type, entry.urn if entry.id in NOT_IDS else entry.id


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
    strange: dict[Key, Entry] = {}
    for entry in now.living.values():
        key, former = key_of(entry), good.living.get(entry.urn)
        if key is None:
            continue
        if former is not None and key_of(former) == key:
            found[entry.urn] = entry
        else:
            strange.setdefault(key, entry)
    for key, formers in owned(good).items():
        if len(formers) == 1 and formers[0].urn not in found and key in strange:
            found[formers[0].urn] = strange[key]
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
