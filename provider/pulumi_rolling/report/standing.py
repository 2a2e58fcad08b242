"""Where a rollout stands that another process drives, or that nobody drives any more, told from its record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from pulumi_rolling.core.explain import failure
from pulumi_rolling.core.model import Direction, Member, Rollout, Step
from pulumi_rolling.report.preview import Row, instances, span


@dataclass(frozen=True, slots=True)
class Standing:
    """One group's record as it is read at ``at``, and its members as they are seen then."""

    group: str
    at: float
    rollout: Rollout
    owner: str
    """The short name of the resource whose rollout it is."""
    driver: str | None
    """Who holds the lease; None when it was given back."""
    lease_until: float | None
    members: Sequence[Member]

    @property
    def is_driven(self) -> bool:
        """Somebody renews the lease."""
        return self.lease_until is not None and self.lease_until > self.at


def standing_text(standing: Standing) -> str:
    """A headline and one line a row."""
    told = _rows(standing)
    width = max(len(label) for label, _ in told)
    return "\n".join([_headline(standing), *(f"  {label:<{width}}  {sentence}" for label, sentence in told)])


def _headline(standing: Standing) -> str:
    rollout = standing.rollout
    back = rollout.direction is Direction.BACK
    way = f"going back to {rollout.came_from}" if back else f"rolling to {rollout.to}"
    if not standing.is_driven:
        way = f"stopped while {way}"
    return f"{standing.group}: {way}, step {rollout.step.value}"


def _rows(standing: Standing) -> list[Row]:
    rollout = standing.rollout
    told = [
        ("rollout", f"{rollout.id} of resource {standing.owner}"),
        ("since", f"{_moment(rollout.started_at)} ({_ago(standing.at - rollout.started_at)})"),
        ("progress", _progress(standing)),
        ("failed", _failed(rollout)),
    ]
    if rollout.verdict is not None:
        told.append(("reason", failure(rollout.verdict)))
    if rollout.back_failed is not None:
        told.append(("way back", f"failed as well: {failure(rollout.back_failed)}"))
    found = rollout.found
    told.append(("as found", f"MinSize {found.min}, MaxSize {found.max}, Desired {found.desired}"))
    if rollout.suspended_by_us:
        told.append(("suspended", ", ".join(sorted(rollout.suspended_by_us))))
    told.append(("driver", _driver(standing)))
    told.append(("now", _advice(standing)))
    return told


def _progress(standing: Standing) -> str:
    target = standing.rollout.target
    there = sum(member.revision.digest == target.digest for member in standing.members)
    return f"{there} of {instances(len(standing.members))} made from {target}"


def _failed(rollout: Rollout) -> str:
    if not rollout.failures:
        return "none"
    named = [one.id for one in rollout.failed[-3:]]
    more = rollout.failures - len(named)
    return f"{rollout.failures}: {', '.join(named)}" + (f" and {more} more" if more else "")


def _driver(standing: Standing) -> str:
    if standing.lease_until is None:
        return "none, the lease was given back"
    if standing.is_driven:
        return f"{standing.driver} is at work"
    return f"gone, {standing.driver} was last heard of before {_moment(standing.lease_until)}"


def _advice(standing: Standing) -> str:
    if not standing.is_driven:
        return "run 'pulumi up' again: it goes on from here (after 'pulumi cancel' if the stack is locked)"
    if standing.rollout.direction is Direction.BACK or standing.rollout.step is Step.RESTORE:
        return "wait for it to end"
    return f"wait, or end it with 'rolling abort {standing.group}'"


def _moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _ago(seconds: float) -> str:
    return f"{span(seconds if seconds < 120 else seconds // 60 * 60)} ago"
