"""Where a rollout goes, and what follows if it fails."""

from __future__ import annotations

from enum import Enum


class Direction(Enum):
    FORWARD = "forward"
    BACK = "back"


class OnFailure(Enum):
    """What follows a failed rollout: the way back, everything left where it is, or waiting for somebody's word."""

    ROLL_BACK = "rollBack"
    LEAVE = "leave"
    HOLD = "hold"
