"""Members that we must ask EC2 about. For all others the group's own description is enough."""

from __future__ import annotations

import math
from collections.abc import Iterable

from pulumi_rolling.core.model.member import Lifecycle, Member
from pulumi_rolling.core.replace.rollout import Rollout
from pulumi_rolling.fleets.aws.machines import PAGE


def members_here(members: Iterable[Member]) -> list[Member]:
    return [m for m in members if m.lifecycle is not Lifecycle.LEAVING]


def unjudged(rollout: Rollout, here: Iterable[Member]) -> list[Member]:
    """New members whose fate is open; those launched before the watermark never have to prove anything."""
    judged = rollout.way.succeeded | {failure.id for failure in rollout.way.failed}
    watermark = rollout.way.watermark
    return [
        m
        for m in here
        if m.revision.digest == rollout.target.digest
        and m.id not in judged
        and (watermark is None or m.launched_at is None or m.launched_at > watermark)
    ]


def for_ec2(
    rollout: Rollout, members: Iterable[Member], suspended: frozenset[str], *, tags: bool
) -> set[str]:
    """Ids for DescribeInstances: all where the group checks no health, else those in question.

    ``tags``: signals come by tag, so that each look needs the tags of those that are awaited.
    """
    here = members_here(members)
    if "HealthCheck" in suspended:
        return {m.id for m in here}
    open_ones = unjudged(rollout, here)
    wants_tags = tags and bool(open_ones)
    ask = {m.id for m in open_ones if wants_tags or m.launched_at is None}
    if rollout.way.watermark is None:
        ask |= {m.id for m in here if m.launched_at is None}
    if wants_tags:
        ask |= _signalled_before(rollout, here, room=-len(ask) % PAGE)
    return ask


def _signalled_before(rollout: Rollout, here: list[Member], room: int) -> set[str]:
    """The youngest that already succeeded, as many as the request has room for: a later FAILURE still counts.

    "Signals may only be updated with a FAILURE status" (CloudFormation, facts/cloudformation.md B.4).
    """
    succeeded = [m for m in here if m.id in rollout.way.succeeded]
    succeeded.sort(key=lambda m: m.launched_at or math.inf, reverse=True)
    return {m.id for m in succeeded[:room]}
