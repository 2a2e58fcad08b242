"""One EC2 Auto Scaling group: facts before a rollout, a look during one, and the acts of the core as AWS calls.

A look costs one DescribeAutoScalingGroups, shared with every other group that rolls here. EC2 and the scaling
activities are asked only when the rollout has an open question that they answer (design: the engine). Nothing
is decided here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from pulumi_rolling.cloud_time import CLOUD, steady
from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.core.model.member import Member, Revision
from pulumi_rolling.core.replace.actions import Action, Remove
from pulumi_rolling.core.replace.looks import rarely
from pulumi_rolling.core.replace.observation import Observation
from pulumi_rolling.core.replace.questions import may_be_ready, undated
from pulumi_rolling.core.replace.rollout import Rollout
from pulumi_rolling.fleets.auto_scaling_group import description as described
from pulumi_rolling.fleets.auto_scaling_group import surroundings
from pulumi_rolling.fleets.auto_scaling_group.description import Listed
from pulumi_rolling.fleets.auto_scaling_group.facts import AutoScalingGroupFacts, Watched
from pulumi_rolling.fleets.auto_scaling_group.group import OneGroup
from pulumi_rolling.fleets.auto_scaling_group.members_to_ask import for_ec2
from pulumi_rolling.fleets.auto_scaling_group.missing_members import what_went_wrong
from pulumi_rolling.fleets.auto_scaling_group.overrides import notes_of
from pulumi_rolling.fleets.auto_scaling_group.own_tasks import Errands
from pulumi_rolling.fleets.auto_scaling_group.readiness import Readiness
from pulumi_rolling.fleets.auto_scaling_group.strays import misplaced, outdated
from pulumi_rolling.fleets.auto_scaling_group.traffic import traffic_of
from pulumi_rolling.fleets.auto_scaling_group.verdict_tags import VerdictTags
from pulumi_rolling.fleets.auto_scaling_group.wanted import Wanted
from pulumi_rolling.fleets.aws.alarms import alarms_of
from pulumi_rolling.fleets.aws.api import Answer
from pulumi_rolling.fleets.aws.place import Place, told_by
from pulumi_rolling.fleets.aws.queue import SqsQueue, queue_facts
from pulumi_rolling.fleets.aws.shared_poll import Look
from pulumi_rolling.fleets.base import Retry
from pulumi_rolling.fleets.replace import OwnTasks, Sight, SignalSource, as_old, key_of, returning_acts

RARELY = 6
"""Times as long as for an alarm an answer about others' operations serves at least: half a minute, where a look is a
second."""


class AutoScalingGroupFleet(OneGroup):
    """Beyond what every fleet offers: queues, tags of verdicts, and the choice of what is watched and who signals."""

    def __init__(
        self,
        name: str,
        *,
        wanted: Wanted,
        place: Place,
        retry: Retry[Any],
        signals: SignalSource,
        clock: Callable[[], float] = steady,
    ) -> None:
        super().__init__(name, wanted=wanted, place=place, retry=retry, clock=clock)
        self._signals = dict.fromkeys(Direction, signals)
        self._refreshes = surroundings.Refreshes(name, self._api, clock)
        self._readiness = Readiness(self._api, alarms_of(place))
        self._errands = Errands(self._api, self._machines)
        self._outdated: dict[str, str] = {}
        """As of the last facts or glance: who is launched during a rollout is new, wherever its parameter goes."""

    def queue(self, url: str) -> SqsQueue:
        """A signal queue, asked at the group's place and counted with its calls."""
        return SqsQueue(self._api, url)

    def verdict_tags(self, tag: str) -> VerdictTags:
        return VerdictTags(self._api, self.name, tag)

    def use_signals(self, signals: SignalSource, back: SignalSource | None = None) -> None:
        """The choice of a source needs the group's hooks, which only ``facts`` brings. ``back`` is the way back's."""
        self._signals = {Direction.FORWARD: signals, Direction.BACK: back or signals}

    def use_tasks(self, tasks: Mapping[Direction, OwnTasks]) -> None:
        """What the policies have done for members, beside the loop."""
        self._errands.tasks = tasks

    def watch(self, watched: Watched) -> None:
        """What the policy wants looked at beside the group, from now on."""
        self._readiness.watched = watched

    def facts(self) -> AutoScalingGroupFacts:
        """All that checks and preview ask of the live group: six calls, seven with a warm pool, and what is watched.

        Launch times are among it: the plan needs them as the rollout does, whose first look then asks no more.
        """
        look = self._look()
        group = look.description
        pointer = described.pointer(group)
        listed, warm = tuple(described.listed(group)), self._warm.all_now(group)
        self._machines.show([one.id for one in listed], CLOUD.at(look.at))
        meant = self._revisions.learn((*listed, *warm), [pointer, *self._floating_pointers(group)])
        current = meant.get(pointer)
        members = self._members.of(group, listed)
        unknown = [m.id for m in members if m.launched_at is None]
        members = self._members.asked(members, unknown, self._signals[Direction.FORWARD])
        traffic = traffic_of(group)
        refusals = described.refusals(group, self._refreshes.now())
        if self._is_wrong_kind(group):
            refusals += (described.mixed_needs_template(),)
        if self._readiness.watched.target_health:
            self._readiness.ask_health(group)
            members = self._readiness.as_told(members)
        self._readiness.may_check(members)
        alarms, missing = self._readiness.alarms_now(age=0.0)
        return AutoScalingGroupFacts(
            name=self.name,
            id=group["AutoScalingGroupARN"],
            where=told_by(group["AutoScalingGroupARN"]),
            pointer=pointer,
            current=current,
            observation=replace(
                self._observation(look, members), alarms=alarms, warm=self._members.of(group, warm)
            ),
            tags=described.tags(group),
            hooks=surroundings.launch_hooks(self._api, self.name),
            scheduled_actions=surroundings.scheduled_actions(self._api, self.name),
            refusals=refusals,
            counts=Counter(self._revisions.label(one, group) for one in listed),
            targets=traffic.names,
            idle_targets=self._readiness.idle,
            strays=self._strays(group, listed),
            lattice=traffic.lattice,
            missing_alarms=missing,
            checked_by=described.health_checks(group),
            grace=float(group.get("HealthCheckGracePeriod") or 0),
            as_their_override=self._own_templates.matching(group, (*listed, *warm)),
            notes=notes_of(group),
            floating=self._floating(meant),
            queues=tuple(queue_facts(self._api, url) for url in self._readiness.watched.queues),
        )

    def observe(self, rollout: Rollout) -> Sight:
        look = self._look()
        group = look.description
        listed = tuple(described.listed(group))
        self._machines.show([one.id for one in listed], CLOUD.at(look.at))
        members = self._members.learnt(group, listed, rollout.target)
        suspended, desired = described.suspended(group), described.sizes(group).desired
        source = self._signals[rollout.direction]
        ask = for_ec2(rollout, members, suspended, tags=source.needs_tags)
        members = self._members.asked(members, ask, source)
        waits = self._readiness.waits_for_health(rollout)
        leaves_open = waits and not may_be_ready(rollout, members)
        if waits and not leaves_open:
            self._readiness.ask_health(group)
        if waits:
            members = self._readiness.as_told(members, rollout.direction)
        members = self._proved(rollout, members, CLOUD.at(look.at))
        if rollout.direction is Direction.FORWARD:
            strays = {**self._outdated, **misplaced(group, listed, self._machines)}
            members = as_old(members, strays, rollout.target)
        watched = self._readiness.watched

        def as_members(listed: tuple[Listed, ...]) -> tuple[Member, ...]:
            return self._members.learnt(group, listed, rollout.target)

        launches, losses = what_went_wrong(
            self._api, rollout, members, desired, self._activities, self._machines
        )
        observation = replace(
            self._observation(look, members),
            launches=launches,
            losses=losses,
            alarms=self._readiness.alarms(rollout),
            partings=self._errands.partings(rollout, members),
            others=self._refreshes.under_way(rollout, rarely(rollout, RARELY * watched.seldom)),
            warm=self._warm.look(rollout, group, watched.seldom, as_members) if watched.warm_pool else (),
            health_asked=not leaves_open,
        )
        later = partial(self._with_health, rollout, group, observation) if leaves_open else None
        return Sight(observation, described.marks(group), look.at, with_health=later)

    def _with_health(self, rollout: Rollout, group: Answer, seen: Observation) -> Observation:
        """What was seen, with health asked for now. Nothing else of it hangs on health."""
        self._readiness.ask_health(group)
        members = self._readiness.as_told(seen.members, rollout.direction)
        return replace(seen, members=members, health_asked=True)

    def _proved(self, rollout: Rollout, members: tuple[Member, ...], at: float) -> tuple[Member, ...]:
        """The members with all that the policy wants of new ones. Launch times are asked for once they matter."""
        watched = self._readiness.watched
        clock = 0.0 if watched.status_checks else watched.clock
        members = self._members.dated(members, [m.id for m in undated(rollout, members, at, clock)])
        return self._errands.probed(rollout, self._readiness.checked(rollout, members))

    def apply(self, action: Action) -> None:
        self._acts.carry_out(action, isinstance(action, Remove) and action.member in self._warm)

    def key(self, action: Action) -> str:
        return key_of(action)

    def give_back(self, record: Rollout) -> None:
        for action in returning_acts(record):
            self.apply(action)

    def _wants_warm_pool(self) -> bool:
        return self._readiness.watched.warm_pool

    def _set_apart(
        self, group: Answer, listed: tuple[Listed, ...], members: tuple[Member, ...], target: Revision
    ) -> tuple[Member, ...]:
        return as_old(members, self._strays(group, listed), target)

    def _strays(self, group: Answer, listed: tuple[Listed, ...]) -> dict[str, str]:
        self._outdated = outdated(self._api, listed, self._templates, self._machines)
        return {**self._outdated, **misplaced(group, listed, self._machines)}

    def _observation(self, look: Look, members: tuple[Member, ...]) -> Observation:
        group = look.description
        return Observation(
            at=CLOUD.at(look.at),
            members=members,
            sizes=described.sizes(group),
            pointer=described.pointer(group),
            suspended=described.suspended(group),
            heals=described.heals(described.suspended(group)),
        )
