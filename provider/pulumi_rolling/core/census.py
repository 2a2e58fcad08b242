"""Who is who in one observation: old, new, in flight, failed; and what is still to appear.

Counting only. A victim that was issued counts as gone until it is seen gone, because reads may be older than our
acts and the next look would otherwise take one more (design: the heart).
"""

from __future__ import annotations

from dataclasses import dataclass

from pulumi_rolling.core.model import (
    Direction,
    Lifecycle,
    Limits,
    Member,
    Observation,
    Pacing,
    Rollout,
    Signal,
    Terminate,
)

_COMING = (Lifecycle.PENDING, Lifecycle.WAITING)


@dataclass(frozen=True, slots=True)
class Census:
    counted: tuple[Member, ...]
    """Members that count toward Desired, issued victims left out."""
    candidates: tuple[Member, ...]
    """To be replaced: the old ones, and going forward also failed and broken new ones."""
    old: int
    """Candidates that are not failed new members."""
    keepers: int
    """Members that may stay."""
    unjudged: tuple[Member, ...]
    """New members whose fate is open."""
    gap: int
    """Launches that the group still owes to Desired."""
    in_service: int
    ready: int
    serving: int
    """What the floor is held against: the cloud's own count in lock-step, ready members when sliding."""
    leaving: frozenset[str]

    @property
    def slots(self) -> int:
        """Slots in use: replacements in flight, seen or still to appear."""
        return len(self.unjudged) + self.gap


def is_working(member: Member) -> bool:
    """In service, and neither the cloud nor the machine itself says otherwise."""
    return member.lifecycle is Lifecycle.IN_SERVICE and member.healthy and member.alive


def is_in_service(member: Member) -> bool:
    """What the cloud counts as in service, unless the machine is known to be dead."""
    return member.lifecycle is Lifecycle.IN_SERVICE and member.alive


def is_target(rollout: Rollout, member: Member) -> bool:
    """Made from what this direction leads to. A forced rollout tells equal revisions apart by launch time."""
    if member.revision.digest != rollout.target.digest:
        return False
    if rollout.forced and rollout.direction is Direction.FORWARD:
        return is_new(rollout, member)
    return True


def is_new(rollout: Rollout, member: Member) -> bool:
    """Launched since this direction began, as told by the cloud's own clock on both sides.

    Launch times carry whole seconds, so nothing is launched within the first second (decide sees to that).
    """
    if rollout.watermark is None:
        return False
    return member.launched_at is None or member.launched_at > rollout.watermark


def is_returned_from(rollout: Rollout, member: Member) -> bool:
    """On the way back only members of the revisions that failed are replaced, not whoever was old before."""
    digest = member.revision.digest
    return digest == rollout.to.digest or digest in rollout.abandoned


def issued_victims(rollout: Rollout) -> frozenset[str]:
    return frozenset(i.action.member for i in rollout.issued if isinstance(i.action, Terminate))


def is_ready(limits: Limits, member: Member) -> bool:
    """In service and, where signals are wanted, signalled."""
    return is_working(member) and (not limits.signals or member.signal is Signal.SUCCESS)


def take_census(limits: Limits, rollout: Rollout, seen: Observation) -> Census:
    victims = issued_victims(rollout)
    failed = frozenset(f.id for f in rollout.failed)
    forward = rollout.direction is Direction.FORWARD
    # Most members of a large group are settled: theirs is the short path through this loop.
    wanted = rollout.target.digest
    told_by_age = rollout.forced and forward
    counted: list[Member] = []
    candidates: list[Member] = []
    unjudged: list[Member] = []
    leaving: set[str] = set()
    old = keepers = in_service = ready = 0
    for member in seen.members:
        lifecycle = member.lifecycle
        serving = lifecycle is Lifecycle.IN_SERVICE
        if not serving and lifecycle not in _COMING:
            if lifecycle is Lifecycle.LEAVING:
                leaving.add(member.id)
            continue
        if member.id in victims:
            continue
        counted.append(member)
        alive = serving and member.alive
        working = alive and member.healthy
        in_service += alive
        matches = member.revision.digest == wanted
        if not matches or (told_by_age and not is_new(rollout, member)):
            if forward or is_returned_from(rollout, member):
                candidates.append(member)
                old += 1
            else:
                keepers += 1
            ready += working
        elif member.id in failed:
            candidates.append(member)
        elif not is_new(rollout, member):
            keepers += 1
            ready += working
        elif member.id not in rollout.succeeded:
            keepers += 1
            unjudged.append(member)
        elif not working and _nobody_heals(seen):
            candidates.append(member)
        else:
            keepers += 1
            ready += working
    gap = max(0, rollout.desired - len(counted))
    floored = in_service if limits.pacing is Pacing.LOCK_STEP else ready
    return Census(
        counted=tuple(counted),
        candidates=tuple(candidates),
        old=old,
        keepers=keepers,
        unjudged=tuple(unjudged),
        gap=gap,
        in_service=in_service,
        ready=ready,
        serving=floored,
        leaving=frozenset(leaving),
    )


def _nobody_heals(seen: Observation) -> bool:
    """A new member that broke after it was ready is the cloud's to replace, unless the cloud was told not to."""
    return bool(seen.suspended & {"HealthCheck", "ReplaceUnhealthy"})
