"""Text of a tag is made printable as it is read, so that no message and no screen carries a control character of it."""

from __future__ import annotations

from typing import Any


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
