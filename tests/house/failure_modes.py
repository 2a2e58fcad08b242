"""The tables of documents whose rows are proved: a row's last cell links the tests, `[1](file "test_name")`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.house.documents import defines
from tests.house.sources import TOP

DOCUMENT = TOP / "docs" / "failure-modes.md"
PROVED = (DOCUMENT, TOP / "docs" / "aws-provider.md")
_RULE = re.compile(r"\|(-+\|)+")
_PROOF = re.compile(r'\[\d+\]\((?P<path>\S+) "(?P<name>test_\w+)"\)')
_UNQUOTED_BAR = re.compile(r" \| ")


@dataclass(frozen=True)
class Proof:
    """A test by its file, as the document links it, and its name."""

    path: str
    name: str

    @property
    def exists(self) -> bool:
        file: Path = DOCUMENT.parent / self.path
        return file.exists() and _defines(file.resolve(), self.name)


@dataclass(frozen=True)
class Row:
    cells: tuple[str, ...]
    columns: int

    @property
    def proofs(self) -> list[Proof]:
        return [Proof(found["path"], found["name"]) for found in _PROOF.finditer(self.cells[-1])]

    @property
    def is_proved(self) -> bool:
        """The last cell has nothing but links to tests that exist."""
        return (
            len(self.cells) == self.columns
            and bool(self.proofs)
            and not _PROOF.sub("", self.cells[-1]).strip()
            and all(proof.exists for proof in self.proofs)
        )


def rows(text: str) -> Iterator[Row]:
    """Every row of every table, without the heads."""
    lines = text.splitlines()
    columns = 0
    for line, after in zip(lines, [*lines[1:], ""], strict=True):
        if not line.startswith("|"):
            columns = 0
        elif _RULE.fullmatch(after):
            columns = len(_cells(line))
        elif not _RULE.fullmatch(line):
            yield Row(_cells(line), columns)


def _cells(line: str) -> tuple[str, ...]:
    return tuple(_UNQUOTED_BAR.split(line.removeprefix("| ").removesuffix(" |")))


@cache
def _defines(file: Path, name: str) -> bool:
    return defines(file, name)
