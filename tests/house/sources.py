"""The sources of the house, read once: files, their trees, functions, names, and sentences.

Nothing is imported to be looked at, so that what an import hides in a function or in TYPE_CHECKING is seen, too.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
PROVIDER = TOP / "provider"
PACKAGE = PROVIDER / "pulumi_rolling"
TOOLS = TOP / "tools"
TESTS = TOP / "tests"

Function = ast.FunctionDef | ast.AsyncFunctionDef
Named = Function | ast.ClassDef


@dataclass(frozen=True)
class Source:
    """One file of Python."""

    path: Path
    text: str
    tree: ast.Module

    @property
    def place(self) -> str:
        return str(self.path.relative_to(TOP))

    @property
    def lines(self) -> int:
        return len(self.text.splitlines())

    def functions(self) -> Iterator[Function]:
        return (node for node in ast.walk(self.tree) if isinstance(node, Function))

    def named(self) -> Iterator[Named]:
        """Functions and classes, at whatever depth."""
        return (node for node in ast.walk(self.tree) if isinstance(node, Named))

    def comments(self) -> Iterator[tuple[int, str]]:
        """Line and text of each comment."""
        for token in tokenize.generate_tokens(io.StringIO(self.text).readline):
            if token.type == tokenize.COMMENT:
                yield token.start[0], token.string

    def docstrings(self) -> Iterator[tuple[int, str]]:
        """Line and text of each string that stands alone: of a module, a class, a function, an attribute."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
                text = node.value.value
                if isinstance(text, str):
                    yield node.lineno, text


@cache
def _source(path: Path) -> Source:
    text = path.read_text()
    return Source(path, text, ast.parse(text, str(path)))


def sources(*roots: Path) -> tuple[Source, ...]:
    """The files below some folders, in order."""
    return tuple(_source(path) for path in sorted(path for root in roots for path in root.rglob("*.py")))


def words(name: str) -> set[str]:
    """The words of a name in snake case or camel case, in small letters."""
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+", name)}
