"""A running rollout told again and again: its line, a row for each member on the move, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pulumi_rolling.core.delegate.delegating import Delegating
from pulumi_rolling.core.delegate.observation import Delegated
from pulumi_rolling.core.explain import failure_words, line_of, verdict_sentence
from pulumi_rolling.core.model.codes import REASONS, ReasonCode
from pulumi_rolling.core.model.decision import Because, Status
from pulumi_rolling.core.model.goal import Direction, Goal
from pulumi_rolling.core.model.member import Lifecycle, Member, TargetHealth
from pulumi_rolling.core.model.verdict import Failure
from pulumi_rolling.core.replace.observation import Observation
from pulumi_rolling.core.replace.rollout import Rollout
from pulumi_rolling.core.shared.ended import is_let_be
from pulumi_rolling.report.counted import counted
from pulumi_rolling.report.member_progress import Part, failures_of, on_the_move
from pulumi_rolling.report.standing import Either, OperationStatus, Standing, way
from pulumi_rolling.report.wording import instances, span

_STATES = {
    Lifecycle.PENDING: "launching",
    Lifecycle.WAITING: "waits for its launch hook",
    Lifecycle.IN_SERVICE: "in service",
    Lifecycle.STANDBY: "standby",
    Lifecycle.LEAVING: "leaving",
}


@dataclass(frozen=True, slots=True)
class MemberRow:
    id: str
    zone: str
    age: str
    state: str
    signal: str
    failed: bool


@dataclass(frozen=True, slots=True)
class Ending:
    succeeded: bool
    words: str


def line(standing: Either, *, with_time_left: bool = True) -> str:
    """The whole in one line. Without the time left, which changes at every look, it tells whether anything happened."""
    if not standing.is_driven:
        return f"{way(standing)}, nobody drives it"
    if isinstance(standing, OperationStatus):
        return f"{way(standing)}, {_of_operation(standing, with_time_left)}"
    rollout, status, because, now = standing.rollout, standing.status, standing.because, counted(standing)
    if because is None or REASONS[because.code].passing:
        because = Because(ReasonCode.WAITING, {"inFlight": len(now.coming), "unseen": now.unseen}, now.coming)
    told = Status(
        step=rollout.step,
        direction=Direction.FORWARD,  # Whither is said before it.
        in_service=now.in_service or 0,
        ready=now.in_service or 0,
        replaced=now.replaced,
        total=now.total,
        waiting_for=now.coming,
        waiting_count=len(now.coming) + now.unseen,
        time_left=status.time_left if status is not None and with_time_left else None,
    )
    return f"{way(standing)}, {line_of(told, because, standing.addressed)}"


def _of_operation(standing: OperationStatus, with_time_left: bool) -> str:
    rollout, status, because, now = standing.rollout, standing.status, standing.because, counted(standing)
    told = Status(
        step=rollout.step,
        direction=Direction.FORWARD,  # Whither is said before it.
        in_service=standing.seen.in_service,
        ready=standing.seen.runs.get(rollout.target.digest, 0),
        replaced=now.replaced,
        total=now.total,
        waiting_for=(),
        waiting_count=max(0, now.total - now.replaced),
        time_left=status.time_left if status is not None and with_time_left else None,
    )
    if because is None:
        because = Because(ReasonCode.FOLLOWING)
    return line_of(told, because, standing.addressed)


def member_rows(standing: Either) -> list[MemberRow]:
    """Rows of the members that are failed, in flight or leaving, each with what is known of it.

    Where the cloud rolls, members are its own matter, and there are none.
    """
    if isinstance(standing, OperationStatus):
        return []
    rollout = standing.rollout
    failures = failures_of(rollout)
    warming = dict(rollout.way.warming)
    rows = []
    for part, member in on_the_move(rollout, standing.members):
        age = "" if member.launched_at is None else span(max(0.0, standing.at - member.launched_at))
        rows.append(
            MemberRow(
                id=member.id,
                zone=member.zone,
                age=age,
                state=_state(part, member, failures.get(member.id), member.id in warming),
                signal="" if member.signal is None else member.signal.value,
                failed=part is Part.FAILED,
            )
        )
    return rows


def is_over(standing: Standing[Any]) -> Ending | None:
    """Whether the way back failed: the record stays, and nobody goes on from it before the next update."""
    if standing.rollout.back_failed is None or standing.lease_until is not None:
        return None
    why = verdict_sentence(standing.rollout.back_failed)
    return Ending(False, f"{standing.group}: stopped, and the record is kept: {why}.")


def ended(last: Rollout | Delegating, group: str, seen: Observation | Delegated) -> Ending:
    """The end of a rollout whose record is gone, from its last words and from the group as it is now."""
    if last.direction is Direction.BACK:
        why = f" ({verdict_sentence(last.verdict)})" if last.verdict is not None else ""
        return Ending(False, f"{group}: back on {last.goal.came_from}{why}.")
    if last.verdict is not None and is_let_be(last.verdict):
        return Ending(False, f"{group}: let be, since {verdict_sentence(last.verdict)}.")
    if last.verdict is not None:
        return Ending(
            False, f"{group}: left as it is, pointing at {last.goal.to} ({verdict_sentence(last.verdict)})."
        )
    if isinstance(seen, Delegated) or isinstance(last, Delegating):
        return _ended_operation(last.goal, group, seen)
    there = [m for m in seen.members if m.lifecycle not in (Lifecycle.LEAVING, Lifecycle.STANDBY)]
    others = [m for m in there if m.revision.digest != last.goal.to.digest]
    unexplained = [m for m in others if m.id not in last.way.skipped and not m.protected]
    if seen.pointer != last.goal.to.address:
        return Ending(
            False, f"{group}: the rollout to {last.goal.to} is over, and the group points at {seen.pointer}."
        )
    if unexplained:
        return Ending(
            False,
            f"{group}: over, and {len(unexplained)} of {instances(len(there))} "
            f"{'is' if len(there) == 1 else 'are'} not of {last.goal.to}.",
        )
    of = f"{len(there) - len(others)} of " if others else ""
    return Ending(True, f"{group}: done, {of}{instances(len(there))} on {last.goal.to}.")


def _ended_operation(goal: Goal, group: str, seen: Observation | Delegated) -> Ending:
    runs = seen.runs if isinstance(seen, Delegated) else {}
    count, others = sum(runs.values()), sum(n for digest, n in runs.items() if digest != goal.to.digest)
    if others:
        return Ending(False, f"{group}: over, and {others} of {instances(count)} are not of {goal.to}.")
    return Ending(True, f"{group}: done, {instances(count)} on {goal.to}.")


def _state(part: Part, member: Member, failed: Failure | None, warming: bool) -> str:
    if part is Part.FAILED:
        return "to be replaced once more" if failed is None else f"failed: {failure_words(failed)}"
    if part is Part.IN_FLIGHT and warming:
        return "ready, warming up"
    if part is Part.IN_FLIGHT and member.lifecycle is Lifecycle.IN_SERVICE:
        if member.target is not None and member.target is not TargetHealth.HEALTHY:
            why = f": {member.target_cause}" if member.target_cause else ""
            return f"in service, its targets {member.target.value}{why}"
        if not (member.healthy and member.alive):
            return "in service, unhealthy"
    return _STATES[member.lifecycle]
