"""Whose the journal is, where two processes write it."""

from __future__ import annotations

from pathlib import Path

import pytest
from pulumi_rolling.stack.journal import Journal
from pulumi_rolling.stack.stores import Folder


@pytest.mark.parametrize("former", [None, "former"])
def test_what_another_process_has_written_since_stays(tmp_path: Path, former: str | None) -> None:
    """Neither an end nor a refusal of ours takes it away; where nobody has written, a refusal leaves what was there."""
    store = Folder(tmp_path)
    if former is not None:
        Journal(store).write(former)
    ours, theirs = Journal(store), Journal(store)
    ours.write("ours")
    ours.put_back()
    assert theirs.read() == former
    ours.write("ours")
    theirs.write("theirs")
    ours.put_back()
    ours.end()
    assert theirs.read() == "theirs"
    theirs.end()
    assert theirs.read() is None


def test_an_update_that_ends_well_ends_what_was_open_before_it(tmp_path: Path) -> None:
    """The journal of a process that was killed, which this one has read and gone on from."""
    store = Folder(tmp_path)
    Journal(store).write("of a dead one")
    ours = Journal(store)
    assert ours.read() == "of a dead one"
    ours.end()
    assert ours.read() is None
