"""Sizes: a module of at most 400 lines, a function of at most 50, six parameters, a file of tests of at most 600."""

from __future__ import annotations

from collections.abc import Iterator

from tests.house.exceptions import EXCEPTIONS, Place
from tests.house.sources import PACKAGE, TESTS, TOOLS, Function, sources

MODULE = 400
FUNCTION = 50
PARAMETERS = 6
FILE_OF_TESTS = 600


def _parameters(function: Function) -> int:
    """How many there are; ``self`` and ``cls`` are not counted."""
    given = function.args
    every = [*given.posonlyargs, *given.args, *given.kwonlyargs]
    return len([each for each in every if each.arg not in ("self", "cls")])


def _beyond() -> Iterator[tuple[Place, str]]:
    """Each function that is too long or too wide, and by how much."""
    for source in sources(PACKAGE, TOOLS):
        for function in source.functions():
            assert function.end_lineno is not None
            lines = function.end_lineno - function.lineno + 1
            if lines > FUNCTION:
                yield Place(source.place, function.name, "lines"), f"{lines} lines, {FUNCTION} allowed"
            parameters = _parameters(function)
            if parameters > PARAMETERS:
                yield Place(source.place, function.name, "parameters"), f"{parameters}, {PARAMETERS} allowed"


def test_a_module_has_at_most_400_lines() -> None:
    """A module of the package or of the tools that is longer has a second idea in it."""
    long = {source.place: source.lines for source in sources(PACKAGE, TOOLS) if source.lines > MODULE}
    assert long == {}


def test_a_file_of_tests_has_at_most_600_lines() -> None:
    """Tests are tables, and a table may be longer than a module, but not by much."""
    long = {source.place: source.lines for source in sources(TESTS) if source.lines > FILE_OF_TESTS}
    assert long == {}


def test_a_function_has_at_most_50_lines_and_six_parameters() -> None:
    """What is longer or wider is parted, or stands among the exceptions with a reason."""
    assert {place: found for place, found in _beyond() if place not in EXCEPTIONS} == {}


def test_each_exception_is_still_needed() -> None:
    """An exception whose function is within the limits, or gone, is taken out of the table."""
    needed = {place for place, _ in _beyond()}
    assert [place for place in EXCEPTIONS if place not in needed] == []
