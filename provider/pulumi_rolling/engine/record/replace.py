"""The replace machine's rollout as JSON with short keys, and back.

What the group itself can tell is left out, and what grows with the roll is cut: of the failures only the last are
kept by name, of the successes none beyond a few dozen (they are judged again after a resume, with the same result).
Instance ids do not compress below nine bytes, so the window decides the length. Formats 1 (no gates, pauses or holds)
and 2 (no parts) are still read: a driver may take over from an older one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from typing import Any, get_args

from pulumi_rolling.core.model.codes import Step
from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.core.model.member import Revision, Sizes
from pulumi_rolling.core.replace.actions import (
    Action,
    Adjust,
    PointAt,
    Remove,
    Resize,
    Resume,
    Suspend,
    Terminate,
    Together,
)
from pulumi_rolling.core.replace.rollout import (
    Astray,
    Boots,
    Found,
    Gate,
    Issued,
    Ledger,
    Opening,
    ReplaceStep,
    Rollout,
    Round,
    Way,
)
from pulumi_rolling.engine.record.shared import (
    failure_in,
    failure_out,
    goal_in,
    goal_out,
    revision_out,
    verdict_in,
    verdict_out,
    without_empty,
)

VERSION = 3
KEPT_FAILURES = 24
KEPT_LOSSES = 6
KEPT_SUCCESSES = 48


def to_json(rollout: Rollout) -> dict[str, Any]:
    goal, found, prior = rollout.goal, rollout.found, rollout.prior
    return without_empty(
        {
            "g": goal_out(goal),
            "f": _found_out(found),
            "o": _ledger_out(rollout.ours),
            "w": _way_out(rollout.way),
            "s": rollout.started_at,
            "n": rollout.generation,
            "pb": _boots_out(prior),
            "d": rollout.direction.value,
            "p": rollout.step.value,
            "j": rollout.judged_until,
            "pr": rollout.progress_at,
            "dl": None if rollout.deadline is None else [rollout.deadline],
            "h": sorted(rollout.handled),
            "vd": None if rollout.verdict is None else verdict_out(rollout.verdict),
            "bf": None if rollout.back_failed is None else verdict_out(rollout.back_failed),
            "ho": int(rollout.handed_over),
        }
    )


def _found_out(found: Found) -> list[Any]:
    """Those in standby, and MinSize with them, have places of their own only where somebody stands there."""
    sizes = found.sizes
    standby = [sizes.standby, sizes.told_min] if sizes.standby else []
    return [sizes.min, sizes.max, sizes.desired, sorted(found.suspended), *standby]


def _way_out(way: Way) -> dict[str, Any]:
    failed = way.failed[-KEPT_FAILURES:]
    lost, gate, held = way.lost[-KEPT_LOSSES:], way.gate, way.held
    return without_empty(
        {
            "w": None if way.watermark is None else [way.watermark],
            "da": way.direction_at,
            "n": [way.total, way.batch, way.capacity],
            "su": way.surge,
            "un": way.unit if way.unit > 1 else None,
            "r": None if way.round is None else list(asdict(way.round).values()),
            "o": [[o.at, o.count] for o in way.openings],
            "in": sorted(way.in_flight),
            "m": [list(pair) for pair in way.missing],
            "ok": sorted(way.succeeded) if len(way.succeeded) <= KEPT_SUCCESSES else [],
            "x": [failure_out(f if f in failed[-3:] else replace(f, cause="", hint="")) for f in failed],
            "xb": way.failed_before + len(way.failed) - len(failed),
            "lo": [failure_out(f if f in lost[-1:] else replace(f, cause="", hint="")) for f in lost],
            "lp": way.lost_before + len(way.lost) - len(lost),
            "dr": _moments(way.draining),
            "wa": _moments(way.warming),
            "rt": sorted(way.retried),
            "sk": sorted(way.skipped),
            "zo": way.zone,
            "pa": way.passed,
            "ga": None if gate is None else [gate.number, gate.at, int(gate.approved)],
            "ps": int(way.paused),
            "hv": None if held is None else verdict_out(held),
            "ia": sorted(way.ignored_alarms),
            "bk": None if way.baked_from is None else [way.baked_from],
            "as": None if way.astray is None else [way.astray.pointer, way.astray.since],
            "lb": way.launched_before,
            "ja": way.judged_at,
            "uf": None if way.unfilled is None else verdict_out(way.unfilled),
            "b": _boots_out(way.boots),
        }
    )


def _ledger_out(ours: Ledger) -> dict[str, Any]:
    return without_empty(
        {
            "is": [[_act_out(i.action), i.at] for i in ours.issued],
            "us": sorted(ours.suspended),
            "de": [ours.desired_before, ours.desired, ours.delta, ours.desired_at],
            "mi": sorted(ours.least),
            "la": [ours.launched, ours.seen_new, ours.lowest],
            "kf": list(ours.kept),
            "kr": ours.keep_refused,
        }
    )


def from_json(raw: dict[str, Any]) -> Rollout:
    """Of any format up to ours."""
    if raw["v"] < 3:
        raw = _parted(raw)
    least, most, desired, suspended, *standby = raw["f"]
    deadline, verdict, back_failed = (raw.get(key) for key in ("dl", "vd", "bf"))
    return Rollout(
        goal=goal_in(raw["g"]),
        found=Found(Sizes(least, most, desired, *standby), frozenset(suspended)),
        started_at=raw.get("s", 0.0),
        way=_way_in(raw["w"]),
        ours=_ledger_in(raw["o"]),
        direction=Direction(raw["d"]),
        step=_step(raw["p"]),
        generation=raw.get("n", 0),
        prior=Boots(*raw.get("pb", ())),
        judged_until=raw.get("j", 0.0),
        progress_at=raw.get("pr", 0.0),
        deadline=None if deadline is None else deadline[0],
        handled=frozenset(raw.get("h", ())),
        verdict=None if verdict is None else verdict_in(verdict),
        back_failed=None if back_failed is None else verdict_in(back_failed),
        handed_over=bool(raw.get("ho")),
    )


def _way_in(raw: dict[str, Any]) -> Way:
    gate, held, baked, watermark = (raw.get(key) for key in ("ga", "hv", "bk", "w"))
    total, batch, capacity = raw["n"]
    return Way(
        watermark=None if watermark is None else watermark[0],
        direction_at=raw.get("da", 0.0),
        total=total,
        batch=batch,
        capacity=capacity,
        surge=raw.get("su", 0),
        unit=raw.get("un", 1),
        round=Round(*raw["r"]) if "r" in raw else None,
        openings=tuple(Opening(at, count) for at, count in raw.get("o", ())),
        draining=_pairs(raw.get("dr", ())),
        in_flight=frozenset(raw.get("in", ())),
        warming=_pairs(raw.get("wa", ())),
        missing=_pairs(raw.get("m", ())),
        succeeded=frozenset(raw.get("ok", ())),
        failed=tuple(failure_in(f) for f in raw.get("x", ())),
        failed_before=raw.get("xb", 0),
        lost=tuple(failure_in(f) for f in raw.get("lo", ())),
        lost_before=raw.get("lp", 0),
        retried=frozenset(raw.get("rt", ())),
        skipped=frozenset(raw.get("sk", ())),
        zone=raw.get("zo", ""),
        passed=raw.get("pa", 0),
        gate=None if gate is None else Gate(gate[0], gate[1], bool(gate[2])),
        paused=bool(raw.get("ps")),
        held=None if held is None else verdict_in(held),
        ignored_alarms=frozenset(raw.get("ia", ())),
        baked_from=None if baked is None else baked[0],
        astray=Astray(*raw["as"]) if "as" in raw else None,
        launched_before=raw.get("lb", 0),
        judged_at=raw.get("ja", 0.0),
        unfilled=verdict_in(raw["uf"]) if "uf" in raw else None,
        boots=Boots(*raw.get("b", ())),
    )


def _ledger_in(raw: dict[str, Any]) -> Ledger:
    before, desired, delta, desired_at = raw["de"]
    launched, seen_new, lowest = raw["la"]
    return Ledger(
        issued=tuple(Issued(_act_in(act), at) for act, at in raw.get("is", ())),
        suspended=frozenset(raw.get("us", ())),
        desired_before=before,
        desired=desired,
        delta=delta,
        desired_at=desired_at,
        launched=launched,
        seen_new=seen_new,
        lowest=lowest,
        least=frozenset(raw.get("mi", ())),
        kept=tuple(raw.get("kf", ())),
        keep_refused=raw.get("kr", ""),
    )


_OF_THE_WAY = {"da", "n", "o", "in", "m", "ok", "x", "xb", "b", "su", "un", "dr", "wa", "r"}
_OF_THE_WAY |= {"rt", "sk", "zo", "pa", "ga", "ps", "hv", "ia", "bk"}


def _parted(flat: dict[str, Any]) -> dict[str, Any]:
    """A record of format 1 or 2, which knew no parts, as one of format 3."""
    ours = {key: flat[key] for key in ("is", "us", "de", "la")}
    # It did not say what was set of MinSize: the capacity, Desired after our acts, or what is on its way.
    resizes = [act for act, _ in flat["is"] if act[0] == "z" and act[1] is not None]
    ours["mi"] = [flat["n"][2], flat["de"][1], *(act[1] for act in resizes)]
    way = {key: flat[key] for key in _OF_THE_WAY if key in flat}
    way["w"] = None if flat["w"] is None else [flat["w"]]
    if flat["v"] < 2:
        way["su"] = _surge_of_format_1(flat)
    return {
        "g": [flat["i"], flat["t"], flat["c"], flat["fl"], flat["ab"]],
        "f": [*flat["f"], flat["fs"]],
        "w": way,
        "o": ours,
        "n": flat["g"],
        "dl": None if flat["dl"] is None else [flat["dl"]],
        **{key: flat[key] for key in ("s", "d", "p", "j", "pr", "h", "vd", "bf", "pb") if key in flat},
    }


def _surge_of_format_1(raw: dict[str, Any]) -> int:
    """Before the first round all of it was still to be asked for, and then all of it was asked for at once."""
    begun = "r" in raw or _step(raw["p"]) is not Step.ROLL
    return 0 if begun else max(0, int(raw["n"][2] - raw["de"][1]))


_STEPS: Mapping[str, ReplaceStep] = {step.value: step for step in get_args(ReplaceStep)}


def _step(text: str) -> ReplaceStep:
    """Formats 1 and 2 called one of them otherwise."""
    return Step.RESIZE if text == "settle" else _STEPS[text]


def _boots_out(boots: Boots) -> list[Any] | None:
    return [boots.n, round(boots.logs, 4), round(boots.squares, 4)] if boots != Boots() else None


def _moments(pairs: Iterable[tuple[str, float]]) -> list[list[Any]]:
    """Hundredths are enough for a clock of minutes, and digits do not compress."""
    return [[member, round(at, 2)] for member, at in pairs]


def _pairs(raw: Iterable[Any]) -> tuple[tuple[str, float], ...]:
    return tuple((member, at) for member, at in raw)


def _act_out(action: Action) -> list[Any]:
    match action:
        case Suspend(processes):
            return ["s", sorted(processes)]
        case Resume(processes):
            return ["r", sorted(processes)]
        case PointAt(revision):
            return ["p", revision_out(revision)]
        case Resize(least, desired):
            return ["z", least, desired]
        case Terminate(member, again, weight, keep):
            rest = [weight, 1] if keep else [weight] if weight > 1 else []
            return ["t", member, int(again), *rest]
        case Remove(member):
            return ["x", member]
        case Adjust(change):
            return ["a", change]
        case Together():
            raise ValueError("a record has the acts one by one")


def _act_in(raw: list[Any]) -> Action:
    match raw:
        case ["s", processes]:
            return Suspend(frozenset(processes))
        case ["r", processes]:
            return Resume(frozenset(processes))
        case ["p", revision]:
            return PointAt(Revision(*revision))
        case ["z", least, desired]:
            return Resize(least, desired)
        case ["t", member, again, weight, keep]:
            return Terminate(member, bool(again), weight, bool(keep))
        case ["t", member, again, *weight]:
            return Terminate(member, bool(again), *weight)
        case ["x", member]:
            return Remove(member)
        case ["a", change]:
            return Adjust(change)
        case _:
            raise ValueError(f"no such act: {raw}")
