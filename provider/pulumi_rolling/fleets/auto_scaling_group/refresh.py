"""One EC2 Auto Scaling group that the service itself rolls, by an instance refresh.

A look costs the description of the group, shared with every other group here, and where the refresh can have moved
(``refresh_rhythm``) one DescribeInstanceRefreshes: by id while ours is active, of the newest before and after. The
scaling activities are asked for causes once something has gone wrong or stands still. Nothing is decided here, and the
group's own template is never moved: the service stores the desired configuration when the refresh has succeeded, and
that is what makes its way back.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from typing import Any

from pulumi_rolling.cloud_time import CLOUD, steady
from pulumi_rolling.core.delegate.actions import Act, Begin, Continue, Pause, RollBack, Stop, key_of
from pulumi_rolling.core.delegate.delegating import Delegating
from pulumi_rolling.core.delegate.observation import Delegated
from pulumi_rolling.core.delegate.operation import Operation
from pulumi_rolling.core.delegate.watch import mine
from pulumi_rolling.core.model.codes import Remedy
from pulumi_rolling.core.model.member import Lifecycle, Member, Revision
from pulumi_rolling.core.replace.actions import PointAt, Resume, Suspend
from pulumi_rolling.errors import PermanentFleetError
from pulumi_rolling.fleets.auto_scaling_group import description as described
from pulumi_rolling.fleets.auto_scaling_group import refresh_answers as answers
from pulumi_rolling.fleets.auto_scaling_group.activities import is_hopeless
from pulumi_rolling.fleets.auto_scaling_group.group import OneGroup
from pulumi_rolling.fleets.auto_scaling_group.overrides import notes_of
from pulumi_rolling.fleets.auto_scaling_group.refresh_calls import RefreshCalls
from pulumi_rolling.fleets.auto_scaling_group.refresh_desired import desired_configuration, irreversible
from pulumi_rolling.fleets.auto_scaling_group.refresh_facts import (
    RefreshFacts,
    RefreshWatched,
    maintenance_of,
    replaced_by,
    unchecked_in,
    warm_up_of,
)
from pulumi_rolling.fleets.auto_scaling_group.refresh_rhythm import Told, still_serves, told
from pulumi_rolling.fleets.auto_scaling_group.wanted import Wanted
from pulumi_rolling.fleets.aws.alarms import alarms_of
from pulumi_rolling.fleets.aws.api import Answer
from pulumi_rolling.fleets.aws.launch_templates import address, parts
from pulumi_rolling.fleets.aws.place import Place, told_by
from pulumi_rolling.fleets.aws.shared_poll import Look
from pulumi_rolling.fleets.base import Retry
from pulumi_rolling.fleets.delegate import Sight, carry_out
from pulumi_rolling.fleets.standstill import MOST_CAUSES, NO_CAUSE, CausesOnce, Progress, Why

_COUNTED = (Lifecycle.PENDING, Lifecycle.WAITING, Lifecycle.IN_SERVICE)
_BROKEN = re.compile(r"health|abandon|terminated or stopped", re.I)
"""Ends of instances that are a cause; the service's own replacements are none."""
_PAUSE = frozenset({answers.PROCESS})


