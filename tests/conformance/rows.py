"""A row of a table of rules, and the check that it is proved. It knows no rule."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import NamedTuple

TESTS = Path(__file__).resolve().parents[1]


class Rule(NamedTuple):
    """A row: what the guide or the API says, how far, who says so, and which test proves that we hold it."""

    rule: str
    limit: str
    source: str
    file: str
    test: str


def is_proved(rule: Rule) -> bool:
    """The test that the row names is there, and the row says how far and by whom."""
    tree = ast.parse((TESTS / rule.file).read_text())
    tests = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    return rule.test in tests and bool(rule.limit and rule.source)
