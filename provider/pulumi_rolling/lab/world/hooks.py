"""Lifecycle hooks of a group, and one member's wait for each of them.

Source: EC2 Auto Scaling API reference, PutLifecycleHook: heartbeat 3600 s and ABANDON by default; the wait ends for
good after 48 hours or 100 heartbeats, whichever is less. AWS refuses heartbeats below 30 s; the lab allows 1 s.
This module refuses to know what follows when a wait ends.
"""

from __future__ import annotations

from dataclasses import dataclass

LAUNCHING = "autoscaling:EC2_INSTANCE_LAUNCHING"
TERMINATING = "autoscaling:EC2_INSTANCE_TERMINATING"
LONGEST_WAIT = 172800


@dataclass(frozen=True, slots=True)
class Hook:
    name: str
    transition: str
    heartbeat: int = 3600
    default_result: str = "ABANDON"
    role: str | None = None
    target: str | None = None
    metadata: str | None = None

    @property
    def global_timeout(self) -> int:
        return min(LONGEST_WAIT, 100 * self.heartbeat)


@dataclass(slots=True)
class Wait:
    """One member's open action for one hook; `beat` counts heartbeats and marks former deadlines as such."""

    hook: Hook
    token: str
    since: float
    beat: int = 0
