"""Update policies that an update changes, as a preview tells their resources. What a policy means is not known here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pulumi_rolling.report.differences import differences
from pulumi_rolling.stack.changes import Change
from pulumi_rolling.stack.deployment import UNKNOWN, Entry
from pulumi_rolling.stack.groups import is_group

ATTRIBUTE = "rolling:index:UpdatePolicy"
"""The component that says how a group is rolled whose policy is an attribute; it is in users' state."""
_KEYS = {"updatePolicy": "updatePolicy", "policy": "updatePolicy", "onFailure": "onFailure"}


def policy_changes(changes: Iterable[Change]) -> dict[str, tuple[str, ...]]:
    """Lines by URN, of those that were there before and stay, or that another one follows."""
    told = [change for change in changes if _has_policy(change.either)]
    found = {
        change.urn: differences(_policy(change.old), _policy(change.new))
        for change in told
        if change.old is not None and change.new is not None
    }
    found |= {new.urn: differences(_policy(old), _policy(new)) for old, new in _followed(told)}
    return {urn: lines for urn, lines in found.items() if lines}


def _followed(changes: Iterable[Change]) -> Iterator[tuple[Entry, Entry]]:
    """Policies that go, each with the one in its place: the name of a shared one is made from what it says.

    Where several of one type of groups go or come nothing tells which follows which.
    """
    gone: dict[Any, list[Entry]] = defaultdict(list)
    come: dict[Any, list[Entry]] = defaultdict(list)
    for change in changes:
        if change.either.type == ATTRIBUTE:
            if change.old is not None and change.deletes:
                gone[change.old.inputs.get("group")].append(change.old)
            elif change.new is not None and change.makes:
                come[change.new.inputs.get("group")].append(change.new)
    for group, entries in gone.items():
        if len(entries) == len(come[group]) == 1:
            yield entries[0], come[group][0]


def _has_policy(entry: Entry) -> bool:
    return is_group(entry) or entry.type == ATTRIBUTE


def _policy(entry: Entry) -> dict[str, Any]:
    return {_KEYS[key]: _known(value) for key, value in entry.inputs.items() if key in _KEYS}


def _known(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _known(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_known(item) for item in value]
    return "known after apply" if value == UNKNOWN else value
