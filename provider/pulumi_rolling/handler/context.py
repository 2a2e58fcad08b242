"""What a face tells the handler beside the properties, and what it hears beside state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pulumi_rolling.fleets.credentials import Keys, Role

if TYPE_CHECKING:
    from pulumi_rolling.core.model.seen import Request
    from pulumi_rolling.engine.clock import SystemClock

_URN = "urn:pulumi:"
_OF_URN = 4
"""Parts of a URN: ``urn:pulumi:STACK::PROJECT::TYPE::NAME``."""


@dataclass(frozen=True, slots=True)
class Defaults:
    """Where calls go when the inputs do not say; what is not here either the cloud's SDK finds in the environment."""

    region: str | None = None
    endpoint: str | None = None
    profile: str | None = None
    ignored_tags: frozenset[str] = frozenset()
    keys: Keys | None = None
    roles: tuple[Role, ...] = ()


@dataclass(frozen=True, slots=True)
class Context:
    """What the face knows of the operation and state does not keep."""

    urn: str = ""
    dry_run: bool = False
    say: Callable[[str], None] = lambda text: None
    """Shows text under the resource, to stay."""
    warn: Callable[[str], None] = lambda text: None
    """Shows a warning under the resource, to stay."""
    status: Callable[[str], None] = lambda text: None
    """Replaces the status of the resource's row."""
    ask: Callable[[str], None] = lambda text: None
    """Shows on the row of the whole stack, to stay, what somebody must do before anything goes on."""
    answered: Callable[[str], None] = lambda text: None
    """Replaces on that row what was asked for and is done."""
    known_as: str | None = None
    """The cloud's own name of the group, where the face has it: one that is found by the group's name must be it."""
    orphaned: Callable[[], bool] = lambda: False
    requests: Callable[[], tuple[Request, ...]] = lambda: ()
    """Asked at each look: what the user wants of the rollout, beside the requests on the group."""
    timeout: Timeout | None = None
    """Of this one operation; the policy's own may be shorter."""
    clock: SystemClock | None = None
    """For a face that has to end a wait."""

    @property
    def stack(self) -> str:
        """``project/stack`` by the URN; empty where no program of Pulumi's asks."""
        parts = _parts(self.urn)
        return f"{parts[1]}/{parts[0].removeprefix(_URN)}" if parts else ""

    @property
    def resource(self) -> str:
        """Its name in the program."""
        return _parts(self.urn)[3] if _parts(self.urn) else ""


def _parts(urn: str) -> list[str]:
    """Nothing where it is no URN."""
    parts = urn.split("::")
    return parts if len(parts) == _OF_URN and urn.startswith(_URN) else []


@dataclass(frozen=True, slots=True)
class Timeout:
    """``path`` is where the user has set it."""

    seconds: float
    path: str


@dataclass(frozen=True, slots=True)
class Foreseen:
    """State as it will be after the operation, with the names of outputs that only the operation can know."""

    known: dict[str, Any]
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Diffed:
    changes: bool
    replaces: tuple[str, ...] = ()
