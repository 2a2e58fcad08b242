"""Which members of a group as found a rollout replaces: what preview, diff and the plan agree on."""

from __future__ import annotations

from pulumi_rolling.core.model.member import Lifecycle, Member
from pulumi_rolling.core.replace.limits import Choice
from pulumi_rolling.fleets.replace import Facts


def members_counted(facts: Facts) -> list[Member]:
    """Those that count toward Desired."""
    away = (Lifecycle.LEAVING, Lifecycle.STANDBY)
    return [m for m in facts.observation.members if m.lifecycle not in away]


def is_left_alone(member: Member, standby: Choice, protected: Choice) -> bool:
    """Whatever the member runs, the policy does not replace it."""
    if member.lifecycle is Lifecycle.STANDBY:
        return standby is Choice.IGNORE
    return member.lifecycle is Lifecycle.LEAVING or (member.protected and protected is Choice.IGNORE)
