"""What differs between two revisions' contents, in lines for people. User data is never shown."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from pulumi_rolling.errors import spelled_path

LONGEST = 48
"""Characters of a value that are shown."""
HIDDEN = frozenset({"UserData"})
"""Encoded programs, which say nothing to the eye and may hold secrets."""


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    """Lines, one for each value that differs, in the order of paths: ``ImageId: ami-1 -> ami-2``."""
    old, new = dict(_leaves(before)), dict(_leaves(after))
    return tuple(
        _line(path, old, new) for path in sorted({*old, *new}, key=_order) if old.get(path) != new.get(path)
    )


def _leaves(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Single values with their paths. An empty block or list counts as an absent one."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _leaves(item, (*path, str(key)))
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from _leaves(item, (*path, index))
    else:
        yield path, value if isinstance(value, str) else json.dumps(value, default=str)


def _line(
    path: tuple[str | int, ...],
    old: Mapping[tuple[str | int, ...], str],
    new: Mapping[tuple[str | int, ...], str],
) -> str:
    name = spelled_path(path)
    hidden = any(part in HIDDEN for part in path)
    if path not in old:
        return f"{name} added" if hidden else f"{name} added: {_short(new[path])}"
    if path not in new:
        return f"{name} removed" if hidden else f"{name} removed: {_short(old[path])}"
    return f"{name} changed" if hidden else f"{name}: {_short(old[path])} -> {_short(new[path])}"


def _short(text: str) -> str:
    line = " ".join(text.split()) or '""'
    return line if len(line) <= LONGEST else line[: LONGEST - 3] + "..."


def _order(path: tuple[str | int, ...]) -> tuple[tuple[str, int], ...]:
    """The order of paths: names by the alphabet, list items by their number."""
    return tuple((part, 0) if isinstance(part, str) else ("", part) for part in path)
