"""The instances of a group's warm pool, which only DescribeWarmPool tells.

They keep the revision they were made from and enter the group unannounced (facts/aws.md 2.6), so a rollout looks at
them until none of the old ones is left, and not more often than the policy's watch allows.
"""

from __future__ import annotations

from collections.abc import Callable

from pulumi_rolling.cloud_time import steady
from pulumi_rolling.core.model.codes import Step
from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.core.model.member import Lifecycle, Member
from pulumi_rolling.core.replace.actions import Remove
from pulumi_rolling.core.replace.census import is_replaced
from pulumi_rolling.core.replace.questions import looks_outside
from pulumi_rolling.core.replace.rollout import Rollout
from pulumi_rolling.fleets.auto_scaling_group.description import Listed, listed_one
from pulumi_rolling.fleets.aws.api import AUTO_SCALING, Answer, AwsApi

Warm = tuple[Listed, ...]


class WarmPool:
    def __init__(self, name: str, api: AwsApi, clock: Callable[[], float] = steady) -> None:
        self._name = name
        self._api = api
        self._clock = clock
        self._seen: tuple[Listed, ...] = ()
        self._asked_at = 0.0
        self._cleared: Direction | None = None
        """The direction in whose step roll none of the old ones was left."""

    def __contains__(self, member: str) -> bool:
        return any(one.id == member for one in self._seen)

    def all_now(self, group: Answer) -> tuple[Listed, ...]:
        """Those that do not leave yet, by one call for each fifty; none, and no call, without a warm pool."""
        if not group.get("WarmPoolConfiguration"):
            self._seen = ()
            return ()
        pages = self._api.pages(AUTO_SCALING, "DescribeWarmPool", AutoScalingGroupName=self._name)
        found = tuple(listed_one(instance) for page in pages for instance in page.get("Instances", []))
        self._asked_at = self._clock()
        self._seen = tuple(one for one in found if one.lifecycle is not Lifecycle.LEAVING)
        return self._seen

    def look(
        self, rollout: Rollout, group: Answer, seldom: float, members: Callable[[Warm], tuple[Member, ...]]
    ) -> tuple[Member, ...]:
        """As ``all_now`` while the answer can matter; what was seen before serves for ``seldom`` seconds.

        ``members`` makes members of what was listed.
        """
        if not looks_outside(rollout) or not group.get("WarmPoolConfiguration"):
            return ()
        awaited = any(isinstance(i.action, Remove) for i in rollout.ours.issued)
        if self._cleared is rollout.direction and not awaited:
            return members(self._seen)
        if self._clock() - self._asked_at < seldom:
            return members(self._seen)
        warm = members(self.all_now(group))
        none_left = not any(is_replaced(rollout, member) for member in warm)
        self._cleared = rollout.direction if none_left and rollout.step is Step.ROLL else None
        return warm
