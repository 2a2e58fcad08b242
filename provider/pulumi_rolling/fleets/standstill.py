"""When a service is asked why an operation does not go on: once it has gone wrong, or stood still for long.

To ask costs a call, and a look comes every few seconds. Nothing of one cloud stands here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pulumi_rolling.core.model.codes import Remedy

MOST_CAUSES = 3
"""Causes that a look brings."""


@dataclass(frozen=True, slots=True)
class Why:
    """Causes, what mends the first of them, and how many members failed by them.

    ``is_hopeless``: the last that was tried failed by the first, which does not mend itself, and nothing is under way.
    """

    causes: tuple[str, ...] = ()
    remedy: Remedy | None = None
    failed: int = 0
    is_hopeless: bool = False


NO_CAUSE = Why()


@dataclass(frozen=True, slots=True)
class Progress:
    """What an operation tells of itself. ``told``: what differs as soon as it moves."""

    ident: str
    told: object
    wrong: bool
    over: bool


class Standstill:
    """What operations last told of their progress, and since when."""

    def __init__(self) -> None:
        self._told: dict[str, tuple[object, float]] = {}

    def seconds(self, ident: str, told: object, now: float) -> float:
        """How long it has told the same."""
        last, since = self._told.get(ident, (None, now))
        if told != last:
            since = now
            self._told[ident] = (told, now)
        return now - since


class CausesOnce:
    """The causes of the operation that is followed, asked for once for each state, and again while it stands still."""

    def __init__(self) -> None:
        self._standstill = Standstill()
        self._known: dict[tuple[str, object, int], Why] = {}

    def of(self, seen: Progress, now: float, still: float, read: Callable[[], Why]) -> Why:
        """``still``: seconds after which one that goes well is asked, and asked again."""
        stands = self._standstill.seconds(seen.ident, seen.told, now)
        if not seen.wrong and (stands < still or seen.over):
            return NO_CAUSE
        key = (seen.ident, seen.told, 0 if seen.over else int(stands // still))
        if key not in self._known:
            self._known = {key: read()}
        return self._known[key]
