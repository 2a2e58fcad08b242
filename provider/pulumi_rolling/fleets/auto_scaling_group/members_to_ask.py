"""Members that we must ask EC2 about. For all others the group's own description is enough.

Which questions are open is the core's to say (core.replace.questions); here they become one request.
"""

from __future__ import annotations

from collections.abc import Iterable

from pulumi_rolling.core.model.member import Member
from pulumi_rolling.core.replace.questions import here, revocable, unproved
from pulumi_rolling.core.replace.rollout import Rollout
from pulumi_rolling.fleets.aws.machines import PAGE


def for_ec2(
    rollout: Rollout, members: Iterable[Member], suspended: frozenset[str], *, tags: bool
) -> set[str]:
    """Ids for DescribeInstances: all where the group checks no health, else those whose tags are awaited.

    ``tags``: signals come by tag, so that each look needs the tags of those that are awaited, and of as many that may
    still fail as the request has room for.
    """
    present = here(members)
    if "HealthCheck" in suspended:
        return {m.id for m in present}
    ask = set[str]()
    awaited = unproved(rollout, present) if tags else []
    if awaited:
        ask |= {m.id for m in awaited}
        ask |= {m.id for m in revocable(rollout, present)[: -len(ask) % PAGE]}
    return ask
