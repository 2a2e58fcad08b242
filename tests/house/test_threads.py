"""A test that fails while something rolls beside it lets pytest end."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.sources import TOP

HANGS = """
from threading import Event
from tests.background import in_background

def test_it():
    in_background(Event().wait)
    assert False, "while it rolls"
"""


def test_pytest_ends_although_a_roll_goes_on_beside_a_failed_test(tmp_path: Path) -> None:
    """The failure is reported and the process is gone, while the work beside it waits for ever."""
    (tmp_path / "test_it.py").write_text(HANGS)
    told = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", "/dev/null", str(tmp_path)],
        cwd=TOP,
        env={"PYTHONPATH": str(TOP)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert told.returncode == 1 and "while it rolls" in told.stdout, told


def left_waiting(source: str) -> Iterator[int]:
    """Lines that start a thread for which the process would wait at its end, whoever has forgotten it by then."""
    tree = ast.parse(source)
    inside = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.With)
        for item in node.items
        for part in ast.walk(item.context_expr)
    }
    served = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "grpc.server"
        for part in ast.walk(node)
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or id(node) in inside | served:
            continue
        name = ast.unparse(node.func).rpartition(".")[2]
        is_daemon = any(each.arg == "daemon" and ast.unparse(each.value) == "True" for each in node.keywords)
        if name == "ThreadPoolExecutor" or (name == "Thread" and not is_daemon):
            yield node.lineno


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("pool = ThreadPoolExecutor(1)", [1]),
        ("with futures.ThreadPoolExecutor(2) as pool:\n    pass", []),
        ("server = grpc.server(futures.ThreadPoolExecutor(2))", []),
        ("threading.Thread(target=work).start()", [1]),
        ("threading.Thread(target=work, daemon=True).start()", []),
    ],
)
def test_a_thread_that_would_be_waited_for_is_found(source: str, lines: list[int]) -> None:
    """One in a with-block ends with that, and a server's threads wait for nothing but calls."""
    assert list(left_waiting(source)) == lines


def test_tests_leave_no_thread_waiting() -> None:
    """Work beside a test is begun by in_background, or by a daemon."""
    found = [
        f"{path.relative_to(TOP)}:{line}"
        for path in sorted((TOP / "tests").rglob("*.py"))
        for line in left_waiting(path.read_text())
    ]
    assert found == []
