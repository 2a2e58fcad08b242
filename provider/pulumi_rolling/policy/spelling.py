"""Three spellings into one: camelCase (YAML, state), snake_case (Python), PascalCase (pasted CloudFormation).

The normalised form is camelCase and carries no defaults, or a changed default would be a diff for everyone.
What is not recognised stays as it came, for ``check`` to name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from pulumi_rolling.core.replace.limits import Pacing
from pulumi_rolling.policy.leaves import Fold, plain
from pulumi_rolling.policy.models import Block, RollingGroupInputs, UpdatePolicy

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def forms(name: str) -> tuple[str, str, str]:
    """A camelCase name in all three spellings."""
    return name, _HUMP.sub("_", name).lower(), name[0].upper() + name[1:]


def camel(key: str) -> str:
    """The camelCase of a key in any of the spellings, known or not."""
    words = key.split("_")
    return words[0][:1].lower() + words[0][1:] + "".join(word[:1].upper() + word[1:] for word in words[1:])


OUTER = frozenset(forms("updatePolicy"))
"""CloudFormation's attribute around the policy, which may be pasted with it."""

PASTED = frozenset(forms("autoScalingRollingUpdate"))


def fields(model: type[Block]) -> Mapping[str, str]:
    """Attribute names of the model by their camelCase names, in the order of the model."""
    return {field.alias or name: name for name, field in model.model_fields.items()}


def child(model: type[Block], name: str) -> type[Block] | None:
    """The model of the block that stands under a camelCase name; None for single values and unknown names."""
    attribute = fields(model).get(name)
    kind = None if attribute is None else model.model_fields[attribute].annotation
    return kind if isinstance(kind, type) and issubclass(kind, Block) else None


@cache
def names_of(model: type[Block]) -> Mapping[str, str]:
    """Every spelling of every name of the model, the refused ones included, to its canonical name."""
    own = {name: name for name in [*fields(model), *model.refused]}
    return {form: name for key, name in {**own, **model.other_names}.items() for form in forms(key)}


def normalise(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs in the form that state holds. Normalising twice changes nothing more.

    A block pasted under CloudFormation's own key is lockStep unless it says otherwise; since its key is lost
    here, that is written down.
    """
    return _block(RollingGroupInputs, inputs)


def normalise_policy(block: Any) -> Any:
    """The same for what stands under ``updatePolicy`` alone."""
    return _value(UpdatePolicy, block)


def _block(model: type[Block], given: Mapping[str, Any]) -> dict[str, Any]:
    normal: dict[str, Any] = {}
    for key, name, value in _entries(model, given):
        if name is None:
            normal[key] = plain(value)
            continue
        normal[name] = _field(model, name, value)
        if key in PASTED and isinstance(normal[name], dict):
            normal[name].setdefault("pacing", Pacing.LOCK_STEP.value)
    return normal


def _entries(model: type[Block], given: Mapping[str, Any]) -> Iterator[tuple[str, str | None, Any]]:
    """Key, canonical name and value. No name: the key is unknown, or another key says it already.

    A null is the same as nothing given, as Pulumi has it.
    """
    names = names_of(model)
    entries = {key: value for key, value in given.items() if value is not None or key not in names}
    taken: set[str] = set()
    for key, value in entries.items():
        name = names.get(key)
        if name is not None and (name in taken or (name != key and name in entries)):
            name = None
        if name is not None:
            taken.add(name)
        yield key, name, value


def _field(model: type[Block], name: str, value: Any) -> Any:
    normal = plain(value)
    attribute = fields(model).get(name)
    for mark in model.model_fields[attribute].metadata if attribute is not None else ():
        if isinstance(mark, Fold):
            normal = mark.apply(normal)
    inner = child(model, name)
    return normal if inner is None else _value(inner, normal)


def _value(model: type[Block], value: Any) -> Any:
    while model is UpdatePolicy and isinstance(value, Mapping):
        given = {key: item for key, item in value.items() if item is not None or key not in names_of(model)}
        if len(given) != 1 or not OUTER.intersection(given) or None in given.values():
            break
        (value,) = given.values()
    return _block(model, value) if isinstance(value, Mapping) else plain(value)
