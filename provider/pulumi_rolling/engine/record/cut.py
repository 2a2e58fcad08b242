"""A text cut into tags, and put together again: a tag holds few characters.

``PREFIX.N`` = ``SERIAL.COUNT PIECE``. Pieces of two writings never make a text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from pulumi_rolling.fleets.base import Shelf

HEADER = 20
"""Characters of a piece for the serial and the count."""
TIGHT = 10
"""The same on a small shelf: as many as there can be."""
SERIALS = 100_000
"""Serials begin anew after so many: they only tell one writing from the next."""


class TornError(ValueError):
    """The tags belong to different writings."""


def cut(prefix: str, serial: int, text: str, shelf: Shelf) -> dict[str, str]:
    size = letters(shelf)
    pieces = [text[i : i + size] for i in range(0, len(text), size)]
    return {f"{prefix}{i}": f"{serial}.{len(pieces)} {piece}" for i, piece in enumerate(pieces)}


def letters(shelf: Shelf) -> int:
    """Characters of the text in a piece."""
    return shelf.characters - (TIGHT if shelf.is_small else HEADER)


def joined(prefix: str, marks: Mapping[str, str]) -> str | None:
    """The text; None where there is none. Raises TornError."""
    if f"{prefix}0" not in marks:
        return None
    first, _, _ = marks[f"{prefix}0"].partition(" ")
    told = first.partition(".")[2]
    count = int(told) if re.fullmatch("[0-9]{1,3}", told) else 0
    parts = [marks.get(f"{prefix}{i}", "").partition(" ") for i in range(count)]
    if not parts or any(head != first for head, _, _ in parts):
        raise TornError
    return "".join(piece for _, _, piece in parts)
