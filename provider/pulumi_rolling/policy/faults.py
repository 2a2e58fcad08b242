"""What is wrong with a block, as faults: every one at once, each with its canonical path and one sentence.

This module turns the models' own errors into sentences and walks blocks for the path. It names no block.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from pulumi_rolling.errors import Fault, spelled_path
from pulumi_rolling.policy.block import Block, IsUnknown, child, fields, names_of, outer_keys
from pulumi_rolling.policy.leaves import show
from pulumi_rolling.policy.pasted import is_function
from pulumi_rolling.policy.spelling import camel, key_of

B = TypeVar("B", bound=Block)
Place = tuple[str | int, ...]
"""Keys and indexes below a block."""


def judge(model: type[B], normal: Any, is_unknown: IsUnknown) -> tuple[B | None, list[Fault]]:
    """A normalised block as its model, or its faults."""
    if is_unknown(normal):
        return model(), []
    try:
        return model.model_validate(normal, context={"is_unknown": is_unknown}), []
    except ValidationError as error:
        details = error.errors(include_url=False, include_context=False)
        return None, [_fault(model, detail) for detail in details]


def in_order(faults: Iterable[Fault]) -> list[Fault]:
    """The faults by path, list items by their number."""

    def order(fault: Fault) -> tuple[list[str | int], str]:
        parts = re.split(r"\[([0-9]+)\]", fault.path)
        return [int(part) if index % 2 else part for index, part in enumerate(parts)], fault.message

    return sorted(faults, key=order)


def _fault(model: type[Block], detail: ErrorDetails) -> Fault:
    place = detail["loc"]
    match detail["type"]:
        case "extra_forbidden":
            return _key_fault(model, place)
        case "model_type":
            sentence = f"must be {_block_at(model, place).form}; found {show(detail['input'])}."
            if isinstance(detail["input"], str) and "{" in detail["input"]:
                sentence += " Give the mapping itself in place of its text."
        case "tuple_type":
            sentence = f"must be a list; found {show(detail['input'])}."
        case "policy":
            sentence = detail["msg"]
        case _:
            sentence = f"{detail['msg']}; found {show(detail['input'])}."
    return Fault(_path(model, place), sentence)


def _key_fault(root: type[Block], place: Place) -> Fault:
    """A key that its block does not have, has already under another spelling, or refuses by name."""
    above, key = place[:-1], str(place[-1])
    block = _block_at(root, above)
    if is_function(key):
        resolved = f"found {show({key: None})}; give what it comes to"
        return Fault(_path(root, above), f"must be {block.form}; {resolved}.")
    name = names_of(block).get(key)
    path = _path(root, (*above, name or camel(key)))
    if name == key:
        return Fault(path, block.refused[name])
    if name is not None:
        return Fault(path, f'is given twice, the second time as "{key}"; keep one of them.')
    if key in outer_keys(block):
        return Fault(path, f'"{key}" around the policy may be pasted, but then nothing stands beside it.')
    where = _path(root, above) or "the inputs"
    return Fault(path, f'"{key}" is not a field of {where}; {_instead(root, block, key)}')


def _path(root: type[Block], place: Place) -> str:
    return spelled_path((root.path, *place) if root.path else place)


def _block_at(root: type[Block], place: Place) -> type[Block]:
    block = root
    for part in place:
        block = child(block, str(part)) or block
    return block


def _instead(root: type[Block], block: type[Block], key: str) -> str:
    """What to write in place of a key that is not known."""
    meant = {key_of(name): field for name, field in block.meant.items()}
    if key_of(key) in meant:
        return f"did you mean {meant[key_of(key)]}?"
    by_key = {key_of(form): name for form, name in names_of(block).items() if name not in block.refused}
    elsewhere = next((path for path, names in _homes(root, ()) if key_of(key) in names), None)
    if elsewhere is not None and key_of(key) not in by_key:
        return f"it belongs at {_path(root, elsewhere)}."
    near = difflib.get_close_matches(key_of(key), by_key, n=1, cutoff=0.7)
    if near:
        return f"did you mean {by_key[near[0]]}?"
    return f"allowed are {', '.join(fields(block))}."


def _homes(model: type[Block], at: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], set[str]]]:
    """The path of every field below the model, with all that it may be called."""
    for name in fields(model):
        yield (*at, name), {key_of(form) for form, field in names_of(model).items() if field == name}
        inner = child(model, name)
        if inner is not None:
            yield from _homes(inner, (*at, name))
