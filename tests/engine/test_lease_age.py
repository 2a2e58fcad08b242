"""A driver whose lease ran out while it acted acts no more before it has looked again."""

from __future__ import annotations

from pulumi_rolling.core.model.member import Revision, Sizes
from pulumi_rolling.core.replace.actions import Action, Terminate
from pulumi_rolling.core.replace.limits import Limits
from pulumi_rolling.core.replace.plan import new_rollout
from pulumi_rolling.fleets.simulated import SimulatedFleet

from tests.engine.stage import FleetClock, MortalFleet, drive

V1 = Revision("lt-1:1", "one", "version 1")
V2 = Revision("lt-1:2", "two", "version 2")
SLOW = 40.0
"""Longer than the lease of 30 s."""


class SlowOnce(MortalFleet):
    """The first termination takes longer than the lease holds."""

    slowed_at: float | None = None

    def apply(self, action: Action) -> None:
        super().apply(action)
        if isinstance(action, Terminate) and self.slowed_at is None:
            assert isinstance(self.inner, SimulatedFleet)
            self.slowed_at = self.inner.now
            self.inner.advance(self.inner.now + SLOW)


def test_no_act_follows_one_that_outlasted_the_lease_before_another_look() -> None:
    """Of two terminations decided together only the first is done; the roll still arrives."""
    fleet = SimulatedFleet(desired=6, max_size=8, revision=V1)
    limits = Limits(batch=2, floor=4, max_size=8, settle=6.0)
    slow = SlowOnce(fleet)
    start = new_rollout("r", V2, V1, Sizes(0, 8, 6), frozenset(), fleet.now)
    end = drive(slow, FleetClock(fleet), limits, start)
    assert end.outcome is not None and end.outcome.done
    first = slow.calls.index("Terminate")
    following = slow.calls[first + 1 :]
    assert following.index("observe") < following.index("Terminate"), following[:6]
