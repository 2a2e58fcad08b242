"""What is known of a scaling group before it is rolled."""

from __future__ import annotations

from dataclasses import dataclass

from pulumi_rolling.fleets.replace import Facts


@dataclass(frozen=True, slots=True)
class Hook:
    """A launch lifecycle hook of the group. ``heartbeat`` in seconds; ``default`` is CONTINUE or ABANDON."""

    name: str
    heartbeat: float
    default: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EssScalingGroupFacts(Facts):
    """The group with what is around it that preview and checks need."""

    hooks: tuple[Hook, ...] = ()
    attached: tuple[str, ...] = ()
    """Members that a person attached, whose machines run on when they are removed."""
