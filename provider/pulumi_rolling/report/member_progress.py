"""The members of a rollout as another process sees them: who is open, who failed, who leaves, and who is still old.

The record is as old as the driver's last act, so members that came since are told by their launch; nobody is judged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from pulumi_rolling.core.model.member import Lifecycle, Member, Signal
from pulumi_rolling.core.model.verdict import Failure
from pulumi_rolling.core.replace.census import is_in_service, is_new, is_replaced, is_target, is_working
from pulumi_rolling.core.replace.rollout import Rollout

WHOLE_SECONDS = 1.0
"""Launch times are cut to whole seconds, the record's are not."""


class Part(Enum):
    FAILED = "failed"
    IN_FLIGHT = "in flight"
    LEAVING = "leaving"
    OLD = "old"
    SETTLED = "settled"
    """Ready, skipped, or there before and to stay."""


@dataclass(frozen=True, slots=True)
class Count:
    replaced: int
    """New members in service. Whether the policy wants more of them than that only the driver knows."""
    total: int
    in_service: int
    coming: tuple[str, ...]
    """In flight, by name, but for those that are seen to be ready."""
    unseen: int
    """Launches that the group still owes to Desired."""


def failures_of(rollout: Rollout) -> dict[str, Failure]:
    """Also those for which it turned back, although the way back counts anew."""
    verdicts = [verdict for verdict in (rollout.verdict, rollout.way.held) if verdict is not None]
    told = [failure for verdict in verdicts for failure in verdict.failures]
    return {failure.id: failure for failure in (*told, *rollout.way.failed, *rollout.way.lost)}


def part_of(rollout: Rollout, member: Member) -> Part:
    if member.lifecycle is Lifecycle.LEAVING:
        return Part.LEAVING
    if member.id in rollout.way.skipped:
        return Part.SETTLED
    if member.id in rollout.way.retried or member.id in failures_of(rollout):
        return Part.FAILED
    if is_replaced(rollout, member):
        return Part.OLD
    if member.id in rollout.way.succeeded or not is_target(rollout, member) or not is_new(rollout, member):
        return Part.SETTLED
    if not is_in_service(member) or member.id in rollout.way.in_flight or member.launched_at is None:
        return Part.IN_FLIGHT
    # Of many successes the record names none, so who has served since before the last act has been judged.
    since = member.launched_at >= rollout.progress_at - WHOLE_SECONDS
    return Part.IN_FLIGHT if since else Part.SETTLED


def count(rollout: Rollout, members: Sequence[Member]) -> Count:
    """How far the rollout has come as it is seen now; the record alone is as old as the last act."""
    counted = [m for m in members if m.lifecycle not in (Lifecycle.LEAVING, Lifecycle.STANDBY)]
    parts = [(part_of(rollout, member), member) for member in counted]
    short = rollout.ours.desired - sum(member.weight for member in counted)
    unseen = max(0, -(-short // rollout.way.unit))
    left = sum(part in (Part.OLD, Part.FAILED) for part, _ in parts)
    booting = sum(part is Part.IN_FLIGHT and not is_in_service(member) for part, member in parts)
    return Count(
        replaced=max(0, rollout.way.total - left - booting - unseen),
        total=rollout.way.total,
        in_service=sum(map(is_in_service, counted)),
        coming=tuple(
            member.id
            for part, member in parts
            if part is Part.IN_FLIGHT and not (is_working(member) and member.signal is Signal.SUCCESS)
        ),
        unseen=unseen,
    )


def on_the_move(rollout: Rollout, members: Sequence[Member]) -> list[tuple[Part, Member]]:
    """Failed first, then in flight, then leaving; in each the oldest first."""
    order = [Part.FAILED, Part.IN_FLIGHT, Part.LEAVING]
    told = [(part_of(rollout, member), member) for member in members]
    moving = [(part, member) for part, member in told if part in order]
    return sorted(
        moving,
        key=lambda pair: (
            order.index(pair[0]),
            pair[1].launched_at is None,
            pair[1].launched_at or 0.0,
            pair[1].id,
        ),
    )
