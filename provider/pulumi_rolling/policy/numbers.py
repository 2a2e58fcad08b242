"""Numbers as Pulumi and people write them. This module loads no third party: what a group at rest needs is here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_EXACT = 2**53
"""Above this a float no longer holds every whole number, so it is left as it is."""


def exact(value: Any) -> Any:
    """Whole floats as ints (Pulumi sends every number as a float), and lists as lists, at any depth."""
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        return int(value)
    if isinstance(value, Mapping):
        return {key: exact(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [exact(item) for item in value]
    return value


def fold_version(value: Any) -> Any:
    """3 as ``"3"``: a version is a number in one resource's outputs and a string in another's."""
    return str(value) if type(value) is int else value
