"""What people asked of a running rollout: each request is taken up once, by its id.

abort and reject end the way forward (the verdict says which); pause and resume hold and free new starts; approve
opens the gate at which the rollout stands and nothing else; retry and skip are about one member. A request that does
not fit the moment is taken up and changes nothing, so that it cannot strike later.
"""

from __future__ import annotations

from pulumi_rolling.core.model.codes import VerdictCode
from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.core.model.seen import Request
from pulumi_rolling.core.model.verdict import Verdict
from pulumi_rolling.core.replace.census import Census, is_replaced
from pulumi_rolling.core.replace.limits import Limits
from pulumi_rolling.core.replace.observation import Observation
from pulumi_rolling.core.replace.rollout import Rollout, replace


def take_up(
    limits: Limits, rollout: Rollout, seen: Observation, census: Census
) -> tuple[Rollout, Verdict | None]:
    """The rollout with the new requests carried out, and the verdict if one of them ends the way forward.

    What comes after such an end has nothing left to change.
    """
    asked = [r for r in seen.requests if r.id not in rollout.handled]
    if not asked:
        return rollout, None
    rollout = replace(rollout, handled=rollout.handled | {r.id for r in asked})
    if rollout.direction is Direction.BACK or rollout.gives_up:
        return rollout, None
    verdict: Verdict | None = None
    for request in asked:
        match request.kind:
            case "abort":
                verdict = rollout.way.held or Verdict(
                    VerdictCode.ABORTED, seen.at, rollout.way.failures, rollout.way.total
                )
                break
            case "reject" if rollout.way.gate is not None:
                verdict = Verdict(VerdictCode.REJECTED, seen.at, rollout.way.failures, rollout.way.total)
                break
            case "pause":
                rollout = replace(rollout, way=replace(rollout.way, paused=True))
            case "resume":
                rollout = _resumed(limits, rollout, seen)
            case "approve" if rollout.way.gate is not None:
                rollout = replace(
                    rollout, way=replace(rollout.way, gate=replace(rollout.way.gate, approved=True))
                )
            case "retry":
                rollout = _retried(rollout, request, seen)
            case "skip":
                rollout = _skipped(rollout, request, seen, census)
    return replace(rollout, progress_at=seen.at), verdict


def _resumed(limits: Limits, rollout: Rollout, seen: Observation) -> Rollout:
    """Out of a pause, or of a hold: whatever made it hold is put up with.

    Failures are taken back, and who failed is replaced once more; an alarm is ignored until it has once been OK; a
    deadline begins again.
    """
    held = rollout.way.held
    if held is None:
        return replace(rollout, way=replace(rollout.way, paused=False))
    if held.failures:
        present = {m.id for m in seen.members}
        again = {f.id for f in rollout.way.failed} & present
        rollout = replace(
            rollout,
            way=replace(rollout.way, failed=(), failed_before=0, retried=rollout.way.retried | again),
            judged_until=seen.at,
        )
    ignored = rollout.way.ignored_alarms
    if held.code is VerdictCode.ALARM:
        ignored |= {a.name for a in seen.alarms}
    deadline = rollout.deadline
    if held.code is VerdictCode.DEADLINE:
        deadline = None if limits.timeout is None else seen.at + limits.timeout
    return replace(
        rollout, way=replace(rollout.way, paused=False, held=None, ignored_alarms=ignored), deadline=deadline
    )


def _retried(rollout: Rollout, request: Request, seen: Observation) -> Rollout:
    """The member is replaced once more and is no failure. It must be in flight or have failed."""
    name = request.member
    failed = tuple(f for f in rollout.way.failed if f.id != name)
    if len(failed) == len(rollout.way.failed) and name not in rollout.way.in_flight:
        return rollout
    present = {name} & {m.id for m in seen.members}
    return replace(
        rollout,
        way=replace(
            rollout.way,
            failed=failed,
            held=None,
            in_flight=rollout.way.in_flight - {name},
            missing=tuple(pair for pair in rollout.way.missing if pair[0] != name),
            retried=rollout.way.retried | present,
        ),
        judged_until=seen.at,
    )


def _skipped(rollout: Rollout, request: Request, seen: Observation, census: Census) -> Rollout:
    """The member stays as it is and is no failure; an old one is no longer among those to replace."""
    name = request.member
    member = next((m for m in seen.members if m.id == name), None)
    if member is None:
        return rollout
    failed = tuple(f for f in rollout.way.failed if f.id != name)
    to_replace = name in {m.id for m in census.candidates}
    waited_for = name in census.occupied
    outside = name in census.standby
    open_fate = len(failed) < len(rollout.way.failed) or name in rollout.way.in_flight
    if not (open_fate or to_replace or waited_for or outside):
        return rollout
    in_total = (to_replace or waited_for) and is_replaced(rollout, member)
    return replace(
        rollout,
        way=replace(
            rollout.way,
            failed=failed,
            held=None,
            in_flight=rollout.way.in_flight - {name},
            missing=tuple(pair for pair in rollout.way.missing if pair[0] != name),
            retried=rollout.way.retried - {name},
            skipped=rollout.way.skipped | {name},
            total=rollout.way.total - 1 if in_total and rollout.way.total else rollout.way.total,
        ),
    )
