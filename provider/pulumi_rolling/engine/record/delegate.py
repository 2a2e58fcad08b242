"""The record of a delegated rollout in JSON, in format 1: which operation is ours, and how far it was seen to come.

Nothing of it grows with the group. A begin stands here by its token; what it asks of the service follows from the
policy.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from pulumi_rolling.core.delegate.actions import Act, Begin, Continue, Pause, RollBack, Stop
from pulumi_rolling.core.delegate.delegating import (
    AtGate,
    Beginning,
    Blocked,
    DelegateStep,
    Delegating,
    Earlier,
    Issued,
    Way,
    Whose,
)
from pulumi_rolling.core.delegate.operation import State
from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.core.model.member import Revision
from pulumi_rolling.engine.record.shared import (
    CAUSE_CHARACTERS,
    goal_in,
    goal_out,
    revision_out,
    verdict_in,
    verdict_out,
    without_empty,
)

VERSION = 1
_STEPS: Mapping[str, DelegateStep] = {step.value: step for step in get_args(DelegateStep)}


def to_json(rollout: Delegating) -> dict[str, Any]:
    return without_empty(
        {
            "g": goal_out(rollout.goal),
            "s": rollout.started_at,
            "w": _way_out(rollout.way),
            "is": [[_act_out(i.act), i.at] for i in rollout.issued],
            "b": rollout.begun,
            "e": None if rollout.earlier is None else _earlier_out(rollout.earlier),
            "pu": rollout.paused_by_us,
            "d": rollout.direction.value,
            "p": rollout.step.value,
            "n": rollout.generation,
            "ra": _maybe_out(rollout.resumed_at),
            "pr": rollout.progress_at,
            "dl": _maybe_out(rollout.deadline),
            "h": sorted(rollout.handled),
            "uh": list(rollout.unheeded),
            "lo": _maybe_out(rollout.lowest),
            "le": rollout.left_old,
            "vd": None if rollout.verdict is None else verdict_out(rollout.verdict),
            "bf": None if rollout.back_failed is None else verdict_out(rollout.back_failed),
            "ho": int(rollout.hands_over),
        }
    )


def from_json(raw: dict[str, Any]) -> Delegating:
    verdict, back_failed, earlier = (raw.get(key) for key in ("vd", "bf", "e"))
    return Delegating(
        goal=goal_in(raw["g"]),
        started_at=raw.get("s", 0.0),
        way=_way_in(raw.get("w", {})),
        issued=tuple(Issued(_act_in(act), at) for act, at in raw.get("is", ())),
        begun=raw.get("b", 0),
        earlier=None if earlier is None else _earlier_in(earlier),
        paused_by_us=raw.get("pu", ""),
        direction=Direction(raw["d"]),
        step=_STEPS[raw["p"]],
        generation=raw.get("n", 0),
        resumed_at=_maybe_in(raw.get("ra")),
        progress_at=raw.get("pr", 0.0),
        deadline=_maybe_in(raw.get("dl")),
        handled=frozenset(raw.get("h", ())),
        unheeded=tuple(raw.get("uh", ())),
        lowest=_maybe_in(raw.get("lo")),
        left_old=raw.get("le", 0),
        verdict=None if verdict is None else verdict_in(verdict),
        back_failed=None if back_failed is None else verdict_in(back_failed),
        hands_over=bool(raw.get("ho")),
    )


def _way_out(way: Way) -> dict[str, Any]:
    gate, blocked = way.gate, way.blocked
    return without_empty(
        {
            "da": _maybe_out(way.direction_at),
            "be": None if way.beginning is None else _beginning_out(way.beginning),
            "o": way.operation,
            "wh": "" if way.whose is Whose.OURS else way.whose.value,
            "n": [way.total, way.done, way.percent, way.furthest],
            "ga": None if gate is None else [gate.name, gate.at, int(gate.approved)],
            "ps": int(way.paused),
            "st": sorted(state.value for state in way.states),
            "re": int(way.rests),
            "ia": sorted(way.ignored_alarms),
            "bk": _maybe_out(way.baked_from),
            "ms": _maybe_out(way.missing_since),
            "do": _maybe_out(way.doubted_since),
            "un": _maybe_out(way.unknown_since),
            "bl": None
            if blocked is None
            else [blocked.since, blocked.at, blocked.message[:CAUSE_CHARACTERS], int(blocked.void)],
            "sr": way.service_refused[:CAUSE_CHARACTERS],
            "up": int(way.unpausable),
        }
    )


def _way_in(raw: dict[str, Any]) -> Way:
    gate, blocked, began = (raw.get(key) for key in ("ga", "bl", "be"))
    total, done, percent, furthest = raw.get("n", (0, 0, None, 0.0))
    return Way(
        direction_at=_maybe_in(raw.get("da")),
        beginning=None if began is None else _beginning_in(began),
        operation=raw.get("o", ""),
        whose=Whose(raw.get("wh", Whose.OURS.value)),
        total=total,
        done=done,
        percent=percent,
        furthest=furthest,
        gate=None if gate is None else AtGate(gate[0], gate[1], bool(gate[2])),
        paused=bool(raw.get("ps")),
        states=frozenset(State(text) for text in raw.get("st", ())),
        rests=bool(raw.get("re")),
        ignored_alarms=frozenset(raw.get("ia", ())),
        baked_from=_maybe_in(raw.get("bk")),
        missing_since=_maybe_in(raw.get("ms")),
        doubted_since=_maybe_in(raw.get("do")),
        unknown_since=_maybe_in(raw.get("un")),
        blocked=None if blocked is None else Blocked(blocked[0], blocked[1], blocked[2], bool(blocked[3])),
        service_refused=raw.get("sr", ""),
        unpausable=bool(raw.get("up")),
    )


def _earlier_out(earlier: Earlier) -> list[Any]:
    began = None if earlier.beginning is None else _beginning_out(earlier.beginning)
    return [began, earlier.operation, earlier.since, earlier.whose.value, int(earlier.unseen_stop)]


def _earlier_in(raw: list[Any]) -> Earlier:
    began, operation, since, whose, unseen_stop = raw
    beginning = None if began is None else _beginning_in(began)
    return Earlier(beginning, operation, since, Whose(whose), bool(unseen_stop))


def _beginning_out(began: Beginning) -> list[Any]:
    known = list(began.known)
    return [began.token, began.to, began.at, began.watermark, known, *([began.count] if began.count else [])]


def _beginning_in(raw: list[Any]) -> Beginning:
    token, to, at, watermark, known, *count = raw
    return Beginning(token, to, at, watermark, tuple(known), *count)


def _maybe_out(number: float | None) -> list[float] | None:
    """Zero is a moment, and nothing is none."""
    return None if number is None else [number]


def _maybe_in(raw: list[Any] | None) -> Any:
    return None if raw is None else raw[0]


def _act_out(act: Act) -> list[Any]:
    match act:
        case Begin(to, token):
            return ["b", revision_out(to), token]
        case Continue(operation, gate):
            return ["c", operation, gate]
        case Pause(operation):
            return ["p", operation]
        case Stop(operation):
            return ["s", operation]
        case RollBack(operation, to):
            return ["r", operation, revision_out(to)]


def _act_in(raw: list[Any]) -> Act:
    match raw:
        case ["b", to, token]:
            return Begin(Revision(*to), token)
        case ["c", operation, gate]:
            return Continue(operation, gate)
        case ["p", operation]:
            return Pause(operation)
        case ["s", operation]:
            return Stop(operation)
        case ["r", operation, to]:
            return RollBack(operation, Revision(*to))
        case _:
            raise ValueError(f"no such act: {raw}")
