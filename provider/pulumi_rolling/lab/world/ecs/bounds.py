"""Bounds of a deployment: how many tasks stay healthy, and how many there may be.

Source: ECS developer guide, "Deploy Amazon ECS services by replacing tasks": the minimum is rounded up, the maximum
down. This module counts, and refuses to know which tasks there are.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bounds:
    """Healthy tasks that must stay, and tasks that may run or be pending."""

    low: int
    high: int

    def blocked(self, desired: int) -> bool:
        """No task may be stopped and none started, for as long as the desired count stays."""
        return desired > 0 and self.low >= desired and self.high <= desired


def bounds(desired: int, minimum: int, maximum: int) -> Bounds:
    return Bounds(low=-(-desired * minimum // 100), high=desired * maximum // 100)
