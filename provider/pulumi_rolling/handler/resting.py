"""What a kind of group brings, by which a group of it is known to be at rest without the rest of the handler."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pulumi_rolling.handler.context import Defaults


@dataclass(frozen=True, slots=True)
class RestingKind:
    key: str
    """Where the group stands in the inputs."""
    identity: Callable[[Mapping[str, Any]], str | None]
    """Different for blocks that cannot name one group. None where the block names none."""
    spelled: Callable[[Mapping[str, Any]], dict[str, Any]]
    """The block with what programs write in two ways in the one that state has."""
    is_at_rest: Callable[[Mapping[str, Any], str, Defaults], bool]
    """Whether the group of a checked block is at this revision, with its pointer and every member."""
    expect_many: Callable[[], None]
    """Told once by a process that serves the groups of a whole stack."""
