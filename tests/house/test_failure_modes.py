"""Every row of docs/failure-modes.md, and of what stands beside the AWS provider, is true by a test that it names."""

from __future__ import annotations

import pytest

from tests.house.failure_modes import DOCUMENT, PROVED, Row, rows

HEAD = "| what | then | test |\n|---|---|---|\n"
HERE = "../tests/house/test_failure_modes.py"
PROOF = f'[1]({HERE} "test_each_row_names_tests_that_exist")'


@pytest.mark.parametrize(
    "row",
    [row for each in PROVED for row in rows(each.read_text())],
    ids=lambda row: " ".join(row.cells[:2])[:60],
)
def test_each_row_names_tests_that_exist(row: Row) -> None:
    """Who changes what follows from a failure finds the test that says so, and no row is a promise alone."""
    assert row.is_proved, row.cells


@pytest.mark.parametrize(
    ("row", "proved"),
    [
        (f"| it fails | returned | {PROOF} |", True),
        ("| it fails | returned |  |", False),
        ("| it fails | returned |", False),
        (f"| it fails | returned | {PROOF} and others |", False),
        (f'| it fails | returned | {PROOF} [2]({HERE} "test_nothing") |', False),
        ('| it fails | returned | [1](../tests/nowhere.py "test_nothing") |', False),
    ],
)
def test_a_row_without_its_test_is_found_out(row: str, proved: bool) -> None:
    """A cell that is missing, empty, of other words, or that names a test or a file that is not there."""
    assert [found.is_proved for found in rows(HEAD + row)] == [proved]


def test_the_tables_are_read() -> None:
    """What ends a rollout, advice, losses, changes beside the group, permissions, the next update."""
    assert len(list(rows(DOCUMENT.read_text()))) > 60
