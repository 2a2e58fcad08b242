"""Update policies that an update changes, as a preview tells their resources. What a policy means is not known here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pulumi_rolling.report.differences import differences
from pulumi_rolling.stack.changes import Change
from pulumi_rolling.stack.deployment import UNKNOWN, Entry
from pulumi_rolling.stack.groups import is_group

ATTRIBUTE = "rolling:index:UpdatePolicy"
"""The component that says how a group is rolled whose policy is an attribute; it is in users' state."""
_KEYS = {"updatePolicy": "updatePolicy", "policy": "updatePolicy", "onFailure": "onFailure"}


def policy_changes(changes: Iterable[Change]) -> dict[str, tuple[str, ...]]:
    """Lines by URN, of those that were there before and stay."""
    found = {
        change.urn: differences(_policy(change.old), _policy(change.new))
        for change in changes
        if change.old is not None and change.new is not None and _has_policy(change.either)
    }
    return {urn: lines for urn, lines in found.items() if lines}


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
