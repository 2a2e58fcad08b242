"""How long what a service told of its operation serves: briefly where it can have moved, else longer.

What shows it, and which operations there are, is each kind's to say. Nothing of one cloud stands here.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Seconds from one question to the next. 0: every look asks."""

    soon: float = 0.0
    """Where members have changed since, or where all are replaced and the end is near."""
    seldom: float = 0.0

    @property
    def shared(self) -> float:
        """How old another group's look may be that serves this one's."""
        return self.soon / 4

    def serves(self, age: float, *, is_near: bool) -> bool:
        """Whether what was told so many seconds ago is told again. ``is_near``: news may be there."""
        return age < (self.soon if is_near else self.seldom)


EVERY_LOOK = Rhythm()
