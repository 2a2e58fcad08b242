"""Which inputs follow a resource that was made again, and has another id now.

Recorded inputs are literals. One that equals the recorded id, or a recorded output, of a resource that it is known to
depend on follows that resource; where the same text might mean two things nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pulumi_rolling.stack.deployment import UNKNOWN, Entry, plain

Changes = Mapping[str, str]
"""What a text of the recorded deployment is called now."""


class UncertainError(Exception):
    """The same recorded text has become two different ones."""


def changes_of(recorded: Entry, new_id: str, outputs: Mapping[str, Any]) -> dict[str, str]:
    """The texts that a resource gave to others, and what they are now. Empty where its id is the recorded one.

    An id or output that is not there yet, as in a preview, becomes the engine's unknown value.
    """
    if not recorded.id or recorded.id == new_id:
        return {}
    found: dict[str, str] = {recorded.id: new_id or UNKNOWN}
    now = plain(outputs)
    for path, old in _texts(plain(recorded.outputs)):
        new = _at(now, path)
        new = new if isinstance(new, str) and new_id else UNKNOWN
        if old == new or (new == UNKNOWN and old in found):
            continue
        if found.get(old, new) != new:
            raise UncertainError(
                f"{recorded.urn} gave {'.'.join(map(str, path))} and its id the same text {old!r}"
            )
        found[old] = new
    return found


def rebound(inputs: Mapping[str, Any], entry: Entry, changes: Mapping[str, Changes]) -> dict[str, Any]:
    """The inputs, each following the resources that it depends on. `changes`: by URN."""
    result: dict[str, Any] = {}
    for key, value in inputs.items():
        table: dict[str, str] = {}
        for urn in entry.property_dependencies.get(key, []):
            for old, new in changes.get(urn, {}).items():
                if table.get(old, new) != new:
                    raise UncertainError(f"{key} of {entry.urn}: {old!r} is two things now")
                table[old] = new
        result[key] = followed(value, table) if table else value
    return result


def uncertain(entry: Entry, moved: Mapping[str, Entry], lost: Mapping[str, Entry]) -> str:
    """The first input that cannot follow what it depends on; "" where all can.

    `moved`: resources that will have another id, by URN, as recorded: an input holds that id inside a longer text which
    the resource did not give. `lost`: resources that will not be there: an input holds their id in any way.
    """
    for key, urns in entry.property_dependencies.items():
        texts = [text for _, text in _texts(plain(entry.inputs.get(key)))]
        for urn in urns:
            there = moved.get(urn) or lost.get(urn)
            if there is None or not there.id:
                continue
            given = {there.id, *(text for _, text in _texts(plain(there.outputs)))} if urn in moved else set()
            inside = re.compile(rf"(?<![0-9A-Za-z]){re.escape(there.id)}(?![0-9A-Za-z])")
            if any(text not in given and inside.search(text) for text in texts):
                return key
    return ""


Path = tuple[str | int, ...]


def _texts(value: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    if isinstance(value, str) and value:
        yield path, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            if not str(key).startswith("__"):
                yield from _texts(item, (*path, key))
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from _texts(item, (*path, place))


def _at(value: Any, path: Path) -> Any:
    for step in path:
        if isinstance(value, Mapping):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return None
    return value


def followed(value: Any, table: Changes) -> Any:
    """The value with each text that has changed as it is now."""
    if isinstance(value, str):
        return table.get(value, value)
    if isinstance(value, Mapping):
        return {key: followed(item, table) for key, item in value.items()}
    if isinstance(value, list):
        return [followed(item, table) for item in value]
    return value
