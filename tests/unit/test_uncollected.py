"""Imports at the start of a provider's process."""

from __future__ import annotations

import gc

import pytest
from pulumi_rolling.host.imports import uncollected


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
