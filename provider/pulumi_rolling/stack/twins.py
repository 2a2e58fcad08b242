"""Replaced originals live again: the state in which a return starts.

What a failed update replaced is still there, marked `delete`, and the next update would delete it whatever the
program says. Pure: two exports in, the changed export out.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pulumi_rolling.stack.deployment import Deployment, Entry, plain


@dataclass(frozen=True)
class Revival:
    """The state to begin with. `revived` and `outlived` are (URN, id): originals that live, copies that will go."""

    state: Deployment
    revived: tuple[tuple[str, str], ...]
    outlived: tuple[tuple[str, str], ...]
    changed: bool


def revive(now: Deployment, good: Deployment, forgotten: Iterable[str] = ()) -> Revival:
    """Each replaced entry that is the last good deployment's own lives in the place of its newer copy.

    It is its own when URN, id, provider and inputs are the recorded ones. Entries at `forgotten` URNs are marked to
    leave the state without being deleted. Both exports with readable secrets.
    """
    raw = copy.deepcopy(dict(now.raw))
    entries: list[dict[str, Any]] = raw["deployment"].get("resources") or []
    alive = {each["urn"]: place for place, each in enumerate(entries) if not each.get("delete")}
    revived, outlived = [], []
    for place, each in list(enumerate(entries)):
        if not each.get("delete") or not _is_former(Entry(each), good, now):
            continue
        original = {key: value for key, value in each.items() if key != "delete"}
        revived.append((original["urn"], original.get("id", "")))
        newer = alive.get(each["urn"])
        if newer is None:
            entries[place] = original
            continue
        twin = _replaced(entries[newer])
        outlived.append((twin["urn"], twin.get("id", "")))
        entries[newer], entries[place] = original, twin
    wanted = set(forgotten)
    marked = [each for each in entries if each["urn"] in wanted and not each.get("delete")]
    for each in marked:
        each["retainOnDelete"] = True
    if revived:
        raw["deployment"]["resources"] = _ordered(entries)
    return Revival(Deployment(raw), tuple(revived), tuple(outlived), bool(revived or marked))


def renamed(good: Deployment, now: Deployment) -> dict[str, tuple[str, ...]]:
    """URNs under which the state has a resource of the last good deployment now, where its own URN has none.

    The same type and id under one strange URN is the same resource; under several nothing is certain.
    """
    strange: dict[tuple[str, str], list[str]] = {}
    for entry in now.living.values():
        if entry.custom and entry.id and entry.urn not in good.living:
            strange.setdefault((entry.type, entry.id), []).append(entry.urn)
    found: dict[str, tuple[str, ...]] = {}
    for entry in good.living.values():
        urns = strange.get((entry.type, entry.id), []) if entry.custom and not entry.is_provider else []
        if len(urns) == 1 and entry.urn not in now.living:
            found[entry.urn] = (urns[0],)
    return found


def _is_former(each: Entry, good: Deployment, now: Deployment) -> bool:
    former = good.living.get(each.urn)
    if former is None or not each.id or former.id != each.id or former.provider != each.provider:
        return False
    alive = now.living.get(each.urn)
    if alive is not None and alive.id == each.id:
        return False
    return bool(plain(former.inputs) == plain(each.inputs))


def _replaced(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Marked as the engine marks it: `delete` stands after `custom`."""
    marked: dict[str, Any] = {}
    for key, value in entry.items():
        marked[key] = value
        if key == "custom":
            marked["delete"] = True
    return {**marked, "delete": True}


def _ordered(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same order, but each need before who needs it: an original may need what its copy did not.

    The engine refuses a state in any other order (snapshot.go, VerifyIntegrity).
    """
    urns = {each["urn"] for each in entries}
    references = {Entry(each).reference for each in entries}
    result: list[dict[str, Any]] = []
    seen: set[str] = set()
    waiting = list(entries)
    while waiting:
        ready = next((i for i, each in enumerate(waiting) if _open(Entry(each), urns, references) <= seen), 0)
        each = waiting.pop(ready)
        seen |= {each["urn"], Entry(each).reference}
        result.append(each)
    return result


def _open(entry: Entry, urns: set[str], references: set[str]) -> frozenset[str]:
    return (entry.needs & urns) | ({entry.provider} & references)
