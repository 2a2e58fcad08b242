"""Text and names in Markdown, as they are read, whatever characters they hold."""

from __future__ import annotations

import re

_SPECIAL = str.maketrans({character: f"\\{character}" for character in r"\`*_|<[]&~$"})


def escaped(text: str) -> str:
    """The text on one line, since a table cell has no other."""
    return " ".join(text.split()).translate(_SPECIAL)


def code(text: str) -> str:
    """The text as code. The fence is longer than any run of backticks in it."""
    shown = " ".join(text.split())
    fence = "`" * (max((len(run) for run in re.findall("`+", shown)), default=0) + 1)
    pad = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{fence}{pad}{shown}{pad}{fence}"
