"""How many tasks a deployment keeps and allows, how many it starts or stops first, and when the breaker acts.

Theory of operation. Of desired D the scheduler keeps ``keep`` = ⌈D·minimum/100⌉ healthy ("rounded up to the nearest
integer", minimumHealthyPercent) and lets ``top`` = ⌊D·maximum/100⌋ run or be pending ("rounded down", maximumPercent).
It starts while there is room below ``top``, and stops while one less still leaves ``keep``. Where there is room for
neither the deployment is blocked: it stands for ever, and an event says so.

The circuit breaker acts at ⌈D·value/100⌉ failures, held between 3 and 200 unless its type is unbounded, or at a count.
Both are of the latest desired count: scaling during a deployment moves them.

The table of facts that this follows stands in the tests. Nothing here is asked of a live service.
"""

from __future__ import annotations

from dataclasses import dataclass

from pulumi_rolling.policy.ecs_deployment.leaves import ThresholdType

LEAST_FAILURES, MOST_FAILURES = 3, 200
"""The bounds of BOUNDED_PERCENT (ServiceDeploymentCircuitBreaker, threshold)."""
HALF = 50
"""The breaker's own value, of BOUNDED_PERCENT (ThresholdConfiguration)."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What the percentages allow of a service."""

    desired: int
    keep: int
    """Fewest that stay healthy."""
    top: int
    """Most that run or are pending."""

    @property
    def is_blocked(self) -> bool:
        """Whether no task may be stopped and none started."""
        return self.desired > 0 and self.keep >= self.desired and self.top <= self.desired

    @property
    def is_outage(self) -> bool:
        """Whether all tasks may be stopped before a new one is healthy."""
        return self.desired > 0 and self.keep == 0

    @property
    def starts_first(self) -> bool:
        """Whether new tasks are started before old ones are stopped, as far as there is room for them."""
        return self.top > self.desired

    @property
    def at_once(self) -> int:
        """Most tasks that are replaced in one step."""
        room = self.top - self.desired if self.starts_first else self.desired - self.keep
        return max(0, min(self.desired, room))

    @property
    def least_top(self) -> int:
        """The least maximumPercent that allows one task more than desired."""
        return -(-100 * (self.desired + 1) // self.desired)

    @property
    def most_keep(self) -> int:
        """The greatest minimumHealthyPercent that lets one task be stopped."""
        return 100 * (self.desired - 1) // self.desired


def bounds(desired: int, minimum: int, maximum: int) -> Bounds:
    """``minimum`` and ``maximum`` in percent of desired."""
    return Bounds(desired, keep=-(-desired * minimum // 100), top=desired * maximum // 100)


def failures(desired: int, kind: ThresholdType = ThresholdType.BOUNDED_PERCENT, value: int = HALF) -> int:
    """After how many failures the breaker acts."""
    if kind is ThresholdType.COUNT:
        return value
    share = -(-desired * value // 100)
    if kind is ThresholdType.UNBOUNDED_PERCENT:
        return max(1, share)
    return min(max(share, LEAST_FAILURES), MOST_FAILURES)
