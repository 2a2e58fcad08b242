"""How long a driver's lease holds and what it outlives.

A lease is written together with the record and says until when it holds. A driver that will look again late promises
a longer one with what it writes before, so that the lease never lapses while it waits.
"""

from __future__ import annotations

RENEWED = 1 / 3
"""The part of the usual length after which a lease is renewed."""
OUTLIVED = 1 / 3
"""The part of the usual length after which a look is too old to write or act upon."""
ASLEEP = 1 / 2
"""The part of the usual length, or of what is left of a shorter lease, that a sleep of its holder may take."""
COVERED = 2.0
"""Waits that a lease covers beyond its usual length."""
MORE = 6.0
"""Further waits that it covers, while they are short: by then the record is mostly written anyway."""
SPARE = 240.0
"""Seconds that those are at most: the next driver has to sit them out."""


def lease_length(poll: float) -> float:
    """Seconds that a lease usually holds without being renewed, where looks are ``poll`` seconds apart."""
    return max(6.0, 30.0 * poll)


def wait_before(length: float, until_look: float, *, by_boots: bool) -> float:
    """Seconds of the wait for the next look. Where others than boots are waited for it is within the usual lease."""
    return until_look if by_boots else min(until_look, ASLEEP * length)


def longest_sleep(length: float, left: float) -> float:
    """Seconds that the holder of a lease may sleep which holds ``left`` more: it wakes long before the end."""
    return max(ASLEEP * left, left - (1 - RENEWED) * length)


def promised(length: float, wait: float) -> float:
    """Seconds that a lease holds which is written before a wait; ``length`` is the usual one."""
    return length + COVERED * wait + min(MORE * wait, SPARE)


def is_due(length: float, left: float, wait: float) -> bool:
    """Whether a lease that holds ``left`` more seconds is written again before a wait: else it holds well beyond it."""
    return left - (1 - RENEWED) * length <= wait
