"""What of a last good deployment is not there after a return. Pure: two exports with readable secrets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from pulumi_rolling.stack.assets import is_asset
from pulumi_rolling.stack.deployment import Deployment, Entry, plain, without_defaults
from pulumi_rolling.stack.rebinding import Changes, changes_of, rebound


class Difference(Enum):
    """The value is the end of a sentence about a resource."""

    MISSING = "is not there"
    INPUTS = "has other inputs"
    NEW_ID = "was made again under a new id"
    EXTRA = "is there and was not"


@dataclass(frozen=True)
class Found:
    urn: str
    difference: Difference
    detail: str = ""


def differences(good: Deployment, now: Deployment) -> tuple[Found, ...]:
    """Resource by resource, without the providers that the engine makes by itself. Empty after a return in whole."""
    found = []
    follows = _follows(good, now)
    for urn, former in good.living.items():
        if former.is_default_provider:
            continue
        today = now.living.get(urn)
        if today is None:
            found.append(Found(urn, Difference.MISSING))
        elif today.id != former.id:
            found.append(Found(urn, Difference.NEW_ID, f"{former.id} is now {today.id}"))
        elif keys := changed_inputs(former, today, follows):
            found.append(Found(urn, Difference.INPUTS, ", ".join(keys)))
    for urn, today in now.living.items():
        if urn not in good.living and not today.is_default_provider:
            found.append(Found(urn, Difference.EXTRA, today.id))
    return tuple(found)


def changed_inputs(former: Entry, today: Entry, follows: Mapping[str, Changes]) -> list[str]:
    """Names of the inputs that a program would have to give otherwise. An asset counts by its hash.

    `follows`: by URN, what others gave to inputs and now give instead; an input that follows them is the former one.
    """
    before = rebound(plain(without_defaults(former.inputs)), former, follows)
    after = plain(without_defaults(today.inputs))
    keys = sorted({*before, *after} - {"__internal"})
    return [key for key in keys if _by_hash(before.get(key)) != _by_hash(after.get(key))]


def _follows(good: Deployment, now: Deployment) -> dict[str, Changes]:
    found: dict[str, Changes] = {}
    for urn, former in good.living.items():
        today = now.living.get(urn)
        if today is not None and today.id != former.id:
            found[urn] = changes_of(former, today.id, today.outputs)
    return found


def _by_hash(value: Any) -> Any:
    if is_asset(value) and value.get("hash"):
        return value["hash"]
    if isinstance(value, dict):
        return {key: _by_hash(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_by_hash(item) for item in value]
    return value
