"""Handlers of signals: they run in the thread that they interrupt, between any two of its steps."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.house.sources import TOP


def set_by_handlers(source: str) -> Iterator[int]:
    """Lines of handlers that set an Event: where the thread was about to wait for it, both wait for ever."""
    tree = ast.parse(source)
    functions = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or ast.unparse(node.func) != "signal.signal" or len(node.args) < 2:
            continue
        handler = functions.get(ast.unparse(node.args[1]), node.args[1])
        for part in ast.walk(handler):
            if isinstance(part, ast.Attribute) and part.attr == "set":
                yield part.lineno


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("signal.signal(2, lambda *_: ended.set())", [1]),
        ("def end(number, frame):\n    ended.set()\nsignal.signal(2, end)", [2]),
        ("signal.signal(2, ended.set)", [1]),
        ("signal.signal(2, lambda *_: words.put(None))", []),
        ("ended.set()", []),
    ],
)
def test_a_handler_that_sets_an_event_is_found(source: str, lines: list[int]) -> None:
    """As a lambda, as a function of the module, or as the method itself."""
    assert list(set_by_handlers(source)) == lines


def test_no_handler_of_a_signal_sets_an_event() -> None:
    """SimpleQueue.put may be called within SimpleQueue.get of one thread; Event.set takes the lock of Event.wait."""
    found = [
        f"{path.relative_to(TOP)}:{line}"
        for folder in ("provider", "tools", "tests", "examples")
        for path in sorted((TOP / folder).rglob("*.py"))
        for line in set_by_handlers(path.read_text())
    ]
    assert found == []
