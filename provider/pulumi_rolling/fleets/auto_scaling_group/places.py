"""Where a group makes its members now, and which of them stand elsewhere: a zone or subnet was taken from it.

CloudFormation replaces such members. The zone stands in the group's own description; a subnet is known of members that
EC2 was asked about, so that one exchanged for another in the same zone is seen by a plan and not by a mere diff.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from pulumi_rolling.core.model.member import Member, Revision
from pulumi_rolling.fleets.aws.api import Answer
from pulumi_rolling.fleets.aws.machines import Machines


def misplaced(group: Answer, members: Iterable[Member], machines: Machines) -> frozenset[str]:
    """Ids of the members where the group would make none now."""
    zones = frozenset(group.get("AvailabilityZones") or ())
    subnets = frozenset(
        filter(None, (each.strip() for each in (group.get("VPCZoneIdentifier") or "").split(",")))
    )

    def is_elsewhere(member: Member) -> bool:
        subnet = machines.subnet(member.id)
        return bool(zones and member.zone and member.zone not in zones) or bool(
            subnets and subnet and subnet not in subnets
        )

    return frozenset(member.id for member in members if is_elsewhere(member))


def as_old(members: tuple[Member, ...], elsewhere: frozenset[str], target: Revision) -> tuple[Member, ...]:
    """Those elsewhere no longer match the target; one that does not match anyway is left as it is."""
    return tuple(
        replace(m, revision=_moved_from(m)) if m.id in elsewhere and m.revision.digest == target.digest else m
        for m in members
    )


def _moved_from(member: Member) -> Revision:
    """There is no way back to it, since the group makes none there."""
    revision = member.revision
    return replace(
        revision,
        digest=f"{revision.digest}@{member.zone}",
        label=f"{revision} in {member.zone}, which the group has left",
        exists=False,
    )
