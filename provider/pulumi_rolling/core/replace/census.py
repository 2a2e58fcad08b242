"""Members of one observation sorted into old, new, in flight and failed; and what is still to appear.

Counting only. A victim that was issued counts as gone until it is seen gone, because reads may be older than our
acts and the next look would otherwise take one more (design: the heart).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.core.model.member import Lifecycle, Member, Signal, TargetHealth
from pulumi_rolling.core.model.values import value
from pulumi_rolling.core.replace.actions import Remove, Terminate
from pulumi_rolling.core.replace.limits import Choice, Limits, Pacing
from pulumi_rolling.core.replace.observation import Observation, roster_of
from pulumi_rolling.core.replace.rollout import Rollout
from pulumi_rolling.core.replace.roster import Roster, age

_COMING = (Lifecycle.PENDING, Lifecycle.WAITING)


@value(frozen=True, slots=True)
class Census:
    counted: tuple[Member, ...]
    """Members that count toward Desired, issued victims left out."""
    candidates: tuple[Member, ...]
    """To be replaced: the old ones, and going forward also failed and broken new ones."""
    old: int
    """Candidates that are not failed new members."""
    kept: int
    """Capacity units of the members that stay. Without weights: how many members stay."""
    unjudged: tuple[Member, ...]
    """New members whose fate is open."""
    short: int
    """Capacity units that the group still owes to Desired."""
    gap: int
    """Launches that it takes to bring them."""
    in_service: int
    ready: int
    serving: int
    """What the floor is held against: the cloud's own count in lock-step, ready members when sliding."""
    leaving: frozenset[str]
    occupied: tuple[str, ...] = ()
    """Old members and warm instances in a special state that the policy waits for."""
    occupied_members: int = 0
    """How many of ``occupied`` are members of the group (the others stand in the warm pool).

    They become candidates once they are free.
    """
    idle: int = 0
    """Skipped members that are in service and serve nobody: nothing counts on them, so that others take their place."""
    standby: tuple[str, ...] = ()
    """Old members in standby that the policy replaces."""
    warm: tuple[str, ...] = ()
    """Old instances of the warm pool that the policy replaces."""
    loose: tuple[Member, ...] = ()
    """Candidates that are looked at one by one; the others stand in ``lines``."""
    lines: Mapping[str, Sequence[Member]] = field(default_factory=dict)
    """Plain candidates by zone, the oldest first."""

    @property
    def slots(self) -> int:
        """Slots in use: replacements in flight, seen or still to appear."""
        return len(self.unjudged) + self.gap


def is_sound(member: Member) -> bool:
    """In service, and neither the group nor the machine itself says otherwise."""
    return member.lifecycle is Lifecycle.IN_SERVICE and member.healthy and member.alive


def is_working(member: Member) -> bool:
    """Sound, and served to by every load balancer that was asked."""
    return is_sound(member) and (member.target is None or member.target is TargetHealth.HEALTHY)


def is_in_service(member: Member) -> bool:
    """What the cloud counts as in service, unless the machine is known to be dead."""
    return member.lifecycle is Lifecycle.IN_SERVICE and member.alive


def is_target(rollout: Rollout, member: Member) -> bool:
    """Made from what this direction leads to. A forced rollout tells equal revisions apart by launch time."""
    if member.revision.digest != rollout.target.digest:
        return False
    if rollout.goal.forced and rollout.direction is Direction.FORWARD:
        return is_new(rollout, member)
    return True


def is_new(rollout: Rollout, member: Member) -> bool:
    """Launched since this direction began, as told by the cloud's own clock on both sides.

    Launch times carry whole seconds, so nothing is launched within the first second (decide sees to that).
    """
    if rollout.way.watermark is None:
        return False
    return member.launched_at is None or member.launched_at > rollout.way.watermark


def is_returned_from(rollout: Rollout, member: Member) -> bool:
    """On the way back only members of the revisions that failed are replaced, not those that were old before."""
    digest = member.revision.digest
    return digest == rollout.goal.to.digest or digest in rollout.goal.abandoned


def is_replaced(rollout: Rollout, member: Member) -> bool:
    """Of a revision that this direction replaces."""
    if is_target(rollout, member):
        return False
    return rollout.direction is Direction.FORWARD or is_returned_from(rollout, member)


