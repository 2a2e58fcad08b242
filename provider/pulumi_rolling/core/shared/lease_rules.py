"""How long a driver's lease holds and what it outlives, in parts of its length."""

from __future__ import annotations

RENEWED = 1 / 3
"""The part of its length after which a lease is renewed."""
OUTLIVED = 1 / 3
"""The part of it after which a look is too old to write or act upon."""
ASLEEP = 1 / 2
"""The part of it that no sleep of its holder is longer than."""


def lease_length(poll: float) -> float:
    """Seconds that a lease holds without being renewed, where looks are ``poll`` seconds apart."""
    return max(6.0, 30.0 * poll)
