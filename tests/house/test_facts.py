"""Each test says the fact that it proves."""

from __future__ import annotations

import ast

from tests.house.sources import TESTS, sources

SHORTEST = 4
"""Words of the shortest sentence that says a fact."""


def _first_line(function: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    return (ast.get_docstring(function) or "").split("\n")[0]


def test_the_first_line_of_each_test_is_a_sentence() -> None:
    """A test without a fact, with half a sentence, or with a bare reference is named here."""
    bare = [
        f"{source.place}:{function.lineno} {function.name}"
        for source in sources(TESTS)
        if source.path.name.startswith("test_")
        for function in source.functions()
        if function.name.startswith("test_")
        for line in [_first_line(function)]
        if not line.endswith(".") or len(line.split()) < SHORTEST
    ]
    assert bare == []
