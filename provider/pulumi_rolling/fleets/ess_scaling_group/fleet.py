"""One ESS scaling group: facts before a rollout, a look during one, and the acts of the core as Alibaba's calls.

A look costs one DescribeScalingInstances for each hundred members, and one DescribeScalingGroups where something is to
follow from it or the group was not asked for long. ECS and the scaling activities are asked only when the rollout has
an open question that they answer. Nothing is decided here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from pulumi_rolling.cloud_time import CLOUD, steady
from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.core.model.member import Member
from pulumi_rolling.core.replace.actions import Action
from pulumi_rolling.core.replace.looks import frame_serves, leaves_frame
from pulumi_rolling.core.replace.observation import Observation
from pulumi_rolling.core.replace.questions import here, revocable, unproved
from pulumi_rolling.core.replace.resized import as_counted
from pulumi_rolling.core.replace.rollout import Rollout
from pulumi_rolling.fleets.alibaba.machines import PAGE
from pulumi_rolling.fleets.alibaba.place import Place
from pulumi_rolling.fleets.base import Retry
from pulumi_rolling.fleets.ess_scaling_group import description as described
from pulumi_rolling.fleets.ess_scaling_group.activities import ActivityLog, MovedByOthers, what_went_wrong
from pulumi_rolling.fleets.ess_scaling_group.facts import EssScalingGroupFacts
from pulumi_rolling.fleets.ess_scaling_group.group import Look, OneGroup
from pulumi_rolling.fleets.ess_scaling_group.revisions import Wanted
from pulumi_rolling.fleets.ess_scaling_group.surroundings import Refreshes, launch_hooks
from pulumi_rolling.fleets.replace import (
    MemberFacts,
    Sight,
    SignalSource,
    as_old,
    key_of,
    returning_acts,
)


class EssScalingGroupFleet(OneGroup):
    """Beyond what every fleet offers: the choice of who signals."""

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
        super().__init__(group, wanted=wanted, place=place, retry=retry, clock=clock)
        self._signals = dict.fromkeys(Direction, signals)
        self._log = ActivityLog(group, self._api)
        self._moved = MovedByOthers(self._log)
        self._refreshes = Refreshes(group, self._api, clock)
        self._frame: Look | None = None
        """The last look that asked for the group itself, since when no act of ours has changed what that tells."""

    def ends(self, machines: Sequence[str]) -> str:
        """The command that ends machines which are no members any more."""
        told = " ".join(f"--InstanceId.{number} {machine}" for number, machine in enumerate(machines, 1))
        return f"aliyun ecs DeleteInstances --RegionId {self.place.region} {told} --Force true"

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

    def observe(self, rollout: Rollout) -> Sight:
        """Who waits for boots alone is shown the instances, in the group as an earlier look had it."""
        self._sizes.found(rollout.found.sizes)
        now, frame = self._clock(), self._frame
        if frame is None or now - frame.at >= frame_serves(rollout):
            look = self._frame = self._look()
            return Sight(self._observed(rollout, look), described.marks(look.group), look.at)
        look = self._framed(frame.group, self._list(), now)
        seen = self._observed(rollout, look)
        return Sight(seen, {}, look.at, whole=lambda: self._whole(rollout, look, seen))

    def _whole(self, rollout: Rollout, look: Look, seen: Observation) -> Sight:
        """The same members in the group as it is; where that is another, all is asked that follows from it."""
        self._frame = now = self._framed(self._group(), look.listed, look.at)
        if _frame_of(now) != _frame_of(look):
            seen = self._observed(rollout, now)
        return Sight(seen, described.marks(now.group), look.at)

    def _observed(self, rollout: Rollout, look: Look) -> Observation:
        self._revisions.learn(one.address for one in look.listed)
        members = tuple(self._members(look.listed))
        suspended = described.suspended(look.group)
        source = self._signals[rollout.direction]
        members = self._asked(members, self._for_ecs(rollout, members, suspended, source), source)
        if rollout.direction is Direction.FORWARD:
            members = as_old(members, self._edited, rollout.target)
        now, here = CLOUD.at(look.at), frozenset(one.id for one in look.listed)
        launches, losses = what_went_wrong(self._log, rollout, members, look.sizes.desired, now)
        return replace(
            self._observation(look, members),
            launches=launches,
            losses=losses,
            others=self._refreshes.under_way(rollout),
            moved=0 if look.sizes.kept else self._moved.now(rollout.started_at, here, now),
        )

    def apply(self, action: Action) -> None:
        if self._frame is not None and not leaves_frame(action, kept=self._frame.sizes.kept):
            self._frame = None
        self._acts.carry_out(action)

    def key(self, action: Action) -> str:
        return key_of(action)

    def give_back(self, record: Rollout) -> None:
        live = self._look().sizes
        self._sizes.found(record.found.sizes)
        for action in returning_acts(as_counted(record, live)):
            self.apply(action)

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


def _frame_of(look: Look) -> tuple[object, ...]:
    """What a look shows of the group beside its members and tags."""
    return look.sizes, described.pointer(look.group), described.suspended(look.group)
