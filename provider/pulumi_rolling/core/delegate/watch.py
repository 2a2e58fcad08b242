"""What a look shows of operations, taken into the rollout: which is followed, how far it has come, where it stands."""

from __future__ import annotations

from dataclasses import replace

from pulumi_rolling.core.delegate.adopt import begun_by, leads_along, strangers
from pulumi_rolling.core.delegate.delegating import AtGate, Delegating, Way, Whose
from pulumi_rolling.core.delegate.look import Look
from pulumi_rolling.core.delegate.operation import Operation, State
from pulumi_rolling.core.model.codes import Step
from pulumi_rolling.core.model.goal import Direction

WHOLE = 100.0
"""Percent."""
_RESTING = frozenset({State.AT_GATE, State.BAKING})


def watch(look: Look) -> Look:
    """The look with all that it shows of operations in its rollout."""
    look = _adopt(_find_earlier(look))
    rollout = look.rollout
    lowest = look.seen.in_service if rollout.lowest is None else min(rollout.lowest, look.seen.in_service)
    if lowest != rollout.lowest:
        look = look.with_rollout(replace(rollout, lowest=lowest))
    if look.way.operation:
        return _progress(look)
    return _returning(look) if rollout.step is Step.RETURN else look


def mine(rollout: Delegating) -> tuple[str, ...]:
    """Ids of operations that no stranger has begun, or that are followed all the same."""
    earlier = rollout.earlier.operation if rollout.earlier is not None else ""
    return tuple(name for name in (rollout.way.operation, earlier) if name)


def _find_earlier(look: Look) -> Look:
    rollout, earlier = look.rollout, look.rollout.earlier
    if earlier is None or earlier.operation or earlier.beginning is None:
        return look
    found = begun_by(earlier.beginning, look.seen.operations, knows_tokens=look.limits.knows_tokens)
    if found is None:
        return look
    return look.with_rollout(replace(rollout, earlier=replace(earlier, operation=found.id)))


def _adopt(look: Look) -> Look:
    """Ours, once our begin is seen; a stranger's that goes where we go, where we have none that does."""
    way, told = look.way, look.seen.operations
    if not way.operation and way.beginning is not None:
        void = way.blocked is not None and way.blocked.void
        found = begun_by(way.beginning, told, knows_tokens=look.limits.knows_tokens, void=void)
        if found is not None:
            return _followed(look, found, Whose.OURS)
    ours = look.operation
    untold = way.missing_since is not None and look.at >= way.missing_since + look.limits.settle
    lost = untold if ours is None else ours.is_over and ours.state is not State.SUCCEEDED
    if look.rollout.closes or look.rollout.step is Step.RETURN or not (lost or not way.operation):
        return look
    along = [o for o in strangers(told, mine(look.rollout)) if leads_along(o, look.rollout.target.digest)]
    return _followed(look, along[0], Whose.STRANGERS) if along else look


def _followed(look: Look, operation: Operation, whose: Whose) -> Look:
    way = replace(
        look.way,
        operation=operation.id,
        whose=whose,
        blocked=None,
        missing_since=None,
        doubted_since=None,
        gate=None,
        states=frozenset(),
        furthest=0.0,
    )
    return look.with_rollout(replace(look.rollout, way=way, step=Step.FOLLOW, progress_at=look.at))


def _progress(look: Look) -> Look:
    way, at, operation = look.way, look.at, look.operation
    if operation is None:
        since = at if way.missing_since is None else way.missing_since
        return look.with_way(replace(way, missing_since=since, rests=False))
    share, rests = _share(operation), _rests(look, operation)
    gate = _gate(look, operation)
    moved = (
        share > way.furthest
        or operation.state not in way.states
        or (way.rests and not rests)
        or (gate is not None and (way.gate is None or way.gate.name != gate.name))
    )
    unknown = operation.state is State.UNKNOWN
    done, total = _counted(way, operation)
    way = replace(
        way,
        total=total,
        done=done,
        percent=operation.percent,
        furthest=max(way.furthest, share),
        states=way.states | {operation.state},
        rests=rests,
        gate=gate,
        missing_since=None,
        unknown_since=(at if way.unknown_since is None else way.unknown_since) if unknown else None,
        doubted_since=_doubted(look, way, operation),
    )
    rollout = replace(look.rollout, way=way, progress_at=at if moved else look.rollout.progress_at)
    return look.with_rollout(rollout)


def _counted(way: Way, operation: Operation) -> tuple[int, int]:
    """Done, and of how many. A service that was first seen at its end no longer tells how many there were."""
    if operation.total or way.beginning is None or (operation.percent or 0.0) < WHOLE:
        return operation.done or 0, operation.total or 0
    return way.beginning.count, way.beginning.count


def _returning(look: Look) -> Look:
    """The service's own way back: what it has returned of what it had done."""
    way, earlier, at = look.way, look.earlier, look.at
    if earlier is None or not earlier.has_turned:
        return look
    before = earlier.returned.done_before if earlier.returned is not None else None
    total = way.total if before is None else before
    left = min(total, earlier.done or 0)
    share = 1.0 - left / total if total else 0.0
    moved = share > way.furthest or earlier.state not in way.states
    way = replace(
        way,
        total=total,
        done=total - left,
        furthest=max(way.furthest, share),
        states=way.states | {earlier.state},
        doubted_since=_doubted(look, way, earlier),
    )
    rollout = replace(look.rollout, way=way, progress_at=at if moved else look.rollout.progress_at)
    return look.with_rollout(rollout)


def _rests(look: Look, operation: Operation) -> bool:
    """A pause of others is no rest of ours: it may be forgotten."""
    ours = operation.is_paused and look.rollout.paused_by_us == operation.id
    return ours or operation.state in _RESTING


def _share(operation: Operation) -> float:
    if operation.total:
        return (operation.done or 0) / operation.total
    return (operation.percent or 0.0) / 100


def _doubted(look: Look, way: Way, operation: Operation) -> float | None:
    """Since when the operation is over and the group is not seen to run what this direction leads to."""
    arrived = look.runs_target and not look.leaves_equals(operation)
    if not operation.is_over or arrived:
        return None
    return look.at if way.doubted_since is None else way.doubted_since


def _gate(look: Look, operation: Operation) -> AtGate | None:
    """One that was left before anybody approved it is remembered where the policy wants that: it ends the way."""
    known, now = look.way.gate, operation.gate
    if operation.state is State.AT_GATE and now is not None:
        return known if known is not None and known.name == now.name else AtGate(now.name, look.at)
    wanted = look.limits.approval and look.rollout.direction is Direction.FORWARD
    return known if known is not None and wanted and not known.approved else None
