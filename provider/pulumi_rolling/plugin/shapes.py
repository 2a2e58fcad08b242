"""Shapes of the inputs' fields, found by asking the models: they judge values, and know no JSON types.

Each field is shown one value of every kind, through the fold of its spellings as the user's own would be. So a new
field has its shape without a word here.
"""

from __future__ import annotations

import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from pydantic import ValidationError

from pulumi_rolling.policy.block import Block, child, fields, folded, is_list

INTEGER, NUMBER, STRING, BOOLEAN = "integer", "number", "string", "boolean"
_SAMPLES: Mapping[str, tuple[Any, ...]] = {
    INTEGER: (1, 50, 150),
    NUMBER: (12.5,),
    STRING: (
        *("text", "PT5M", "25%", "AZRebalance", "PRE_SCALE_UP", "$Latest"),
        *("asg-1", "asc-1", "lt-1"),
        "https://sqs.eu-west-1.amazonaws.com/1/queue",
    ),
    BOOLEAN: (False, True),
}
_ITEMS: Mapping[str, tuple[Any, ...]] = {INTEGER: (10,), NUMBER: (12.5,), STRING: _SAMPLES[STRING]}


@dataclass(frozen=True, slots=True)
class Shape:
    """One field. Exactly one of ``block``, ``choices``, ``anything``, ``scalars`` and ``items`` says something."""

    name: str
    block: type[Block] | None = None
    many: bool = False
    """A list of the block."""
    kind: type[Enum] | None = None
    choices: tuple[str, ...] = ()
    scalars: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    anything: bool = False
    short: tuple[str, ...] = ()
    """Kinds of values (``array`` is one) that may stand in the block's place."""


def shapes(model: type[Block]) -> Iterator[Shape]:
    for name, attribute in fields(model).items():
        annotation = model.model_fields[attribute].annotation
        inner = child(model, name)
        kind = next((t for t in _parts(annotation) if isinstance(t, type) and issubclass(t, Enum)), None)
        if inner is not None:
            many = is_list(model, name)
            yield Shape(name, block=inner, many=many, short=() if many else tuple(_short_forms(model, name)))
        elif kind is not None:
            choices = tuple(str(c.value) for c in kind if _accepts(model, name, c.value))
            yield Shape(name, kind=kind, choices=choices)
        elif Any in [a for t in _parts(annotation) for a in typing.get_args(t)]:
            yield Shape(name, anything=True)
        else:
            scalars = _kinds(model, name, _SAMPLES)
            wrapped = {k: tuple([v] for v in values) for k, values in _ITEMS.items()}
            yield Shape(name, scalars=scalars, items=() if scalars else _kinds(model, name, wrapped))


def _parts(annotation: Any) -> list[Any]:
    arguments = typing.get_args(annotation)
    is_union = type(None) in arguments or typing.get_origin(annotation) in (typing.Union, type(int | str))
    return list(arguments) if is_union else [annotation]


def _kinds(model: type[Block], name: str, samples: Mapping[str, tuple[Any, ...]]) -> tuple[str, ...]:
    accepted = [kind for kind, values in samples.items() if any(_accepts(model, name, v) for v in values)]
    if NUMBER in accepted and INTEGER in accepted:
        accepted.remove(INTEGER)
    return tuple(accepted)


def _short_forms(model: type[Block], name: str) -> Iterator[str]:
    for kind, values in {**_SAMPLES, "array": ([10, 50], ["text"])}.items():
        forms = [folded(model, name, value) for value in values]
        if any(isinstance(form, Mapping) and _accepts(model, name, form) for form in forms):
            yield kind


def _accepts(model: type[Block], name: str, value: Any) -> bool:
    try:
        model.model_validate({name: folded(model, name, value)}, context={"is_unknown": lambda _: False})
    except ValidationError as error:
        return all(detail["loc"][:1] != (name,) for detail in error.errors(include_url=False))
    return True
