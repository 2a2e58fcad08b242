"""A line in a width: broken between words alone, what is wrapped below its own column."""

from __future__ import annotations

import re
import textwrap

_LABEL = re.compile(r" *(?:\S+(?: \S+)? {2,})*")
"""What stands before the last column of a line; what is wrapped goes on below that column."""
_LEAST = 30
"""Columns that must be left beside a label; a narrower column would be worse than none."""


def wrapped(line: str, width: int) -> str:
    """The line, in as many as it takes, with the words of a row below each other."""
    label = _LABEL.match(line)
    indent = len(label.group()) if label else 0
    if indent > width - _LEAST:
        indent = len(line) - len(line.lstrip()) + 2
    return "\n".join(
        textwrap.wrap(
            line,
            width,
            subsequent_indent=" " * indent,
            drop_whitespace=True,
            replace_whitespace=False,
            break_long_words=False,
            break_on_hyphens=False,
        )
        or [""]
    )
