"""Imports at the start of a provider's process."""

from __future__ import annotations

import gc

import pytest
from pulumi_rolling.host.imports import end_quickly, uncollected


def test_collections_rest_for_the_imports_alone() -> None:
    """They go on afterwards, also where an import has failed."""
    with pytest.raises(ModuleNotFoundError):
        _fail()
    assert gc.isenabled()
    gc.unfreeze()


def _fail() -> None:
    with uncollected():
        assert not gc.isenabled()
        raise ModuleNotFoundError


def test_a_process_that_ends_looks_for_no_garbage_among_what_it_has_loaded() -> None:
    """All that stands then is put aside, so that the last collections find nothing to look through."""
    before = gc.get_freeze_count()
    try:
        end_quickly()
        assert gc.get_freeze_count() > before
        assert len(gc.get_objects()) < gc.get_freeze_count()
    finally:
        gc.unfreeze()
