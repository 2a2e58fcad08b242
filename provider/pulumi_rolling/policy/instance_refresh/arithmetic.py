"""How many instances a refresh replaces at once, how few serve meanwhile, and where it pauses: for the plan.

Theory of operation. Of Desired D the service keeps ``keep`` = ceil(D·Min/100) in service ("rounded up to the nearest
integer", StartInstanceRefresh, MinHealthyPercentage) and lets there be ``top`` = floor(D·Max/100), D where no Max is
given. It terminates while one less still leaves ``keep``, and launches first while there is room below ``top``. Where
rounding leaves room for neither, a Max that was given yields: one is launched first, D + 1 for a while. Without one the
Min yields: one is terminated and launched together ("terminates and launches at the same time", MaxHealthyPercentage).

Worked example. D 3, Min 100, Max 110: keep 3, top 3, so nothing may happen; Max yields, and 4 stand for a while. D 1,
Min 90, no Max: keep 1, top 1; Min yields, and the only instance is gone before its replacement serves.

The table of facts that this follows stands in the tests. Nothing here is asked of a live group.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bounds:
    """What the percentages allow of a group."""

    keep: int
    """Fewest in service."""
    top: int
    """Most that stand."""
    at_once: int
    """Most that are under replacement."""
    rounded: bool = False
    """Rounding left no room for anything, and one of the two yielded."""
    launch_first: bool = False
    """No instance leaves before its replacement serves."""

    @property
    def is_outage(self) -> bool:
        """Whether there is a time in which nobody serves."""
        return self.keep == 0 and self.at_once > 0


def bounds(desired: int, least: int, most: int | None) -> Bounds:
    """``least`` and ``most`` in percent of Desired; None: no Max is given."""
    if desired == 0:
        return Bounds(0, 0, 0)
    keep = -(-desired * least // 100)
    top = desired if most is None else desired * most // 100
    rounded = keep >= desired and top <= desired
    if rounded and most is not None:
        top = desired + 1
    elif rounded:
        keep = desired - 1
    return Bounds(keep, top, min(desired, top - keep), rounded, launch_first=keep == desired)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A pause of the refresh. Of several that the same instance reaches the last one alone is announced."""

    percent: int
    replaced: int
    """Instances that are replaced when it is reached, at least."""


def checkpoints(total: int, percents: tuple[int, ...]) -> tuple[Checkpoint, ...]:
    """Where a refresh of ``total`` instances pauses, in order; the last percent is no pause but the end.

    Percent done is rounded down, so that a checkpoint is reached with ceil(percent·total/100) instances. One that is
    reached with the last is passed with it.
    """
    reached = {-(-percent * total // 100): percent for percent in percents[:-1]}
    ends = total - left_old(total, percents)
    return tuple(
        Checkpoint(percent, replaced) for replaced, percent in reached.items() if 0 < replaced < ends
    )


def left_old(total: int, percents: tuple[int, ...]) -> int:
    """Instances that the refresh leaves as they are, since its last checkpoint ends it; at most."""
    last = percents[-1] if percents else 100
    return total - -(-last * total // 100)
