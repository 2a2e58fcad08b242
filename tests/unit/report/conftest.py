"""Plans of groups all of whose members are old, for the texts made from them."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi_rolling.core.model.goal import OnFailure
from pulumi_rolling.core.model.member import Revision, Sizes
from pulumi_rolling.core.replace.ideal import all_old
from pulumi_rolling.core.replace.observation import Observation
from pulumi_rolling.core.replace.plan import Plan, new_rollout, plan
from pulumi_rolling.policy.check import parse_policy
from pulumi_rolling.policy.rolling_update.limits import limits
from pulumi_rolling.policy.timing import Timing
from pulumi_rolling.report.preview import Preview

V1 = Revision("lt-1:1", "one", "version 1")
V2 = Revision("lt-1:2", "two", "version 2")


class Planner:
    """Plans for groups all of whose members are old."""

    def lock_step(self, desired: int, max_size: int, **fields: Any) -> Plan:
        return self._plan({"AutoScalingRollingUpdate": fields}, desired, max_size)

    def sliding(self, desired: int, max_size: int, **fields: Any) -> Plan:
        return self._plan({"RollingUpdate": fields}, desired, max_size)

    def hold(self, desired: int, max_size: int) -> Plan:
        return self._plan({"RollingUpdate": {}}, desired, max_size, OnFailure.HOLD)

    def preview(self, made: Plan | None, **changes: Any) -> Preview:
        given: dict[str, Any] = {"came_from": "version 1", "to": "version 2", "returns_to": "version 1"}
        return Preview("web", made, **(given | changes))

    def _plan(
        self,
        block: dict[str, Any],
        desired: int,
        max_size: int,
        on_failure: OnFailure = OnFailure.ROLL_BACK,
    ) -> Plan:
        sizes = Sizes(0, max_size, desired)
        seen = Observation(0.0, tuple(all_old(desired, V1)), sizes, V1.address)
        rollout = new_rollout("test", V2, V1, sizes, frozenset(), seen.at)
        roll = parse_policy(block).rolling_update
        return plan(limits(roll, sizes, Timing(), None, on_failure), rollout, seen)


@pytest.fixture
def planner() -> Planner:
    return Planner()
