"""Readiness beyond the group itself: health behind load balancers, EC2's status checks, alarms.

Each costs calls of its own, so each is asked for only when the policy wants it and only while its answer can
matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.core.model.member import Member, TargetHealth
from pulumi_rolling.core.model.seen import Alarm, AlarmState
from pulumi_rolling.core.replace.questions import proves_members, unproved, watches_alarms
from pulumi_rolling.core.replace.rollout import Rollout
from pulumi_rolling.fleets.auto_scaling_group.facts import Watched
from pulumi_rolling.fleets.auto_scaling_group.traffic import traffic_of
from pulumi_rolling.fleets.aws.alarms import AlarmPoll
from pulumi_rolling.fleets.aws.api import Answer, AwsApi
from pulumi_rolling.fleets.aws.status_checks import read_checks
from pulumi_rolling.fleets.aws.targets import Registered, read_targets, with_health


class Readiness:
    """What the policy wants looked at beside one group, asked for while it can matter."""

    def __init__(self, api: AwsApi, alarms: AlarmPoll) -> None:
        self.watched = Watched()
        self._api = api
        self._alarms = alarms
        self.idle: tuple[str, ...] = ()
        """Target groups that no load balancer uses, as far as was asked: no member is healthy there, none has to be."""
        self._told: list[Registered] = []
        """What the others said last."""

    def waits_for_health(self, rollout: Rollout) -> bool:
        """Health counts in the rollout's direction and step."""
        waits = self.watched.target_health and rollout.direction in self.watched.health_in
        return waits and proves_members(rollout)

    def as_told(
        self, members: Iterable[Member], direction: Direction = Direction.FORWARD
    ) -> tuple[Member, ...]:
        """The members with their health behind the load balancers as it was told last.

        On the way back a group that is attached to nothing serves by being in service, as where that is known at the
        start.
        """
        found = tuple(with_health(m, self._told) for m in members)
        if direction is Direction.BACK and all(m.target is None for m in found):
            # Somebody detached the group in mid-roll. Nobody would be ready any more, and it must come back.
            return tuple(replace(m, target=TargetHealth.HEALTHY) for m in found)
        return found

    def ask_health(self, group: Answer) -> None:
        """Ask for all: a floor counts ready members, so the old ones matter as much as the new."""
        registered = read_targets(self._api, traffic_of(group))
        self.idle = tuple(each.name for each in registered if each.idle)
        self._told = [each for each in registered if not each.idle]

    def checked(self, rollout: Rollout, members: tuple[Member, ...]) -> tuple[Member, ...]:
        """The members, the open new ones with their status checks."""
        found = members
        if self.watched.status_checks and proves_members(rollout):
            # EC2 refuses a call that names a machine it does not know; one with a launch time it has told of.
            open_ones = [m.id for m in unproved(rollout, found) if m.launched_at is not None]
            checks = read_checks(self._api, open_ones)
            found = tuple(replace(m, checks=checks.get(m.id)) for m in found)
        return found

    def may_check(self, members: Sequence[Member]) -> None:
        """Status checks that will be wanted of new members are asked of one now: a refusal is known beforehand."""
        if self.watched.status_checks:
            read_checks(self._api, [m.id for m in members if m.launched_at is not None][:1])

    def alarms(self, rollout: Rollout) -> tuple[Alarm, ...]:
        """Not on the way back, and not once the verdict is given: nothing hangs on them then."""
        if not watches_alarms(rollout):
            return ()
        return self.alarms_now(self.watched.seldom)[0]

    def alarms_now(self, age: float) -> tuple[tuple[Alarm, ...], tuple[str, ...]]:
        """All watched alarms, and the names of those that do not exist: their state is as good as unknown."""
        names = self.watched.alarms
        if not names:
            return (), ()
        states = self._api.under_retry(lambda: self._alarms.states(names, age, self._api))
        alarms = tuple(Alarm(name, states.get(name, AlarmState.UNKNOWN)) for name in names)
        return alarms, tuple(name for name in names if name not in states)
