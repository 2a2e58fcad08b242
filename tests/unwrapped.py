"""Text as it was before it was wrapped, as far as the look for a sentence in it is concerned."""

from __future__ import annotations


def unwrapped(text: str) -> str:
    """The words with single blanks between them."""
    return " ".join(text.split())
