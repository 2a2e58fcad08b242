"""Whether what was read is of the shape that its classes say: anybody who may tag a group can write anything.

Text is made printable as it is read, so that no message and no screen carries a control character of a tag.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

LARGEST = 2**53
"""Numbers beyond are no counts, sizes or times of ours."""


def printable(raw: Any) -> Any:
    """The same JSON, its text without characters that a screen would obey."""
    match raw:
        case str():
            return printable_text(raw)
        case list():
            return [printable(each) for each in raw]
        case dict():
            return {printable_text(key): printable(each) for key, each in raw.items()}
        case _:
            return raw


def printable_text(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else f"\\x{ord(letter):02x}" for letter in text)


def fits(value: Any, kind: Any) -> bool:
    """Whether a value is of an annotated type, through and through."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return any(fits(value, each) for each in inner)
    if origin is Mapping:
        # No record holds one: what a service is asked follows from the policy.
        return isinstance(value, Mapping) and not value
    if origin is Literal:
        return value in inner
    if origin is tuple:
        return isinstance(value, tuple) and _tuple_fits(value, inner)
    if origin is frozenset:
        return isinstance(value, frozenset) and _all_fit(value, inner[0])
    if kind in (int, float):
        number = isinstance(value, int | kind) and not isinstance(value, bool)
        return number and abs(value) < LARGEST
    if kind is None or kind is NoneType:
        return value is None
    if not isinstance(value, kind):
        return False
    if not is_dataclass(value):
        return True
    hints = _hints(kind)
    return all(fits(getattr(value, field.name), hints[field.name]) for field in fields(value))


def _tuple_fits(value: tuple[Any, ...], inner: tuple[Any, ...]) -> bool:
    if len(inner) == 2 and inner[1] is Ellipsis:
        return _all_fit(value, inner[0])
    return len(value) == len(inner) and all(map(fits, value, inner))


def _all_fit(values: Iterable[Any], kind: Any) -> bool:
    return all(fits(each, kind) for each in values)


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)
