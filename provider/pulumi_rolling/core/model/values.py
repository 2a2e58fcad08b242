"""Cheap values: frozen to the type checker, and at run time as quick to make as open ones.

A look at a large group makes hundreds of members, and a frozen dataclass takes six times as long to be made. Nothing
in the core changes a value that it was given: mypy sees to that, since to it this is ``dataclasses.dataclass``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dataclasses import dataclass as value

    __all__ = ["value"]
else:
    import dataclasses

    def value(*, frozen=False, **options):
        """As ``dataclasses.dataclass``; a frozen one has its hash and equality, and no guard against assignment."""
        return dataclasses.dataclass(unsafe_hash=frozen, **options)
