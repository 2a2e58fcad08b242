"""How often a driver looks: soon after something happened, then ever less often, never later than its next clock."""

from __future__ import annotations

ATTENTIVE = 3.0
"""Polls between two looks, at most, while somebody's word is waited for."""
SELDOM = 30.0
"""Seconds between two looks, at most."""


def look_after(poll: float, moved_at: float, at: float, due: float, *, attentive: bool = False) -> float:
    """When to look again after a look at ``at`` that brought nothing new, the next clock running out at ``due``.

    ``attentive``: somebody who has just spoken at another terminal waits for what happens.
    """
    quiet = max(poll, min(SELDOM, (at - moved_at) / 10))
    if attentive:
        quiet = min(quiet, ATTENTIVE * poll)
    return max(at + poll / 4, min(at + quiet, due))
