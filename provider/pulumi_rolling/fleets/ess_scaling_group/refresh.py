"""One ESS scaling group that ESS itself rolls, by an instance refresh.

A look costs one DescribeScalingGroups, and where the refresh can have moved (``refresh_rhythm``) or something is to
follow one DescribeScalingInstances for each hundred members and one DescribeInstanceRefreshes. The scaling activities
are asked for causes once something has gone wrong or stands still. Nothing is decided here, and the group's pointer is
not moved before the end: ESS moves it when the refresh has succeeded, and returns to it until then.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from pulumi_rolling.cloud_time import CLOUD, steady
from pulumi_rolling.core.delegate.actions import Act, Begin, Continue, Pause, RollBack, Stop, key_of
from pulumi_rolling.core.delegate.delegating import Delegating
from pulumi_rolling.core.delegate.observation import Delegated
from pulumi_rolling.core.delegate.operation import Operation
from pulumi_rolling.core.delegate.watch import mine
from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.core.model.member import Lifecycle, Member, Revision
from pulumi_rolling.core.replace.actions import PointAt
from pulumi_rolling.errors import PermanentFleetError, TemporaryFleetError
from pulumi_rolling.fleets.alibaba.api import Answer
from pulumi_rolling.fleets.alibaba.launch_templates import DEFAULT, address
from pulumi_rolling.fleets.alibaba.place import ESS, Place
from pulumi_rolling.fleets.base import Retry
from pulumi_rolling.fleets.delegate import Sight, carry_out
from pulumi_rolling.fleets.ess_scaling_group import description as described
from pulumi_rolling.fleets.ess_scaling_group import refresh_answers as answers
from pulumi_rolling.fleets.ess_scaling_group.activities import cause_of, is_hopeless, remedy_of
from pulumi_rolling.fleets.ess_scaling_group.description import Listed
from pulumi_rolling.fleets.ess_scaling_group.group import Look, OneGroup
from pulumi_rolling.fleets.ess_scaling_group.refresh_calls import NOBODY, RefreshCalls, desired_configuration
from pulumi_rolling.fleets.ess_scaling_group.refresh_facts import (
    RefreshFacts,
    RefreshWatched,
    is_of_containers,
    passed_by,
    refusals,
    replaced_by,
)
from pulumi_rolling.fleets.ess_scaling_group.refresh_rhythm import Told, still_serves
from pulumi_rolling.fleets.ess_scaling_group.revisions import ECI_CONFIGURATIONS, Wanted
from pulumi_rolling.fleets.replace import Glance, as_old
from pulumi_rolling.fleets.standstill import MOST_CAUSES, NO_CAUSE, CausesOnce, Progress, Why

_COUNTED = (Lifecycle.PENDING, Lifecycle.WAITING, Lifecycle.IN_SERVICE)
_STABLE = (Lifecycle.IN_SERVICE, Lifecycle.STANDBY)
_FAILED = frozenset({"Failed", "Warning"})
_PAGE = 50


class RefreshFleet(OneGroup):
    def __init__(
        self,
        group: str,
        *,
        wanted: Wanted,
        place: Place,
        retry: Retry[Any],
        clock: Callable[[], float] = steady,
    ) -> None:
        super().__init__(group, wanted=wanted, place=place, retry=retry, clock=clock)
        self.watched = RefreshWatched()
        self._calls = RefreshCalls(group, self._api)
        self._aside: frozenset[str] = frozenset()
        """Members that no refresh replaces, as of the last look."""
        self._overrides: tuple[str, ...] = ()
        self._tokens: dict[str, str] = {}
        self._causes = CausesOnce()
        self._last: Told | None = None

    def facts(self) -> RefreshFacts:
        """All that checks and preview ask of the live group: four calls, and one of ECS for each hundred members."""
        look = self._look()
        group, listed = look.group, look.listed
        pointer = described.pointer(group)
        self._revisions.renew()
        self._revisions.learn(one.address for one in listed)
        notes = self._compare_images(listed)
        members = tuple(self._members(listed))
        refused = refusals(group, listed, self.watched)
        target = self._target_if_known()
        return RefreshFacts(
            name=self.name,
            id=self.name,
            where=self._api.place.region,
            pointer=pointer,
            current=self._revisions.current(pointer),
            observation=self._delegated(look, members, self._calls.newest(), target, None),
            tags=described.tags(group),
            refusals=refused,
            counts=Counter(str(member.revision) for member in members),
            notes=notes,
            sizes=look.sizes,
            capacity=int(group.get("DesiredCapacity") or sum(m.lifecycle in _STABLE for m in members)),
            suspended=described.suspended(group),
            members=members,
            strays=self._edited,
            passed_by=self._aside,
            is_replaceable=not described.refusals(group, listed, ()),
        )

    def glance(self) -> Glance:
        """Its members are those that a refresh may replace."""
        glance = super().glance()
        return replace(glance, members=tuple(m for m in glance.members if m.id not in self._aside))

    def observe(self, rollout: Delegating) -> Sight:
        """While the group's own numbers show nothing new, what was told of members and refresh is told again."""
        at, last = self._clock(), self._last
        group = self._group()
        if last is None or not still_serves(last, group, at, rollout, self.watched.rhythm):
            return self._asked(rollout, group, at)
        look = self._framed(group, last.look.listed, at)
        seen = self._seen(look, last.refreshes, rollout)
        seen = replace(seen, in_service=described.serving(group))
        return Sight(seen, described.marks(group), at, whole=lambda: self._asked(rollout, group, at))

    def _asked(self, rollout: Delegating, group: Answer, at: float) -> Sight:
        look = self._framed(group, self._list(), at)
        last = self._last = Told(look, self._told(rollout))
        return Sight(self._seen(look, last.refreshes, rollout), described.marks(group), at)

    def _seen(self, look: Look, refreshes: list[Answer], rollout: Delegating) -> Delegated:
        self._revisions.learn(one.address for one in look.listed)
        members = tuple(self._members(look.listed))
        return self._delegated(look, members, refreshes, rollout.target, rollout)

    def apply(self, action: Act) -> None:
        self._last = None
        carry_out(self, action)

    def key(self, action: Act) -> str:
        return key_of(action)

    def begin(self, act: Begin) -> None:
        """Where nobody is to be replaced the pointer moves, as at the success of a refresh."""
        self._api.under_retry(lambda: self._begin(act))

    def _begin(self, act: Begin) -> None:
        try:
            desired = desired_configuration(act.to.address, self._overrides)
            ident = self._calls.start(desired, act.preferences, act.token)
        except PermanentFleetError as error:
            if error.code != NOBODY:
                raise
            if self._is_anybody_to_go(act.to):
                raise TemporaryFleetError(
                    error.message, operation=error.operation, code=error.code
                ) from error
            self.point_at(act.to)
            return
        self._tokens[ident] = act.token

    def _is_anybody_to_go(self, to: Revision) -> bool:
        """ESS may not know yet what its own list shows."""
        listed = self._look().listed
        self._revisions.learn(one.address for one in listed)
        return self._going(self._members(listed), to, skips=True) > 0

    def point_at(self, revision: Revision) -> None:
        """For contents that are equal, which a refresh would replace everybody for: only the pointer moves."""
        self._acts.carry_out(PointAt(revision))

    def go_on(self, act: Continue) -> None:
        self._calls.resume(act.operation)

    def pause(self, act: Pause) -> None:
        self._calls.suspend(act.operation)

    def stop(self, act: Stop) -> None:
        self._calls.cancel(act.operation)

    def roll_back(self, act: RollBack) -> None:
        self._calls.roll_back(act.operation)

    def give_back(self, record: Delegating) -> None:
        """A refresh that stands still by our act goes on."""
        if record.paused_by_us:
            self._calls.resume(record.paused_by_us)

    def _framed(self, group: Answer, listed: tuple[Listed, ...], at: float) -> Look:
        self._aside = passed_by(listed)
        self._overrides = described.overrides(group)
        if is_of_containers(group):
            self._revisions.describe = ECI_CONFIGURATIONS
        return super()._framed(group, listed, at)

    def _target_if_known(self) -> Revision | None:
        wanted = self._wanted
        return self.target() if wanted.configuration or wanted.version else None

    def _told(self, rollout: Delegating) -> list[Answer]:
        """The newest, and those of the rollout that are older."""
        found = self._calls.newest()
        told = {each["InstanceRefreshTaskId"] for each in found}
        earlier = "" if rollout.earlier is None else rollout.earlier.operation
        for ident in dict.fromkeys((rollout.way.operation, earlier)):
            one = self._calls.one(ident) if ident and ident not in told else None
            found += [one] if one is not None else []
        return found

    def _delegated(
        self,
        look: Look,
        members: tuple[Member, ...],
        refreshes: list[Answer],
        target: Revision | None,
        rollout: Delegating | None,
    ) -> Delegated:
        here, pointer = members, self._digest(described.pointer(look.group))
        if target is not None and (rollout is None or rollout.direction is Direction.FORWARD):
            here = as_old(members, self._edited, target)
        let_be = [
            m for m in here if m.id in self._aside and (target is None or m.revision.digest != target.digest)
        ]
        counted = [m for m in here if m.lifecycle in _COUNTED and m not in let_be]
        forced = rollout is not None and rollout.is_forced
        skips = self.watched.skips_matching and not forced
        return Delegated(
            at=CLOUD.at(look.at),
            operations=tuple(self._operation(each, pointer, rollout) for each in refreshes),
            pointer=pointer,
            runs=Counter(m.revision.digest for m in counted),
            let_be=tuple(m.id for m in let_be),
            to_replace=None if target is None else self._going(members, target, skips=skips),
            desired=look.sizes.desired,
            in_service=sum(m.lifecycle is Lifecycle.IN_SERVICE for m in members),
        )

    def _going(self, members: Iterable[Member], target: Revision, *, skips: bool) -> int:
        """How many a refresh begun now would replace."""
        going = replaced_by(members, target, skip_matching=skips, passed_by=self._aside)
        return sum(m.lifecycle is Lifecycle.IN_SERVICE for m in going)

    def _operation(self, refresh: Answer, pointer: str, rollout: Delegating | None) -> Operation:
        ident = str(refresh["InstanceRefreshTaskId"])
        ours = rollout is not None and rollout.way.operation == ident
        gate = rollout.way.gate if rollout is not None and ours else None
        why = self._why(refresh) if rollout is not None and ident in mine(rollout) else NO_CAUSE
        beside = answers.Beside(
            leads_to=self._leads_to(refresh, pointer),
            token=self._tokens.get(ident, ""),
            gate="" if gate is None else gate.name,
            causes=why.causes,
            remedy=why.remedy,
            is_hopeless=why.is_hopeless,
            failed=why.failed,
        )
        return answers.operation_of(refresh, beside)

    def _leads_to(self, refresh: Answer, pointer: str) -> str | None:
        """Without a desired configuration an active one goes to the group's own; of a past one nobody can tell.

        One to an image or to containers changes the active configuration, and leads to nothing that has an id.
        """
        desired = refresh.get("DesiredConfiguration") or {}
        if desired.get("ScalingConfigurationId"):
            return self._digest(desired["ScalingConfigurationId"])
        if desired.get("LaunchTemplateId"):
            version = str(desired.get("LaunchTemplateVersion") or DEFAULT)
            return self._digest(address(desired["LaunchTemplateId"], version))
        if any(desired.values()):
            return None
        return None if answers.is_over(refresh) else pointer

    def _digest(self, where: str) -> str:
        """What is gone has a digest that matches nothing."""
        meant = self._revisions.current(where)
        return self._revisions.at(where).digest if meant is None else meant.digest

    def _why(self, refresh: Answer) -> Why:
        """Causes by the refresh's own scaling activities, the newest first; asked once for each state."""
        ident = str(refresh["InstanceRefreshTaskId"])
        told = (refresh["Status"], refresh.get("FinishedUpdateCapacity"))
        seen = Progress(ident, told, wrong=answers.has_gone_wrong(refresh), over=answers.is_over(refresh))
        return self._causes.of(seen, self._clock(), self.watched.still, lambda: self._read_causes(ident))

    def _read_causes(self, ident: str) -> Why:
        answer = self._api.call(
            ESS,
            "DescribeScalingActivities",
            ScalingGroupId=self.name,
            InstanceRefreshTaskId=ident,
            PageSize=_PAGE,
        )
        failed = [each for each in answer["ScalingActivities"] if each["StatusCode"] in _FAILED]
        texts = tuple(dict.fromkeys(cause_of(each) for each in failed))[:MOST_CAUSES]
        return Why(
            texts,
            remedy_of(failed[0]) if failed else None,
            len(failed),
            is_hopeless(answer["ScalingActivities"]),
        )