def issued_victims(rollout: Rollout) -> frozenset[str]:
    return frozenset(i.action.member for i in rollout.ours.issued if isinstance(i.action, Terminate | Remove))


def is_ready(limits: Limits, member: Member) -> bool:
    """In service, and all else that the policy wants of it: signal, targets, EC2's checks, probes. Not warmed up."""
    return (
        is_working(member)
        and (not limits.signals or member.signal is Signal.SUCCESS)
        and (not limits.target_health or member.target is TargetHealth.HEALTHY)
        and (not limits.status_checks or member.checks is True)
        and (not limits.probes or member.probe is True)
    )


def take_census(limits: Limits, rollout: Rollout, seen: Observation) -> Census:
    victims = issued_victims(rollout)
    failed = frozenset([f.id for f in (*rollout.way.failed, *rollout.way.lost)])
    told_by_age = rollout.goal.forced and rollout.direction is Direction.FORWARD
    plain = _Plain([], [], {}, [], seen.members)
    if not told_by_age:
        named = victims | failed | rollout.way.skipped | rollout.way.retried
        plain = _count_together(rollout, roster_of(seen), named)
    count = _Count(plain)
    count.look_closely(limits, rollout, seen, plain.others, victims, failed)
    short = max(0, rollout.ours.desired - count.units)
    standby = _old_in_standby(limits, rollout, seen, victims)
    warm = [
        w.id
        for w in seen.warm
        if w.lifecycle is not Lifecycle.LEAVING and w.id not in victims and is_replaced(rollout, w)
    ]
    occupied = count.occupied + (standby if limits.standby is Choice.WAIT else [])
    occupied_members = len(occupied)
    if limits.warm_pool is Choice.WAIT:
        occupied += warm
    return Census(
        counted=tuple(count.counted),
        candidates=(*plain.old, *count.loose),
        old=count.old,
        kept=count.kept,
        unjudged=tuple(count.unjudged),
        short=short,
        gap=-(-short // rollout.way.unit),
        in_service=count.in_service,
        ready=count.ready,
        serving=count.in_service if limits.pacing is Pacing.LOCK_STEP else count.ready,
        leaving=frozenset(count.leaving),
        occupied=tuple(occupied),
        occupied_members=occupied_members,
        idle=count.idle,
        standby=tuple(standby) if limits.standby is Choice.REPLACE else (),
        warm=tuple(warm) if limits.warm_pool is Choice.REPLACE else (),
        loose=tuple(count.loose),
        lines=plain.lines,
    )


class _Count:
    """Plain members counted together, then the others one by one. Names are those of ``Census``."""

    def __init__(self, plain: _Plain) -> None:
        self.counted = [*plain.kept, *plain.old]
        self.in_service = self.ready = len(self.counted)
        self.counted += plain.coming
        self.units = len(self.counted)
        self.kept = len(plain.kept) + len(plain.coming)
        self.old = len(plain.old)
        self.idle = 0
        self.unjudged = plain.coming
        self.loose: list[Member] = []
        self.occupied: list[str] = []
        self.leaving: list[str] = []

    def _old_stays(self, limits: Limits, rollout: Rollout, member: Member) -> bool:
        """Whether a member that is not of the target is left as it is."""
        forward = rollout.direction is Direction.FORWARD
        spared = forward and member.protected and limits.protected is not Choice.REPLACE
        if spared and limits.protected is Choice.WAIT:
            self.occupied.append(member.id)
        stays = spared or not (forward or is_returned_from(rollout, member))
        self.old += not stays
        return stays

    def look_closely(
        self,
        limits: Limits,
        rollout: Rollout,
        seen: Observation,
        members: Iterable[Member],
        victims: frozenset[str],
        failed: frozenset[str],
    ) -> None:
        skipped, retried, succeeded = rollout.way.skipped, rollout.way.retried, rollout.way.succeeded
        wanted = rollout.target.digest
        told_by_age = rollout.goal.forced and rollout.direction is Direction.FORWARD
        in_service_now, healthy_target = Lifecycle.IN_SERVICE, TargetHealth.HEALTHY
        for member in members:
            lifecycle, name = member.lifecycle, member.id
            serving = lifecycle is in_service_now
            if not serving and lifecycle not in _COMING:
                if lifecycle is Lifecycle.LEAVING:
                    self.leaving.append(name)
                continue
            if name in victims:
                continue
            self.counted.append(member)
            self.units += member.weight
            alive = serving and member.alive
            sound = alive and member.healthy
            working = sound and (member.target is None or member.target is healthy_target)
            self.in_service += alive
            if name in skipped:
                if serving and not working:
                    self.idle += 1
                    continue
                stays, counts_as_ready = True, True
            elif member.revision.digest != wanted or (told_by_age and not is_new(rollout, member)):
                stays, counts_as_ready = self._old_stays(limits, rollout, member), True
            elif name in failed or name in retried:
                stays = counts_as_ready = False
            elif (name in succeeded and (sound or seen.heals)) or not is_new(rollout, member):
                stays = counts_as_ready = True
            else:
                stays = name not in succeeded
                counts_as_ready = False
                if stays:
                    self.unjudged.append(member)
            if stays:
                self.kept += member.weight
            else:
                self.loose.append(member)
            self.ready += counts_as_ready and working


@dataclass(slots=True)
class _Plain:
    """Plain members with no open question, so that they are counted together."""

    kept: list[Member]
    old: list[Member]
    """Candidates."""
    lines: dict[str, Sequence[Member]]
    """The candidates by zone, the oldest first."""
    coming: list[Member]
    """New ones that are pending."""
    others: Sequence[Member]
    """Everybody else, to be looked at one by one."""


def _count_together(rollout: Rollout, roster: Roster, named: frozenset[str]) -> _Plain:
    """``named`` members are looked at one by one, and so are those of the target that have not succeeded."""
    target = rollout.target.digest
    forward = rollout.direction is Direction.FORWARD
    kept: list[Member] = []
    old: list[Member] = []
    odd: list[Member] = []
    lines: dict[str, Sequence[Member]] = {}
    for digest, crowd in roster.plain.items():
        wanted = digest == target
        strange = crowd.ids.keys() - rollout.way.succeeded if wanted else set[str]()
        strange.update(name for name in named if name in crowd.ids)
        if strange:
            odd += sorted((crowd.ids[name] for name in strange), key=age)
        if wanted or not (forward or digest == rollout.goal.to.digest or digest in rollout.goal.abandoned):
            calm = dict(crowd.ids)
            for name in strange:
                del calm[name]
            kept += calm.values()
            continue
        for zone, line in crowd.zones.items():
            rest = [m for m in line if m.id not in strange] if strange else line
            old += rest
            lines[zone] = sorted([*lines[zone], *rest], key=age) if zone in lines else rest
    watermark = math.inf if rollout.way.watermark is None else rollout.way.watermark
    coming: list[Member] = []
    for digest, pending in roster.coming.items():
        if digest == target and named.isdisjoint(pending) and rollout.way.succeeded.isdisjoint(pending):
            coming = [m for m in pending.values() if m.launched_at is not None and m.launched_at > watermark]
            if len(coming) == len(pending):
                continue
            coming = []
        odd += pending.values()
    return _Plain(kept, old, lines, coming, [*odd, *roster.others.values()])


def count_ready(limits: Limits, rollout: Rollout, census: Census) -> Census:
    """The census after some of those without a verdict came to be ready, and nothing else changed."""
    unjudged = tuple([m for m in census.unjudged if m.id not in rollout.way.succeeded])
    ready = census.ready + len(census.unjudged) - len(unjudged)
    serving = census.serving if limits.pacing is Pacing.LOCK_STEP else ready
    return replace(census, unjudged=unjudged, ready=ready, serving=serving)


def _old_in_standby(
    limits: Limits, rollout: Rollout, seen: Observation, victims: frozenset[str]
) -> list[str]:
    """Who stands in standby was taken out by a person, so the way back leaves them alone in any case."""
    if limits.standby is Choice.IGNORE or rollout.direction is Direction.BACK:
        return []
    return [
        m.id
        for m in roster_of(seen).others.values()
        if m.lifecycle is Lifecycle.STANDBY
        and m.id not in victims
        and m.id not in rollout.way.skipped
        and is_replaced(rollout, m)
    ]
