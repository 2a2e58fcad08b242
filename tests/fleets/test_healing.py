"""Whether the cloud replaces a member that broke, as each fleet tells it."""

from __future__ import annotations

import pytest
from pulumi_rolling.core.model.member import Revision, Sizes
from pulumi_rolling.core.replace.actions import Suspend
from pulumi_rolling.core.replace.plan import new_rollout
from pulumi_rolling.fleets.auto_scaling_group.description import heals
from pulumi_rolling.fleets.simulated import SimulatedFleet

V1, V2 = Revision("lt-1:1", "one"), Revision("lt-1:2", "two")
TABLE = [
    (frozenset[str](), True),
    (frozenset({"AZRebalance", "AlarmNotification"}), True),
    (frozenset({"HealthCheck"}), False),
    (frozenset({"ReplaceUnhealthy", "AZRebalance"}), False),
]


@pytest.mark.parametrize(("suspended", "healing"), TABLE)
def test_no_group_heals_without_its_checks_or_its_replacing(suspended: frozenset[str], healing: bool) -> None:
    """HealthCheck finds who is broken and ReplaceUnhealthy ends them: "Suspend and resume processes" (user guide)."""
    assert heals(suspended) is healing
    fleet = SimulatedFleet(desired=2, max_size=3, revision=V1)
    fleet.apply(Suspend(suspended))
    rollout = new_rollout("r", V2, V1, Sizes(0, 3, 2), frozenset(), fleet.now)
    assert fleet.observe(rollout).observation.heals is healing
