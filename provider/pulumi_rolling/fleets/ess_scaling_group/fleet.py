"""One ESS scaling group: facts before a rollout, a look during one, and the acts of the core as Alibaba's calls.

A look costs one DescribeScalingGroups and one DescribeScalingInstances for each hundred members. ECS and the scaling
activities are asked only when the rollout has an open question that they answer. Nothing is decided here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pulumi_rolling.cloud_time import CLOUD, steady
from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.core.model.member import Member, Revision, Sizes
from pulumi_rolling.core.replace.actions import Action
from pulumi_rolling.core.replace.observation import Observation
from pulumi_rolling.core.replace.questions import here, revocable, unproved
from pulumi_rolling.core.replace.resized import as_counted
from pulumi_rolling.core.replace.rollout import Rollout
from pulumi_rolling.errors import GroupNotFoundError, PermanentFleetError
from pulumi_rolling.fleets.alibaba.api import AlibabaApi, Answer
from pulumi_rolling.fleets.alibaba.machines import PAGE, Machines
from pulumi_rolling.fleets.alibaba.place import ESS, Place
from pulumi_rolling.fleets.alibaba.tags import SHELF
from pulumi_rolling.fleets.base import Retry
from pulumi_rolling.fleets.ess_scaling_group import description as described
from pulumi_rolling.fleets.ess_scaling_group.activities import ActivityLog, moved_by_others, what_went_wrong
from pulumi_rolling.fleets.ess_scaling_group.acts import GroupActs
from pulumi_rolling.fleets.ess_scaling_group.description import Listed
from pulumi_rolling.fleets.ess_scaling_group.facts import EssScalingGroupFacts
from pulumi_rolling.fleets.ess_scaling_group.revisions import Revisions, Wanted
from pulumi_rolling.fleets.ess_scaling_group.sizes import Counted
from pulumi_rolling.fleets.ess_scaling_group.surroundings import Refreshes, launch_hooks
from pulumi_rolling.fleets.replace import (
    Glance,
    MemberFacts,
    Sight,
    SignalSource,
    as_old,
    counts_of,
    key_of,
    returning_acts,
)


@dataclass(frozen=True, slots=True)
class Look:
    """The group and its members as they were at ``at``, by the steady clock."""

    group: Answer
    listed: tuple[Listed, ...]
    sizes: Sizes
    at: float


class EssScalingGroupFleet:
    """Beyond what every fleet offers: the choice of who signals."""

    shelf = SHELF

    def __init__(
        self,
        group: str,
        *,
        wanted: Wanted,
        place: Place,
        retry: Retry[Any],
        signals: SignalSource,
        clock: Callable[[], float] = steady,
    ) -> None:
        """Nothing is called yet."""
        self.name = group
        self._wanted = wanted
        self._api = AlibabaApi(place, retry, region_path=f"{described.PATH}.region")
        self._clock = clock
        self._signals = dict.fromkeys(Direction, signals)
        self._sizes = Counted()
        self._revisions = Revisions(group, self._api)
        self._machines = Machines(self._api)
        self._log = ActivityLog(group, self._api)
        self._refreshes = Refreshes(group, self._api, clock)
        self._acts = GroupActs(group, self._api, self._sizes, self._member_now)
        self._edited: Mapping[str, str] = {}
        """As of the last facts or glance: members launched during a rollout are made as their configuration is."""

    @property
    def place(self) -> Place:
        return self._api.place

    @property
    def call(self) -> str:
        return self.place.call(self.name)

    def ends(self, machines: Sequence[str]) -> str:
        """The command that ends machines which are no members any more."""
        told = " ".join(f"--InstanceId.{number} {machine}" for number, machine in enumerate(machines, 1))
        return f"aliyun ecs DeleteInstances --RegionId {self.place.region} {told} --Force true"

    def api_calls(self) -> int:
        return self._api.count()

    def use_signals(self, signals: SignalSource, back: SignalSource | None = None) -> None:
        """The choice of a source needs the group's hooks, which only ``facts`` brings. ``back`` is the way back's."""
        self._signals = {Direction.FORWARD: signals, Direction.BACK: back or signals}

    def facts(self) -> EssScalingGroupFacts:
        """All that checks and preview ask of the live group: six calls, and one of ECS for each hundred members."""
        look = self._look()
        group, listed, pointer = look.group, look.listed, described.pointer(look.group)
        self._revisions.renew()
        self._revisions.learn(one.address for one in listed)
        notes = self._compare_images(listed)
        self._log.note()
        members = tuple(self._members(listed))
        return EssScalingGroupFacts(
            name=self.name,
            id=self.name,
            where=self._api.place.region,
            pointer=pointer,
            current=self._revisions.current(pointer),
            observation=self._observation(look, members),
            tags=described.tags(group),
            refusals=described.refusals(group, listed, self._refreshes.now()),
            counts=Counter(str(member.revision) for member in members),
            strays=self._edited,
            hooks=launch_hooks(self._api, self.name),
            attached=tuple(one.id for one in listed if one.attached),
            notes=notes,
        )

    def glance(self) -> Glance:
        """The light look of a diff."""
        look = self._look()
        pointer = described.pointer(look.group)
        self._revisions.renew()
        self._revisions.learn(one.address for one in look.listed)
        self._compare_images(look.listed)
        target = self.target()
        members = as_old(tuple(self._members(look.listed)), self._edited, target)
        return Glance(
            target=target,
            current=self._revisions.current(pointer),
            pointer=pointer,
            tags=described.tags(look.group),
            counts=counts_of(members),
            members=members,
        )

    def target(self) -> Revision:
        return self._revisions.target(self._wanted)

    def at(self, address: str) -> Revision:
        return self._revisions.at(address)

    def contents(self, revision: Revision) -> Answer:
        return self._revisions.contents(revision)

    def marks(self) -> Mapping[str, str]:
        return described.marks(self._group())

    def write_marks(self, marks: Mapping[str, str]) -> None:
        if marks:
            self._acts.write_tags(marks)

    def remove_marks(self, keys: list[str]) -> None:
        if keys:
            self._acts.remove_tags(keys)

    def observe(self, rollout: Rollout) -> Sight:
        look = self._look()
        self._sizes.found(rollout.found.sizes)
        self._revisions.learn(one.address for one in look.listed)
        members = tuple(self._members(look.listed))
        suspended = described.suspended(look.group)
        source = self._signals[rollout.direction]
        members = self._asked(members, self._for_ecs(rollout, members, suspended, source), source)
        if rollout.direction is Direction.FORWARD:
            members = as_old(members, self._edited, rollout.target)
        now = CLOUD.at(look.at)
        launches, losses = what_went_wrong(self._log, rollout, members, look.sizes.desired, now)
        observation = replace(
            self._observation(look, members),
            launches=launches,
            losses=losses,
            others=self._refreshes.under_way(rollout),
            moved=0 if look.sizes.kept else moved_by_others(self._log, rollout.started_at, now),
        )
        return Sight(observation, described.marks(look.group), look.at)

    def apply(self, action: Action) -> None:
        self._acts.carry_out(action)

    def key(self, action: Action) -> str:
        return key_of(action)

    def give_back(self, record: Rollout) -> None:
        live = self._look().sizes
        self._sizes.found(record.found.sizes)
        for action in returning_acts(as_counted(record, live)):
            self.apply(action)

    def _look(self) -> Look:
        at = self._clock()
        group = self._group()
        pages = self._api.pages(
            ESS,
            "DescribeScalingInstances",
            "ScalingInstances",
            ScalingGroupId=self.name,
            PageSize=100,
        )
        listed = tuple(described.listed(each for page in pages for each in page))
        return Look(group, listed, self._sizes.read(group, listed), at)

    def _group(self) -> Answer:
        answer = self._api.call(ESS, "DescribeScalingGroups", ScalingGroupIds=[self.name])
        for group in answer["ScalingGroups"]:
            if group["ScalingGroupId"] == self.name:
                found: Answer = group
                return found
        raise GroupNotFoundError(
            f"There is no ESS scaling group {self.name} in {self._api.place}.",
            operation="DescribeScalingGroups",
        )

    def _member_now(self, member: str) -> Listed | None:
        answer = self._api.attempt(
            ESS, "DescribeScalingInstances", ScalingGroupId=self.name, InstanceIds=[member], PageSize=10
        )
        return next((one for one in described.listed(answer["ScalingInstances"]) if one.id == member), None)

    def _members(self, listed: Iterable[Listed]) -> Iterable[Member]:
        for one in listed:
            yield Member(
                id=one.id,
                revision=self._revisions.of(one),
                lifecycle=one.lifecycle,
                healthy=one.healthy,
                zone=one.zone,
                launched_at=one.launched_at,
                protected=one.protected,
            )

    def _for_ecs(
        self, rollout: Rollout, members: tuple[Member, ...], suspended: frozenset[str], source: SignalSource
    ) -> set[str]:
        """Ids for DescribeInstances: all where the group checks no health, else those whose tags may signal."""
        if not described.heals(suspended):
            return {m.id for m in here(members)}
        awaited = [m.id for m in unproved(rollout, members)] if source.needs_tags else []
        if not awaited:
            return set()
        return {*awaited, *(m.id for m in revocable(rollout, members)[: -len(awaited) % PAGE])}

    def _asked(self, members: tuple[Member, ...], ask: set[str], source: SignalSource) -> tuple[Member, ...]:
        machines = self._machines.look(ask) if ask else {}
        judged = []
        for member in members:
            machine = machines.get(member.id)
            tags = machine.tags if machine is not None else None
            signal = source.read(MemberFacts(member.id, member.lifecycle, tags))
            judged.append(replace(member, alive=machine is None or machine.alive, signal=signal))
        return tuple(judged)

    def _compare_images(self, listed: tuple[Listed, ...]) -> tuple[str, ...]:
        """Find members made before their scaling configuration was edited; a note where ECS does not tell."""
        asked = [one.id for one in listed if self._revisions.image(one.address)]
        unseen = [ident for ident in asked if self._machines.image(ident) is None]
        try:
            if unseen:
                self._machines.look(unseen)
        except PermanentFleetError as error:
            return (f"whether the scaling configuration was edited in place is not known: {error}",)
        images = {ident: image for ident in asked if (image := self._machines.image(ident))}
        self._edited = self._revisions.edited(listed, images)
        return ()

    def _observation(self, look: Look, members: tuple[Member, ...]) -> Observation:
        suspended = described.suspended(look.group)
        return Observation(
            at=CLOUD.at(look.at),
            members=members,
            sizes=look.sizes,
            pointer=described.pointer(look.group),
            suspended=suspended,
            heals=described.heals(suspended),
        )
