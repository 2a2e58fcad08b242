"""Members that we must ask EC2 about, for the questions that the core still has. The group's own description answers
for all others.
"""

from __future__ import annotations

from collections.abc import Iterable

from pulumi_rolling.core.model.member import Member
from pulumi_rolling.core.replace.questions import here, revocable, undated, unproved
from pulumi_rolling.core.replace.rollout import Rollout
from pulumi_rolling.fleets.aws.machines import PAGE


def for_ec2(
    rollout: Rollout, members: Iterable[Member], suspended: frozenset[str], *, tags: bool
) -> set[str]:
    """Ids for DescribeInstances: all where the group checks no health, else those in question.

    ``tags``: signals come by tag, so that each look needs the tags of those that are awaited. The youngest that
    succeeded go along, as many as the request has room for.
    """
    members = here(members)
    if "HealthCheck" in suspended:
        return {m.id for m in members}
    ask = {m.id for m in undated(rollout, members)}
    awaited = {m.id for m in unproved(rollout, members)} if tags else set[str]()
    if not awaited:
        return ask
    ask |= awaited
    return ask | {m.id for m in revocable(rollout, members)[: -len(ask) % PAGE]}
