"""The truth about a group over time: counts kept up with every transition, and the points of change.

History plays no part of the cloud: it observes, and refuses to know why something changed.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from pulumi_rolling.lab.world.member import Member, MemberState


@dataclass(slots=True)
class Tally:
    """Counts over the members that belong to a group.

    in_service: EC2 says running and the group says InService, so a dead instance that still looks in service
    is not counted; serving: those of them that requests reach; total: all that are not terminating, Standby
    included; pending and standby are parts of total; terminating: on their way out; active: capacity units that
    count against the desired capacity.
    """

    in_service: int = 0
    serving: int = 0
    total: int = 0
    pending: int = 0
    standby: int = 0
    terminating: int = 0
    active: int = 0
    revisions: Counter[str] = field(default_factory=Counter)
    zones: Counter[str] = field(default_factory=Counter)

    def count(self, member: Member, state: MemberState, sign: int) -> None:
        if not state.belongs:
            return
        if state.terminating:
            self.terminating += sign
            return
        self.total += sign
        self.revisions[member.revision.label] += sign
        in_service = state.lifecycle == "InService" and state.machine == "running"
        self.in_service += sign * in_service
        self.serving += sign * (in_service and state.reached)
        self.pending += sign * state.lifecycle.startswith("Pending")
        self.standby += sign * (state.lifecycle in ("Standby", "EnteringStandby"))
        if state.active:
            self.active += sign * member.units
            self.zones[member.zone] += sign


class History:
    """Change points; several transitions at one instant are one point, since what lay between lasted no time."""

    def __init__(self) -> None:
        self.points: list[dict[str, Any]] = []

    def note(self, at: float, tally: Tally, desired: int) -> None:
        point = {
            "at": round(at, 6),
            "inService": tally.in_service,
            "serving": tally.serving,
            "total": tally.total,
            "pending": tally.pending,
            "standby": tally.standby,
            "terminating": tally.terminating,
            "desired": desired,
            "revisions": {label: n for label, n in sorted(tally.revisions.items()) if n},
        }
        if self.points and self.points[-1]["at"] == point["at"]:
            self.points.pop()
        if not self.points or any(
            self.points[-1][key] != value for key, value in point.items() if key != "at"
        ):
            self.points.append(point)