class RefreshFleet(OneGroup):
    def __init__(
        self,
        name: str,
        *,
        wanted: Wanted,
        place: Place,
        retry: Retry[Any],
        clock: Callable[[], float] = steady,
    ) -> None:
        super().__init__(name, wanted=wanted, place=place, retry=retry, clock=clock)
        self.watched = RefreshWatched()
        self._alarms = alarms_of(place)
        self._calls = RefreshCalls(name, self._api)
        self._tokens: dict[str, str] = {}
        self._last: Told | None = None
        self._over: set[str] = set()
        self._gates: dict[tuple[str, str], float] = {}
        """When a refresh was first seen at a checkpoint, by the cloud's clock."""
        self._left: set[tuple[str, str]] = set()
        """Checkpoints that were seen to be over."""
        self._names: dict[str, str] = {}
        """What people call the revisions of which digests were told."""
        self._causes = CausesOnce()

    def facts(self) -> RefreshFacts:
        """All that checks and preview ask of the live group: three calls, and what is watched."""
        look = self._look()
        group = look.description
        pointer = described.pointer(group)
        listed, warm = tuple(described.listed(group)), self._warm.all_now(group)
        wanted = self._wanted_pointer(group)
        asked = [pointer, *([wanted] if wanted else ()), *self._floating_pointers(group)]
        meant = self._revisions.learn((*listed, *warm), asked)
        current, target = meant.get(pointer), meant.get(wanted) if wanted else None
        members = self._members.of(group, listed)
        refreshes = self._calls.newest()
        names = self.watched.alarms
        states = self._api.under_retry(lambda: self._alarms.states(names, 0.0, self._api)) if names else {}
        return RefreshFacts(
            name=self.name,
            id=group["AutoScalingGroupARN"],
            where=told_by(group["AutoScalingGroupARN"]),
            pointer=pointer,
            current=current,
            observation=self._delegated(look, members, refreshes, target, None),
            tags=described.tags(group),
            counts=Counter(self._revisions.label(one, group) for one in listed),
            notes=notes_of(group),
            floating=self._floating(meant),
            sizes=described.sizes(group),
            suspended=described.suspended(group),
            members=members,
            warm=self._members.of(group, warm),
            maintenance=maintenance_of(group),
            warm_up=warm_up_of(group),
            irreversible=irreversible(group, self._templates, target.address if target else None),
            as_their_override=self._own_templates.matching(group, (*listed, *warm)),
            missing_alarms=tuple(name for name in names if name not in states),
            unchecked=unchecked_in(group),
        )

    def observe(self, rollout: Delegating) -> Sight:
        look = self._look()
        group = look.description
        members = self._members.learnt(group, tuple(described.listed(group)), rollout.target)
        refreshes = self._told_now(look, rollout)
        return Sight(
            self._delegated(look, members, refreshes, rollout.target, rollout),
            described.marks(group),
            look.at,
        )

    def apply(self, action: Act) -> None:
        self._last = None
        carry_out(self, action)

    def key(self, action: Act) -> str:
        return key_of(action)

    def begin(self, act: Begin) -> None:
        group = self._api.under_retry(self._as_it_is)
        ident = self._calls.start(desired_configuration(group, act.to.address), act.preferences)
        self._tokens[ident] = act.token

    def point_at(self, revision: Revision) -> None:
        """For a version of equal contents, which a refresh would replace everybody for: only the pointer moves."""
        self._acts.carry_out(PointAt(revision))

    def go_on(self, act: Continue) -> None:
        """A pause at a checkpoint ends by itself when its delay is over; what stood still by us goes on."""
        self._acts.carry_out(Resume(_PAUSE))

    def pause(self, act: Pause) -> None:
        self._acts.carry_out(Suspend(_PAUSE))

    def stop(self, act: Stop) -> None:
        self._calls.cancel(act.operation)

    def roll_back(self, act: RollBack) -> None:
        self._calls.roll_back(act.operation)

    def give_back(self, record: Delegating) -> None:
        """A refresh that stands still by our act goes on; whose it is does not matter to that."""
        if record.paused_by_us:
            self._acts.carry_out(Resume(_PAUSE))

    def _told_now(self, look: Look, rollout: Delegating) -> list[Answer]:
        last = self._last
        if last is not None and still_serves(last, look, rollout, self.watched.rhythm):
            return last.refreshes
        found = self._told(rollout.way.operation)
        self._last = told(found, look)
        return found

    def _shared(self) -> float:
        return max(super()._shared(), self.watched.rhythm.shared)

    def _told(self, followed: str) -> list[Answer]:
        """Only one can be active: while it is the one that is followed, no other is to be told of."""
        one = self._calls.one(followed) if followed and followed not in self._over else None
        if one is not None and not answers.is_over(one):
            return [one]
        if one is not None:
            self._over.add(followed)
        newest = self._calls.newest()
        if followed and all(each["InstanceRefreshId"] != followed for each in newest):
            older = one or (self._calls.one(followed) if followed in self._over else None)
            return newest if older is None else [*newest, older]
        return newest

    def _delegated(
        self,
        look: Look,
        members: tuple[Member, ...],
        refreshes: list[Answer],
        target: Revision | None,
        rollout: Delegating | None,
    ) -> Delegated:
        """Counts are in units of Desired, as that is."""
        group = look.description
        pointer = self._digest(described.pointer(group))
        let_be = [m for m in members if self._is_let_be(m, target)]
        counted = [m for m in members if m.lifecycle in _COUNTED and m not in let_be]
        runs: Counter[str] = Counter()
        for member in counted:
            runs[member.revision.digest] += member.weight
        serving = [m for m in members if m.lifecycle is Lifecycle.IN_SERVICE]
        return Delegated(
            at=CLOUD.at(look.at),
            operations=tuple(self._operation(look, each, pointer, rollout) for each in refreshes),
            pointer=pointer,
            runs=dict(runs),
            let_be=tuple(m.id for m in let_be),
            to_replace=None if target is None else self._to_replace(members, target, rollout),
            desired=described.sizes(group).desired,
            in_service=sum(m.weight for m in serving),
            names=dict(self._names),
        )

    def _to_replace(self, members: tuple[Member, ...], target: Revision, rollout: Delegating | None) -> int:
        forced = rollout is not None and rollout.is_forced
        skips = self.watched.skips_matching and not forced
        # What matches and is of another template is as an override makes it.
        own = parts(target.address)[0]
        alike = (m for m in members if m.revision.digest == target.digest)
        kept = {m.id for m in alike if parts(m.revision.address)[0] != own}
        going = replaced_by(members, target, skip_matching=skips, kept=kept)
        return sum(not self._is_let_be(m, target) for m in going)

    def _is_let_be(self, member: Member, target: Revision | None) -> bool:
        if target is not None and member.revision.digest == target.digest:
            return False
        standby = member.lifecycle is Lifecycle.STANDBY
        return (standby and self.watched.leaves_standby) or (
            member.protected and not standby and self.watched.leaves_protected
        )

    def _operation(self, look: Look, refresh: Answer, pointer: str, rollout: Delegating | None) -> Operation:
        ident = str(refresh["InstanceRefreshId"])
        followed = rollout is not None and rollout.way.operation == ident
        suspended = answers.PROCESS in described.suspended(look.description)
        why = self._why(refresh) if rollout is not None and ident in mine(rollout) else NO_CAUSE
        beside = answers.Beside(
            leads_to=self._leads_to(refresh, pointer),
            token=self._tokens.get(ident, ""),
            total=rollout.way.total if rollout is not None and followed else 0,
            causes=why.causes,
            remedy=why.remedy,
            is_hopeless=why.is_hopeless,
            failed=why.failed,
            suspended=suspended,
            at_gate=self._is_at_gate(refresh, CLOUD.at(look.at), suspended, rollout if followed else None),
        )
        return answers.operation_of(refresh, beside)

    def _leads_to(self, refresh: Answer, pointer: str) -> str | None:
        """Without a desired configuration an active one goes to the group's own; of a past one nobody can tell."""
        template = answers.template_of(refresh)
        if template is None:
            return None if answers.is_over(refresh) else pointer
        if template.id is not None:
            return self._digest(address(template.id, template.literal))
        try:
            return self._noted(self._revisions.resolve(template))
        except PermanentFleetError:
            return None

    def _digest(self, where: str) -> str:
        """A version that is gone has a digest that matches nothing."""
        meant = self._revisions.learn((), [where]).get(where)
        return self._noted(self._revisions.at(where) if meant is None else meant)

    def _noted(self, revision: Revision) -> str:
        """Its digest, of which a later look can tell what people call it."""
        self._names[revision.digest] = str(revision)
        return revision.digest

    def _is_at_gate(self, refresh: Answer, at: float, suspended: bool, rollout: Delegating | None) -> bool:
        """The service does not tell when a checkpoint was reached: the first look that saw it counts.

        One that stands still by its process stays there; one that was seen to be past its time has left.
        """
        reached = answers.checkpoint(refresh)
        if reached is None:
            return False
        name = answers.gate_name(reached)
        noted = rollout.way.gate if rollout is not None else None
        since = noted.at if noted is not None and noted.name == name else at
        key = (str(refresh["InstanceRefreshId"]), name)
        stands = at < self._gates.setdefault(key, since) + answers.delay(refresh)
        if not stands and not suspended:
            self._left.add(key)
        return key not in self._left

    def _why(self, refresh: Answer) -> Why:
        """Causes by the scaling activities since the refresh began, the newest first; asked once for each state."""
        ident = str(refresh["InstanceRefreshId"])
        told = (refresh["Status"], refresh.get("PercentageComplete"), refresh.get("InstancesToUpdate"))
        seen = Progress(ident, told, wrong=answers.has_gone_wrong(refresh), over=answers.is_over(refresh))
        return self._causes.of(seen, self._clock(), self.watched.still, lambda: self._read_causes(refresh))

    def _read_causes(self, refresh: Answer) -> Why:
        if refresh.get("StartTime") is None:
            return NO_CAUSE
        seen = self._activities.read(self._api, refresh["StartTime"].timestamp())
        told: dict[str, Remedy | None] = {}
        failed = 0
        for each in sorted(seen, key=lambda one: -one.started_at):
            if each.launch is not None:
                failed += 1
                told.setdefault(each.launch.cause, each.launch.remedy)
            elif each.loss is not None and _BROKEN.search(each.loss.cause):
                failed += 1
                told.setdefault(f"{each.loss.member}: {each.loss.cause}", each.loss.remedy or Remedy.BUILD)
        return Why(tuple(told)[:MOST_CAUSES], next(iter(told.values()), None), failed, is_hopeless(seen))
