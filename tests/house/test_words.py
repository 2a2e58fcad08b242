"""Words that say nothing in a name, and sentences whose subject comes late."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.house.exceptions import FOREIGN_NAMES
from tests.house.sources import PACKAGE, PROVIDER, TESTS, TOOLS, Source, sources, words

EMPTY_WORDS = {
    singular + ending for singular in ("manager", "helper", "util", "data", "info") for ending in ("", "s")
}
"""They name a drawer, not what is in it."""

LATE_SUBJECTS = (r"\bwhoever\b", r"\bof whom\b", r"\bwho is who\b", r"(?-i:\bWhom )")
"""A relative pronoun before its noun: the first word of a docstring is its subject (CONTRIBUTING, Manners)."""

_LATE = re.compile("|".join(LATE_SUBJECTS), re.IGNORECASE)


def _names(source: Source) -> Iterator[str]:
    """The file's own name and those of its classes and functions; a test's name is a sentence and left out."""
    yield source.path.stem
    yield from (each.name for each in source.named() if not each.name.startswith("test_"))


def test_no_name_is_an_empty_word() -> None:
    """No module, class or function is a manager, a helper, a util, data or info."""
    empty = [
        f"{source.place}: {name}"
        for source in sources(PACKAGE, TOOLS, TESTS)
        for name in _names(source)
        if words(name) & EMPTY_WORDS and name not in FOREIGN_NAMES
    ]
    assert empty == []


def test_each_foreign_name_is_still_there() -> None:
    """A name that others gave and that stands nowhere any more is taken out of the table."""
    names = {name for source in sources(PACKAGE, TOOLS, TESTS) for name in _names(source)}
    assert set(FOREIGN_NAMES) <= names


def test_the_subject_of_a_sentence_comes_first() -> None:
    """Docstrings and comments of the provider name a noun before they speak of it."""
    late = [
        f"{source.place}:{line} {found[0]}"
        for source in sources(PROVIDER)
        for line, text in [*source.docstrings(), *source.comments()]
        for found in [_LATE.search(text)]
        if found
    ]
    assert late == []
