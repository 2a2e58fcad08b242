"""Judge the inputs: every fault at once, each with its canonical path, before anything is touched."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from pulumi_rolling.errors import Fault, PolicyErrors, spelled_path
from pulumi_rolling.policy.leaves import key_of, show
from pulumi_rolling.policy.models import Block, RollingGroupInputs, UpdatePolicy
from pulumi_rolling.policy.rules import IsUnknown, inputs_faults, policy_faults
from pulumi_rolling.policy.spelling import (
    OUTER,
    camel,
    child,
    fields,
    names_of,
    normalise,
    normalise_policy,
)

B = TypeVar("B", bound=Block)


def nothing_unknown(_: object) -> bool:
    """Every value is known: true of every operation but a preview."""
    return False


def check(
    inputs: Mapping[str, Any], is_unknown: IsUnknown = nothing_unknown
) -> tuple[dict[str, Any], list[Fault]]:
    """The normalised inputs and all their faults, sorted by path.

    A value that ``is_unknown`` stays in the normalised form as it is and has no faults of its own.
    """
    normal = normalise(inputs)
    _, faults = _judge(RollingGroupInputs, normal, (), is_unknown)
    return normal, _sorted([*faults, *inputs_faults(normal, is_unknown)])


def check_policy(block: Any, is_unknown: IsUnknown = nothing_unknown) -> tuple[Any, list[Fault]]:
    """The same for what stands under ``updatePolicy`` alone, where there is no group: ``rolling plan``."""
    normal = normalise_policy(block)
    _, faults = _judge(UpdatePolicy, normal, ("updatePolicy",), is_unknown)
    return normal, _sorted([*faults, *policy_faults(normal, is_unknown)])


def without_faulty(block: Any, faults: Iterable[Fault]) -> dict[str, Any]:
    """A normalised ``updatePolicy`` without its faulty fields: the rest can still be judged against a group."""
    faulty = {fault.path for fault in faults}
    roll = block.get("rollingUpdate") if isinstance(block, Mapping) else None
    given = roll if isinstance(roll, Mapping) else {}
    kept = {k: v for k, v in given.items() if not any(_is_at_or_below(path, k) for path in faulty)}
    _, left = check_policy({"rollingUpdate": kept})
    return {"rollingUpdate": {} if left else kept}


def _is_at_or_below(path: str, field: str) -> bool:
    above = f"updatePolicy.rollingUpdate.{field}"
    return path == above or path.startswith((f"{above}.", f"{above}["))


def parse(inputs: Mapping[str, Any], is_unknown: IsUnknown = nothing_unknown) -> RollingGroupInputs:
    """The inputs as a model. Raises PolicyErrors with all faults."""
    normal, faults = check(inputs, is_unknown)
    return _parsed(RollingGroupInputs, normal, faults, is_unknown)


def parse_policy(block: Any, is_unknown: IsUnknown = nothing_unknown) -> UpdatePolicy:
    """What stands under ``updatePolicy`` as a model. Raises PolicyErrors with all faults."""
    normal, faults = check_policy(block, is_unknown)
    return _parsed(UpdatePolicy, normal, faults, is_unknown)


def unknowns(inputs: Any, is_unknown: IsUnknown) -> tuple[str, ...]:
    """Paths of all values of the normalised inputs that are not known yet, in their order."""
    return tuple(_unknown_paths(inputs, (), is_unknown))


def _unknown_paths(value: Any, at: tuple[str | int, ...], is_unknown: IsUnknown) -> Iterator[str]:
    if is_unknown(value):
        yield spelled_path(at)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _unknown_paths(item, (*at, key), is_unknown)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _unknown_paths(item, (*at, index), is_unknown)


def _parsed(model: type[B], normal: Any, faults: list[Fault], is_unknown: IsUnknown) -> B:
    parsed, _ = _judge(model, normal, (), is_unknown)
    if faults or parsed is None:
        raise PolicyErrors(faults)
    return parsed


def _judge(
    model: type[B], normal: Any, at: tuple[str, ...], is_unknown: IsUnknown
) -> tuple[B | None, list[Fault]]:
    if is_unknown(normal):
        return model(), []
    try:
        return model.model_validate(normal, context={"is_unknown": is_unknown}), []
    except ValidationError as error:
        return None, [
            _fault(model, detail, at) for detail in error.errors(include_url=False, include_context=False)
        ]


def _fault(model: type[Block], detail: ErrorDetails, at: tuple[str, ...]) -> Fault:
    place = detail["loc"]
    match detail["type"]:
        case "extra_forbidden":
            return _key_fault(model, place, at)
        case "model_type":
            sentence = f"must be {_block_at(model, place).form}; found {show(detail['input'])}."
        case "tuple_type":
            sentence = f"must be a list; found {show(detail['input'])}."
        case "policy":
            sentence = detail["msg"]
        case _:
            sentence = f"{detail['msg']}; found {show(detail['input'])}."
    return Fault(spelled_path((*at, *place)), sentence)


def _key_fault(root: type[Block], place: tuple[str | int, ...], at: tuple[str, ...]) -> Fault:
    """A key that its block does not have, has already under another spelling, or refuses by name."""
    block = _block_at(root, place[:-1])
    key = str(place[-1])
    name = names_of(block).get(key)
    path = spelled_path((*at, *place[:-1], name or camel(key)))
    if name == key:
        return Fault(path, block.refused[name])
    if name is not None:
        return Fault(path, f'is given twice, the second time as "{key}"; keep one of them.')
    if block is UpdatePolicy and key in OUTER:
        return Fault(path, f'"{key}" around the policy may be pasted, but then nothing stands beside it.')
    where = spelled_path((*at, *place[:-1])) or "the inputs"
    return Fault(path, f'"{key}" is not a field of {where}; {_instead(root, block, key, at)}')


def _block_at(root: type[Block], place: tuple[str | int, ...]) -> type[Block]:
    block = root
    for part in place:
        block = child(block, str(part)) or block
    return block


def _instead(root: type[Block], block: type[Block], key: str, at: tuple[str, ...]) -> str:
    meant = {key_of(name): field for name, field in block.meant.items()}
    if key_of(key) in meant:
        return f"did you mean {meant[key_of(key)]}?"
    by_key = {key_of(name): name for name in fields(block)}
    near = difflib.get_close_matches(key_of(key), by_key, n=1, cutoff=0.7)
    if near:
        return f"did you mean {by_key[near[0]]}?"
    elsewhere = next((path for path in _homes(root, at) if key_of(path[-1]) == key_of(key)), None)
    if elsewhere is not None:
        return f"it belongs at {spelled_path(elsewhere)}."
    return f"allowed are {', '.join(fields(block))}."


def _homes(model: type[Block], at: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The path of every field below the model."""
    for name in fields(model):
        yield (*at, name)
        inner = child(model, name)
        if inner is not None:
            yield from _homes(inner, (*at, name))


def _sorted(faults: list[Fault]) -> list[Fault]:
    """By path, list items by their number."""

    def order(fault: Fault) -> tuple[list[str | int], str]:
        parts = re.split(r"\[([0-9]+)\]", fault.path)
        return [int(part) if index % 2 else part for index, part in enumerate(parts)], fault.message

    return sorted(faults, key=order)
