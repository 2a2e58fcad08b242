"""What is known of an Auto Scaling group before the service refreshes it, and what the policy wants told of it."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass

from pulumi_rolling.core.model.member import Lifecycle, Member, Revision, Sizes
from pulumi_rolling.fleets import delegate
from pulumi_rolling.fleets.auto_scaling_group.traffic import traffic_of
from pulumi_rolling.fleets.aws.api import Answer
from pulumi_rolling.fleets.rhythm import EVERY_LOOK, Rhythm

_NOT_SET = -1
"""How the API says that a percentage or a warm-up is taken away."""


@dataclass(frozen=True, slots=True)
class RefreshWatched:
    """What the policy wants looked at, or left out."""

    leaves_protected: bool = False
    leaves_standby: bool = False
    skips_matching: bool = True
    alarms: tuple[str, ...] = ()
    rhythm: Rhythm = EVERY_LOOK
    still: float = 60.0
    """Seconds without progress after which the scaling activities are asked why, and asked again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshFacts(delegate.Facts):
    """The group, as far as an instance refresh depends on it."""

    sizes: Sizes
    suspended: frozenset[str]
    members: tuple[Member, ...]
    warm: tuple[Member, ...] = ()
    """Instances of the warm pool, which the service replaces after the members."""
    maintenance: tuple[int, int] | None = None
    """Least and most of its instance maintenance policy, in percent of Desired."""
    warm_up: float = 0.0
    """What an instance is given after it is in service, where the policy does not say."""
    irreversible: str = ""
    """Why the service could not return the group; empty where it can."""
    as_their_override: frozenset[str] = frozenset()
    """Members launched from an override with a launch template of its own, as that makes them now."""
    missing_alarms: tuple[str, ...] = ()
    unchecked: tuple[str, ...] = ()
    """What the group is attached to and whose health its own checks do not look at."""

    def replaced(self, to: Revision, *, skip_matching: bool) -> tuple[Member, ...]:
        """Members that a refresh to ``to`` replaces, those in standby included."""
        return replaced_by(self.members, to, skip_matching=skip_matching, kept=self.as_their_override)


def replaced_by(
    members: Iterable[Member], to: Revision, *, skip_matching: bool, kept: Container[str] = ()
) -> tuple[Member, ...]:
    """Those that a refresh to ``to`` replaces. ``kept``: ids of members that are as an override makes them.

    The service compares template and number, not contents: a version of equal contents is another one to it.
    """
    return tuple(
        m
        for m in members
        if m.lifecycle is not Lifecycle.LEAVING
        and not (skip_matching and (m.revision.address == to.address or m.id in kept))
    )


def maintenance_of(group: Answer) -> tuple[int, int] | None:
    policy = group.get("InstanceMaintenancePolicy") or {}
    least, most = policy.get("MinHealthyPercentage"), policy.get("MaxHealthyPercentage")
    if least is None or most is None or _NOT_SET in (least, most):
        return None
    return int(least), int(most)


def warm_up_of(group: Answer) -> float:
    """DefaultInstanceWarmup, "otherwise the health check grace period" (RefreshPreferences, InstanceWarmup)."""
    own = group.get("DefaultInstanceWarmup")
    if own is None or own == _NOT_SET:
        own = group.get("HealthCheckGracePeriod") or 0
    return float(own)


BALANCERS = ("ELB", "VPC_LATTICE")
"""Health checks that look behind a load balancer (API reference, HealthCheckType: a list with commas)."""


def unchecked_in(group: Answer) -> tuple[str, ...]:
    """A refresh counts an instance as replaced when the group calls it healthy, which may mean no more than running."""
    kinds = str(group.get("HealthCheckType") or "EC2").split(",")
    return () if any(kind.strip() in BALANCERS for kind in kinds) else traffic_of(group).names
