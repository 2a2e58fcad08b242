"""Pieces of a rollout from version 1 to version 2 of a group of ten, in the middle of its way."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from pulumi_rolling.core.model.codes import FailureReason, Step
from pulumi_rolling.core.model.member import Lifecycle, Member, Revision, Sizes
from pulumi_rolling.core.model.verdict import Failure
from pulumi_rolling.core.replace.boots import add_boots
from pulumi_rolling.core.replace.census import Census, take_census
from pulumi_rolling.core.replace.judge import judge
from pulumi_rolling.core.replace.limits import Limits
from pulumi_rolling.core.replace.look import look_at
from pulumi_rolling.core.replace.observation import Observation
from pulumi_rolling.core.replace.rollout import Boots, Rollout

from tests.rollouts import changed, rollout_of

V0 = Revision("lt-1:0", "zero", "version 0")
V1 = Revision("lt-1:1", "one", "version 1")
V2 = Revision("lt-1:2", "two", "version 2")

START = 10_000.0
"""When the direction began; no member that ran before is younger."""


def limits(**changes: Any) -> Limits:
    """At most two at once, eight in service, twelve there."""
    return replace(Limits(batch=2, floor=8, max_size=12), **changes)


def rolling(**changes: Any) -> Rollout:
    begun = rollout_of(
        id="r1",
        to=V2,
        came_from=V1,
        found=Sizes(0, 12, 10),
        found_suspended=frozenset(),
        started_at=START,
        step=Step.ROLL,
    )
    begun = changed(begun, watermark=START, direction_at=START, progress_at=START, judged_until=START)
    return changed(begun, **({"total": 10, "batch": 2, "desired": 10, "desired_before": 10} | changes))


def old(name: str, **changes: Any) -> Member:
    """It serves, and was there before."""
    return replace(Member(name, V1, Lifecycle.IN_SERVICE, launched_at=START - 500.0), **changes)


def new(name: str, age: float = 0.0, **changes: Any) -> Member:
    """It serves since it was launched, ``age`` seconds before a look at START + 1000."""
    member = Member(name, V2, Lifecycle.IN_SERVICE, launched_at=START + 1000.0 - age)
    return replace(member, **changes)


def booting(name: str, age: float = 0.0, **changes: Any) -> Member:
    return new(name, age, **({"lifecycle": Lifecycle.PENDING} | changes))


def look(*members: Member, at: float = START + 1000.0, desired: int = 10, **changes: Any) -> Observation:
    return replace(Observation(at, members, Sizes(0, 12, desired), V2.address), **changes)


def boots_of(*seconds: float) -> Boots:
    return add_boots(Boots(), seconds)


def boots_like(n: int, median: float, around: float) -> Boots:
    """``n`` boots with that median, the squares of whose distances (in logs) add up to ``around``."""
    mean = math.log(median)
    return Boots(n, n * mean, around + n * mean * mean)


def failures(count: int, reason: FailureReason = FailureReason.NOT_IN_SERVICE) -> tuple[Failure, ...]:
    return tuple(Failure(f"bad-{i + 1}", reason) for i in range(count))


def counted(rollout: Rollout, *members: Member, rules: Limits | None = None, **seen: Any) -> Census:
    return take_census(rules or limits(), rollout, look(*members, **seen))


def names(members: tuple[Member, ...]) -> list[str]:
    return [member.id for member in members]


def role_of(census: Census, name: str = "m") -> str:
    """old, again (a new one to be replaced once more), open, keeper, or none of them."""
    if name in names(census.candidates):
        return "old" if census.old else "again"
    if name in names(census.unjudged):
        return "open"
    return "keeper" if name in names(census.counted) else "none"


def judged(rules: dict[str, Any], rollout: Rollout, *members: Member, **seen: Any) -> Rollout:
    """A look at these members, filled up to ten with old ones."""
    others = (old(f"old-{i}") for i in range(10 - len(members)))
    return judge(look_at(limits(**rules), rollout, look(*members, *others, **seen))).rollout


def outcome(rollout: Rollout) -> str:
    """What the one new member came to."""
    if rollout.way.failed:
        return rollout.way.failed[-1].reason
    return "ready" if "m" in rollout.way.succeeded else "open" if "m" in rollout.way.in_flight else "none"
