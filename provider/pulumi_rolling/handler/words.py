"""Words about a group and its inputs, for sentences about a rollout's end."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """What a sentence about a rollout's end takes from the group and its inputs."""

    group: str
    mended: str
    """What makes the members: ``the launch template``."""
    timeout: str = ""
    """The path of what set the deadline."""
    history: str = "activities"
    """Where the service tells what it did, as that is called."""
