"""What is known of a scaling group before ESS refreshes it, and what the policy wants told of it."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field

from pulumi_rolling.core.model.member import Lifecycle, Member, Revision, Sizes
from pulumi_rolling.errors import Fault
from pulumi_rolling.fleets import delegate
from pulumi_rolling.fleets.alibaba.api import Answer
from pulumi_rolling.fleets.ess_scaling_group import description as described
from pulumi_rolling.fleets.ess_scaling_group.description import PATH, Listed
from pulumi_rolling.fleets.replace import Strays
from pulumi_rolling.fleets.rhythm import EVERY_LOOK, Rhythm

PRIORITY = "PRIORITY"


@dataclass(frozen=True, slots=True)
class RefreshWatched:
    """What the policy wants looked at, or allows."""

    skips_matching: bool = True
    containers: bool = False
    """A group of container instances may be refreshed."""
    still: float = 60.0
    """Seconds without progress after which the scaling activities are asked why, and asked again."""
    rhythm: Rhythm = EVERY_LOOK


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshFacts(delegate.Facts):
    """The group, as far as an instance refresh depends on it."""

    sizes: Sizes
    capacity: int
    """What the percentages are of: the expected number, or the instances that are there, those in standby included."""
    suspended: frozenset[str]
    members: tuple[Member, ...]
    strays: Strays = field(default_factory=dict)
    """Members made before their configuration was edited in place, each with why."""
    passed_by: frozenset[str] = frozenset()
    """Members that no refresh replaces: protected, in standby, added by hand."""
    is_replaceable: bool = True
    """This program itself could roll the group."""

    def replaced(self, to: Revision, *, skip_matching: bool) -> tuple[Member, ...]:
        """Members that a refresh to ``to`` replaces."""
        return replaced_by(self.members, to, skip_matching=skip_matching, passed_by=self.passed_by)


def replaced_by(
    members: Iterable[Member], to: Revision, *, skip_matching: bool, passed_by: Container[str]
) -> tuple[Member, ...]:
    """Those that a refresh to ``to`` replaces: ESS compares ids and numbers, and no contents."""
    return tuple(
        m
        for m in members
        if m.lifecycle is not Lifecycle.LEAVING
        and m.id not in passed_by
        and not (skip_matching and m.revision.address == to.address)
    )


def passed_by(listed: Iterable[Listed]) -> frozenset[str]:
    """ "Manually added, standby and protected instances are ignored" (user guide, "Instance refresh")."""
    return frozenset(
        one.id for one in listed if one.protected or one.by_hand or one.lifecycle is Lifecycle.STANDBY
    )


def refusals(group: Answer, members: tuple[Listed, ...], watched: RefreshWatched) -> tuple[Fault, ...]:
    """Everything about the group that ESS does not refresh, each with what to do instead."""
    said = (*described.unfit(group, members), *_of_a_refresh(group, watched))
    return tuple(Fault(f"{PATH}.{name}", message) for name, message in said)


def _of_a_refresh(group: Answer, watched: RefreshWatched) -> Iterator[tuple[str, str]]:
    policy = str(group.get("MultiAZPolicy") or PRIORITY)
    if policy.upper() != PRIORITY:
        yield (
            "multiAzPolicy",
            f"ESS refreshes groups of the scale-out policy {PRIORITY} alone; found {policy}. Set it, or use "
            "rollingUpdate.",
        )
    if is_of_containers(group) and not watched.containers:
        yield (
            "id",
            "ESS documents instance refresh for groups of ECS instances alone, and this is one of container instances "
            "(ECI). Set updatePolicy.instanceRefresh.allowContainerRefresh: true to have ESS decide.",
        )


def is_of_containers(group: Answer) -> bool:
    return str(group.get("GroupType", "ECS")) == "ECI"
