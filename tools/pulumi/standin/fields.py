"""What the real provider's schema says of a property, and the comparison that follows from it.

Terraform's rule, which the real provider inherits: what the program declares is compared with the state;
what it leaves out is compared with the default; what it leaves out and the cloud fills in is not compared.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from standin.wire import UNKNOWN, Properties

DEFAULTED = "__defaults"
"""Names of the inputs that the provider chose itself, kept among the inputs as the real one does."""


@dataclass(frozen=True)
class Field:
    computed: bool = False
    replaces: bool = False
    required: bool = False
    unordered: bool = False
    local: bool = False
    """Known to the provider alone: the cloud has no such thing to read back."""
    default: Any = None


@dataclass(frozen=True)
class Changes:
    """Names of the properties that differ, and those of them that need a new resource."""

    names: frozenset[str]
    replacing: frozenset[str]


def compare(
    fields: Mapping[str, Field],
    olds: Properties,
    old_inputs: Properties,
    news: Properties,
    ignored: Collection[str],
) -> Changes:
    """`olds` is the state; `old_inputs` tells what the program has taken out of a nested value since."""
    names = frozenset(
        name
        for name, field in fields.items()
        if name not in ignored and _differs(name, field, olds, old_inputs, news)
    )
    return Changes(names, frozenset(name for name in names if fields[name].replaces))


def _differs(name: str, field: Field, olds: Properties, old_inputs: Properties, news: Properties) -> bool:
    if name not in news and field.computed:
        return False
    new = news.get(name, field.default)
    old = olds.get(name)
    if not covers(new, old, field.unordered):
        return True
    return name in old_inputs and name in news and not covers(old_inputs[name], new, field.unordered)


def covers(wanted: Any, found: Any, unordered: bool = False) -> bool:
    """Whether what was found has all that is wanted; nested values that it leaves out are the cloud's."""
    if wanted == UNKNOWN:
        return False
    if isinstance(wanted, dict) and isinstance(found, dict):
        return all(covers(part, found.get(name)) for name, part in wanted.items())
    if isinstance(wanted, list) and isinstance(found, list):
        if len(wanted) != len(found):
            return False
        if unordered:
            return all(any(covers(part, other) for other in found) for part in wanted)
        return all(covers(part, other) for part, other in zip(wanted, found, strict=True))
    if wanted is None or found is None:
        return not wanted and not found
    return bool(_scalar(wanted) == _scalar(found))


def declared(fields: Mapping[str, Field], inputs: Properties, state: Properties) -> Properties:
    """The inputs as a refresh finds them: only what the program declared, with the values of the state.

    Of a set only what the program declared stays, and what others put into it is in the state alone.
    """
    return {
        name: _declared(value, state.get(name), name in fields and fields[name].unordered)
        for name, value in inputs.items()
        if name == DEFAULTED or name in state
    }


def _declared(value: Any, found: Any, unordered: bool = False) -> Any:
    if unordered and isinstance(value, list) and isinstance(found, list):
        return [part for part in value if any(covers(part, other) for other in found)]
    if isinstance(value, dict) and isinstance(found, dict):
        return {name: _declared(part, found[name]) for name, part in value.items() if name in found}
    if isinstance(value, list) and isinstance(found, list):
        if len(value) == len(found):
            return [_declared(part, other) for part, other in zip(value, found, strict=True)]
        return found
    if found is None or covers(value, found):
        return value
    return found


def _scalar(value: Any) -> Any:
    """The SDKs give some numbers and booleans as strings."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, (int, float)) else value
