"""The normalised form of inputs: camelCase keys, one spelling of each value, and no defaults.

A changed default would be a diff for everyone, so none is ever written. What is not recognised stays as it came, for
``faults`` to name. This module walks blocks and knows none of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pulumi_rolling.policy.block import Block, child, folded, names_of, outer_keys, pasted_keys
from pulumi_rolling.policy.numbers import exact


def normal_form(model: type[Block], given: Any) -> Any:
    """A block in the form that state holds. Normalising twice changes nothing more.

    A block under CloudFormation's own key gets what ``pasted_fields`` says; since its key is lost here, that is written
    down.
    """
    inner = _unwrapped(model, given)
    return _mapping(model, inner) if isinstance(inner, Mapping) else exact(inner)


def _unwrapped(model: type[Block], given: Any) -> Any:
    """A block without the keys that were pasted around it."""
    while isinstance(given, Mapping) and outer_keys(model):
        said = {key: item for key, item in given.items() if item is not None or key not in names_of(model)}
        if len(said) != 1 or not outer_keys(model).intersection(said) or None in said.values():
            break
        (given,) = said.values()
    return given


def _mapping(model: type[Block], given: Mapping[str, Any]) -> dict[str, Any]:
    normal: dict[str, Any] = {}
    for key, name, value in _entries(model, given):
        if name is None:
            normal[key] = exact(value)
            continue
        value = folded(model, name, exact(value))
        inner = child(model, name)
        normal[name] = value if inner is None else _inner(inner, value)
        if inner is not None and key in pasted_keys(model) and isinstance(normal[name], dict):
            normal[name] = _filled(normal[name], inner.pasted_fields)
    return normal


def _inner(model: type[Block], given: Any) -> Any:
    """A block, or each block of a list."""
    return (
        [normal_form(model, each) for each in given] if isinstance(given, list) else normal_form(model, given)
    )


def _filled(given: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    """What is given, with defaults where nothing is; a mapping within is filled and not replaced."""
    filled = {**defaults, **given}
    for key, default in defaults.items():
        if isinstance(default, Mapping) and isinstance(filled[key], Mapping):
            filled[key] = _filled(filled[key], default)
    return filled


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
