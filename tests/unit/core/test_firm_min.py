"""A cloud that refuses each removal below MinSize, whether or not it launches another."""

from __future__ import annotations

from itertools import product

import pytest
from pulumi_rolling.core.model.member import Lifecycle, Sizes
from pulumi_rolling.core.replace.actions import Resize, Terminate
from pulumi_rolling.core.replace.decide import decide
from pulumi_rolling.core.replace.ideal import IdealFleet, all_old
from pulumi_rolling.core.replace.limits import Limits, Pacing
from pulumi_rolling.core.replace.observation import Observation
from pulumi_rolling.core.replace.plan import new_rollout

from tests.unit.core.stage import V1, V2

SIZES = [Sizes(4, 4, 4), Sizes(4, 6, 4), Sizes(2, 5, 4), Sizes(0, 4, 4), Sizes(3, 9, 7)]
ROOMS = [
    (sizes, batch, floor)
    for sizes, batch, floor in product(SIZES, (1, 2, 5), (0, 2, 3))
    if floor < sizes.max and floor <= sizes.desired
]


@pytest.mark.parametrize("pacing", Pacing)
@pytest.mark.parametrize(("sizes", "batch", "floor"), ROOMS)
def test_no_removal_is_asked_for_below_the_least_size(
    sizes: Sizes, batch: int, floor: int, pacing: Pacing
) -> None:
    """It is lowered before, and never raised; at the end all sizes are as found and everybody is new."""
    limits = Limits(batch=batch, floor=floor, max_size=sizes.max, pacing=pacing, settle=1e9, firm_min=True)
    fleet = IdealFleet(Observation(0.0, tuple(all_old(sizes.desired, V1)), sizes, V1.address), V1)
    rollout = new_rollout("r1", V2, V1, sizes, frozenset(), 0.0)
    for _ in range(200):
        decision = decide(limits, rollout, fleet.observe())
        for action in decision.actions:
            seen = fleet.observe()
            if isinstance(action, Terminate):
                assert sum(m.lifecycle is Lifecycle.IN_SERVICE for m in seen.members) - 1 >= seen.sizes.min
            if isinstance(action, Resize) and action.min is not None:
                assert action.min <= sizes.min
            fleet.apply(action)
        rollout = decision.next
        if decision.outcome is not None:
            break
        fleet.step(max(fleet.at + 1.0, decision.look_again_at))
    seen = fleet.observe()
    assert decision.outcome is not None and seen.sizes == sizes
    assert {m.revision for m in seen.members} == {V2}
