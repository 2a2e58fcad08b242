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
from pulumi_rolling.core.replace.census import is_replaced
from pulumi_rolling.core.replace.limits import Limits
from pulumi_rolling.core.replace.look import Look
from pulumi_rolling.core.replace.observation import Observation
from pulumi_rolling.core.replace.rollout import Rollout, Way, replace
from pulumi_rolling.core.shared import deadline
from pulumi_rolling.core.shared.asked import unheard, with_handled


def take_up(look: Look) -> tuple[Look, Verdict | None]:
    """The look with the new requests carried out, and the verdict if one of them ends the way forward.

    What comes after such an end has nothing left to change.
    """
    rollout, seen = look.rollout, look.seen
    asked = unheard(seen.requests, rollout.handled)
    if not asked:
        return look, None
    rollout = replace(rollout, handled=with_handled(rollout.handled, asked))
    if rollout.direction is Direction.BACK or rollout.gives_up:
        return look.counted_anew(rollout), None
    verdict: Verdict | None = None
    for request in asked:
        verdict = _ending(rollout, request, seen.at)
        if verdict is not None:
            break
        rollout = _carried_out(look, rollout, request)
    return look.counted_anew(replace(rollout, progress_at=seen.at)), verdict


def _ending(rollout: Rollout, request: Request, at: float) -> Verdict | None:
    """abort, and reject at a gate."""
    way = rollout.way
    if request.kind == "abort":
        return way.held or Verdict(VerdictCode.ABORTED, at, way.failures, way.total)
    if request.kind == "reject" and way.gate is not None:
        return Verdict(VerdictCode.REJECTED, at, way.failures, way.total)
    return None


def _carried_out(look: Look, rollout: Rollout, request: Request) -> Rollout:
    way = rollout.way
    match request.kind:
        case "pause":
            return replace(rollout, way=replace(way, paused=True))
        case "resume":
            return _resumed(look.limits, rollout, look.seen)
        case "approve" if way.gate is not None:
            return replace(rollout, way=replace(way, gate=replace(way.gate, approved=True)))
        case "retry":
            return _retried(rollout, request.member, look.seen)
        case "skip":
            return _skipped(rollout, request.member, look)
        case _:
            return rollout


def _resumed(limits: Limits, rollout: Rollout, seen: Observation) -> Rollout:
    """Out of a pause, or of a hold: what made it hold is put up with.

    Failures are taken back, and those that failed are replaced once more; an alarm is ignored until it has once been
    OK; a deadline begins again.
    """
    way, held = rollout.way, rollout.way.held
    if held is None:
        return replace(rollout, way=replace(way, paused=False))
    if held.failures:
        present = {m.id for m in seen.members}
        again = {f.id for f in (*way.failed, *way.lost)} & present
        forgiven = way.failures + way.losses
        way = replace(way, failed=(), failed_before=0, lost=(), lost_before=0, retried=way.retried | again)
        way = replace(way, launched_before=way.launched_before + forgiven)
        rollout = replace(rollout, judged_until=seen.at)
    if held.code is VerdictCode.ALARM:
        way = replace(way, ignored_alarms=way.ignored_alarms | {a.name for a in seen.alarms})
    if held.code is VerdictCode.DEADLINE:
        rollout = replace(rollout, deadline=deadline.begin(None, limits.timeout, seen.at))
    return replace(rollout, way=replace(way, paused=False, held=None))


def _retried(rollout: Rollout, name: str, seen: Observation) -> Rollout:
    """The member is replaced once more and is no failure. It must be in flight or have failed."""
    way = rollout.way
    known = any(f.id == name for f in (*way.failed, *way.lost))
    if not known and name not in way.in_flight:
        return rollout
    present = {name} & {m.id for m in seen.members}
    way = replace(
        _forgiven(way, name), retried=way.retried | present, launched_before=way.launched_before + 1
    )
    # A refused launch stays among what the cloud tells: it is taken back for good.
    return replace(rollout, way=way, judged_until=seen.at)


def _skipped(rollout: Rollout, name: str, look: Look) -> Rollout:
    """The member stays as it is and is no failure; an old one is no longer among those to replace."""
    way, census = rollout.way, look.census
    member = next((m for m in look.seen.members if m.id == name), None)
    if member is None:
        return rollout
    to_replace = name in {m.id for m in census.candidates}
    waited_for = name in census.occupied
    open_fate = any(f.id == name for f in (*way.failed, *way.lost)) or name in way.in_flight
    if not (open_fate or to_replace or waited_for or name in census.standby):
        return rollout
    in_total = (to_replace or waited_for) and is_replaced(rollout, member)
    way = replace(
        _forgiven(way, name),
        retried=way.retried - {name},
        skipped=way.skipped | {name},
        total=way.total - 1 if in_total and way.total else way.total,
    )
    return replace(rollout, way=way)


def _forgiven(way: Way, name: str) -> Way:
    """Neither a failure nor in flight, and nothing is held for it."""
    return replace(
        way,
        failed=tuple(f for f in way.failed if f.id != name),
        lost=tuple(f for f in way.lost if f.id != name),
        held=None,
        in_flight=way.in_flight - {name},
        missing=tuple(pair for pair in way.missing if pair[0] != name),
    )
