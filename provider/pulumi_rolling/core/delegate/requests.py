"""What people asked of a rollout that the cloud carries out: each request is taken up once, by its id.

abort and reject end the way forward; approve opens the gate at which the operation stands; pause and resume mean
something where the service can let an operation stand still. What has no meaning is refused as a request, with its
kind kept for people to see: retry and skip, since the cloud picks the members, and whatever would steer a stranger's
operation. A request that does not fit the moment changes nothing.
"""

from __future__ import annotations

from dataclasses import replace

from pulumi_rolling.core.delegate.delegating import Delegating, Whose
from pulumi_rolling.core.delegate.look import Look
from pulumi_rolling.core.model.codes import VerdictCode
from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.core.model.verdict import Verdict
from pulumi_rolling.core.shared.asked import unheard, with_handled


def take_up(look: Look) -> tuple[Look, Verdict | None]:
    """The look with the new requests carried out, and the verdict if one of them ends the way forward."""
    rollout, seen = look.rollout, look.seen
    asked = unheard(seen.requests, rollout.handled)
    if not asked:
        return look, None
    rollout = replace(rollout, handled=with_handled(rollout.handled, seen.requests), unheeded=())
    if rollout.direction is Direction.BACK or rollout.closes:
        return look.with_rollout(rollout), None
    verdict: Verdict | None = None
    for request in asked:
        if request.kind == "abort":
            verdict = Verdict(VerdictCode.ABORTED, seen.at)
        elif request.kind == "reject" and rollout.way.gate is not None:
            verdict = Verdict(VerdictCode.REJECTED, seen.at)
        if verdict is not None:
            break
        rollout = _carried_out(look, rollout, request.kind)
    return look.with_rollout(replace(rollout, progress_at=seen.at)), verdict


def _carried_out(look: Look, rollout: Delegating, kind: str) -> Delegating:
    way, operation = rollout.way, look.operation
    steers = way.whose is Whose.OURS
    match kind:
        case "approve" if way.gate is not None and steers:
            return replace(rollout, way=replace(way, gate=replace(way.gate, approved=True)))
        case "approve" | "reject" if way.gate is None:
            return rollout
        case "pause" if look.limits.pausable and steers and not way.unpausable:
            return replace(rollout, way=replace(way, paused=True))
        case "resume" if look.limits.pausable and steers:
            # One that others paused is let go on by us from now on.
            theirs = operation is not None and operation.is_paused
            name = operation.id if operation is not None and theirs else rollout.paused_by_us
            return replace(rollout, way=replace(way, paused=False), paused_by_us=name)
        case _:
            return replace(rollout, unheeded=(*rollout.unheeded, kind))
