"""The strategies side by side, field by field, for people who choose one: written into docs/instance-refresh.md.

What a strategy has is read off its model and its description; what it has not, off the words with which it refuses the
other's field. So the table knows no field of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pulumi_rolling.plugin.descriptions import PROPERTIES
from pulumi_rolling.policy.block import Block, child, fields
from pulumi_rolling.policy.inputs import UpdatePolicy, rows

BEGIN, END = "<!-- strategies: written by make schema -->", "<!-- end of strategies -->"
_DEFAULT = re.compile(r"default:? (.+?)(?:\.(?:\s|$)|;|$)", re.IGNORECASE)


def strategies() -> list[type[Block]]:
    """Every strategy, in the order of the policy."""
    found = [child(UpdatePolicy, key) for key in rows(UpdatePolicy)]
    return [block for block in found if block is not None]


def table() -> str:
    blocks = strategies()
    names = list(dict.fromkeys(name for block in blocks for name in fields(block)))
    head = ["field", *(block.key for block in blocks)]
    lines = [head, ["---"] * len(head), *([f"`{name}`", *_cells(name, blocks)] for name in names)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def with_table(document: str) -> str:
    """The document with the table of now between its two marks."""
    before, _, rest = document.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


def _cells(name: str, blocks: list[type[Block]]) -> Iterator[str]:
    for block in blocks:
        if name in fields(block):
            described = PROPERTIES[f"{block.__name__}.{name}"]
            default = _DEFAULT.search(described)
            yield "yes" if default is None else f"yes; {default[1]}"
        elif name in block.refused:
            yield block.refused[name].rstrip(".")
        else:
            yield f"use {block.meant[name]}" if name in block.meant else "no"
