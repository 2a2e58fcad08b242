"""A rollout as one short text, and back: JSON with short keys, packed, versioned.

What the group itself can tell is left out, and what grows with the roll is cut: of the failures only the last are
kept by name, of the successes none beyond a few dozen (they are judged again after a resume, with the same result).
Instance ids do not compress below nine bytes, so the window decides the length. Format 1, which knew no gates, pauses
or holds, is still read: whoever takes over may be newer than whoever died.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterable
from dataclasses import asdict, replace
from typing import Any

from pulumi_rolling.core.model.codes import FailureReason, Remedy, Step, VerdictCode
from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.core.model.member import Revision, Sizes
from pulumi_rolling.core.model.verdict import Failure, Verdict
from pulumi_rolling.core.replace.actions import Action, PointAt, Remove, Resize, Resume, Suspend, Terminate
from pulumi_rolling.core.replace.rollout import Boots, Gate, Issued, Opening, Rollout, Round
from pulumi_rolling.errors import JournalError

VERSION = 2
KEPT_FAILURES = 24
KEPT_SUCCESSES = 48
CAUSE_CHARACTERS = 160


def encode(rollout: Rollout) -> str:
    """The text of a rollout, of letters that every cloud allows in tags."""
    packed = zlib.compress(json.dumps(_out(rollout), separators=(",", ":")).encode(), 9)
    return base64.b64encode(packed).decode()


def decode(text: str) -> Rollout:
    """The rollout of a text; JournalError when it cannot be read or is of a later version."""
    try:
        raw = json.loads(zlib.decompress(base64.b64decode(text, validate=True)))
        version = raw["v"]
        if version > VERSION:
            raise JournalError(
                f"the record on the group was written by a later version (format {version})",
                hint="Use that version of pulumi-rolling to finish the rollout.",
            )
        return _in(raw)
    except (ValueError, KeyError, TypeError, IndexError, zlib.error) as error:
        raise JournalError("the record on the group cannot be read") from error


def _out(rollout: Rollout) -> dict[str, Any]:
    failed = rollout.failed[-KEPT_FAILURES:]
    out: dict[str, Any] = {
        "v": VERSION,
        "i": rollout.id,
        "t": _revision(rollout.to),
        "c": None if rollout.came_from is None else _revision(rollout.came_from),
        "f": [rollout.found.min, rollout.found.max, rollout.found.desired],
        "fs": sorted(rollout.found_suspended),
        "us": sorted(rollout.suspended_by_us),
        "s": rollout.started_at,
        "g": rollout.generation,
        "fl": [int(rollout.forced), int(rollout.fresh)],
        "ab": list(rollout.abandoned),
        "d": rollout.direction.value,
        "p": rollout.step.value,
        "w": rollout.watermark,
        "da": rollout.direction_at,
        "n": [rollout.total, rollout.batch, rollout.capacity],
        "is": [[_act_out(i.action), i.at] for i in rollout.issued],
        "o": [[o.at, o.count] for o in rollout.openings],
        "in": sorted(rollout.in_flight),
        "m": [list(pair) for pair in rollout.missing],
        "ok": sorted(rollout.succeeded) if len(rollout.succeeded) <= KEPT_SUCCESSES else [],
        "x": [_failure_out(f if f in failed[-3:] else replace(f, cause="", hint="")) for f in failed],
        "xb": rollout.failed_before + len(rollout.failed) - len(failed),
        "j": rollout.judged_until,
        "b": [rollout.boots.n, round(rollout.boots.logs, 4), round(rollout.boots.squares, 4)],
        "de": [rollout.desired_before, rollout.desired, rollout.delta, rollout.desired_at],
        "la": [rollout.launched, rollout.seen_new, rollout.lowest],
        "pr": rollout.progress_at,
        "dl": rollout.deadline,
        "h": sorted(rollout.handled),
        "vd": None if rollout.verdict is None else _verdict_out(rollout.verdict),
        "bf": None if rollout.back_failed is None else _verdict_out(rollout.back_failed),
    }
    if rollout.round is not None:
        out["r"] = list(asdict(rollout.round).values())
    return out | {key: value for key, value in _of_format_2(rollout).items() if value}


def _of_format_2(rollout: Rollout) -> dict[str, Any]:
    """What format 1 did not know. Most rollouts have none of it, so what is empty is left out."""
    gate, prior = rollout.gate, rollout.prior
    return {
        "pb": [prior.n, round(prior.logs, 4), round(prior.squares, 4)] if prior.n else None,
        "su": rollout.surge,
        "un": rollout.unit if rollout.unit > 1 else None,
        "dr": _moments(rollout.draining),
        "wa": _moments(rollout.warming),
        "rt": sorted(rollout.retried),
        "sk": sorted(rollout.skipped),
        "zo": rollout.zone,
        "pa": rollout.passed,
        "ga": None if gate is None else [gate.number, gate.at, int(gate.approved)],
        "ps": int(rollout.paused),
        "hv": None if rollout.held is None else _verdict_out(rollout.held),
        "ia": sorted(rollout.ignored_alarms),
        "bk": None if rollout.baked_from is None else [rollout.baked_from],
    }


def _in(raw: dict[str, Any]) -> Rollout:
    rollout = Rollout(
        id=raw["i"],
        to=Revision(*raw["t"]),
        came_from=None if raw["c"] is None else Revision(*raw["c"]),
        found=Sizes(*raw["f"]),
        found_suspended=frozenset(raw["fs"]),
        started_at=raw["s"],
    )
    gate, held, baked = raw.get("ga"), raw.get("hv"), raw.get("bk")
    return replace(
        rollout,
        prior=Boots(*raw.get("pb", ())),
        surge=raw.get("su", 0) if raw["v"] > 1 else _surge_of_format_1(raw),
        unit=raw.get("un", 1),
        draining=_pairs(raw.get("dr", ())),
        warming=_pairs(raw.get("wa", ())),
        retried=frozenset(raw.get("rt", ())),
        skipped=frozenset(raw.get("sk", ())),
        zone=raw.get("zo", ""),
        passed=raw.get("pa", 0),
        gate=None if gate is None else Gate(gate[0], gate[1], bool(gate[2])),
        paused=bool(raw.get("ps")),
        held=None if held is None else _verdict_in(held),
        ignored_alarms=frozenset(raw.get("ia", ())),
        baked_from=None if baked is None else baked[0],
        suspended_by_us=frozenset(raw["us"]),
        generation=raw["g"],
        forced=bool(raw["fl"][0]),
        fresh=bool(raw["fl"][1]),
        abandoned=tuple(raw["ab"]),
        direction=Direction(raw["d"]),
        step=Step(raw["p"]),
        watermark=raw["w"],
        direction_at=raw["da"],
        total=raw["n"][0],
        batch=raw["n"][1],
        capacity=raw["n"][2],
        round=Round(*raw["r"]) if "r" in raw else None,
        issued=tuple(Issued(_act_in(act), at) for act, at in raw["is"]),
        openings=tuple(Opening(at, count) for at, count in raw["o"]),
        in_flight=frozenset(raw["in"]),
        missing=_pairs(raw["m"]),
        succeeded=frozenset(raw["ok"]),
        failed=tuple(_failure_in(f) for f in raw["x"]),
        failed_before=raw["xb"],
        judged_until=raw["j"],
        boots=Boots(*raw["b"]),
        desired_before=raw["de"][0],
        desired=raw["de"][1],
        delta=raw["de"][2],
        desired_at=raw["de"][3],
        launched=raw["la"][0],
        seen_new=raw["la"][1],
        lowest=raw["la"][2],
        progress_at=raw["pr"],
        deadline=raw["dl"],
        handled=frozenset(raw["h"]),
        verdict=None if raw["vd"] is None else _verdict_in(raw["vd"]),
        back_failed=None if raw["bf"] is None else _verdict_in(raw["bf"]),
    )


def _surge_of_format_1(raw: dict[str, Any]) -> int:
    """Before the first round all of it was still to be asked for, and then all of it was asked for at once."""
    begun = "r" in raw or Step(raw["p"]) is not Step.ROLL
    return 0 if begun else max(0, int(raw["n"][2] - raw["de"][1]))


def _moments(pairs: Iterable[tuple[str, float]]) -> list[list[Any]]:
    """Hundredths are enough for a clock of minutes, and digits do not compress."""
    return [[member, round(at, 2)] for member, at in pairs]


def _pairs(raw: Iterable[Any]) -> tuple[tuple[str, float], ...]:
    return tuple((member, at) for member, at in raw)


def _revision(revision: Revision) -> list[str]:
    return [revision.address, revision.digest, revision.label]


def _act_out(action: Action) -> list[Any]:
    match action:
        case Suspend(processes):
            return ["s", sorted(processes)]
        case Resume(processes):
            return ["r", sorted(processes)]
        case PointAt(revision):
            return ["p", _revision(revision)]
        case Resize(least, desired):
            return ["z", least, desired]
        case Terminate(member, again, weight):
            return ["t", member, int(again), *([weight] if weight > 1 else [])]
        case Remove(member):
            return ["x", member]


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
        case ["t", member, again, *weight]:
            return Terminate(member, bool(again), *weight)
        case ["x", member]:
            return Remove(member)
        case _:
            raise ValueError(f"no such act: {raw}")


def _verdict_out(verdict: Verdict) -> list[Any]:
    return [
        verdict.code,
        verdict.at,
        verdict.failed,
        verdict.of,
        [_failure_out(f) for f in verdict.failures],
        verdict.cause[: 2 * CAUSE_CHARACTERS],
        verdict.clock,
        verdict.touched,
        *_advice_out(verdict.remedy, verdict.hint),
    ]


def _verdict_in(raw: list[Any]) -> Verdict:
    code, at, failed, of, failures, cause, clock, *rest = raw
    touched, *advice = rest or [0]  # Format 1 had no touched.
    named = tuple(_failure_in(f) for f in failures)
    return Verdict(VerdictCode(code), at, failed, of, named, cause, clock, touched, *_advice_in(advice))


def _failure_out(failure: Failure) -> list[Any]:
    cause = failure.cause[:CAUSE_CHARACTERS]
    return [failure.id, failure.reason, cause, *_advice_out(failure.remedy, failure.hint)]


def _failure_in(raw: list[Any]) -> Failure:
    ident, reason, cause, *advice = raw
    return Failure(ident, FailureReason(reason), cause, *_advice_in(advice))


def _advice_out(remedy: Remedy | None, hint: str) -> list[str]:
    """What formats 1 and 2 did not know. Most failures have none of it, so what is empty is left out."""
    if not hint:
        return [] if remedy is None else [remedy]
    return [remedy or "", hint[:CAUSE_CHARACTERS]]


def _advice_in(raw: list[str]) -> tuple[Remedy | None, str]:
    remedy, hint = (*raw, "", "")[:2]
    return Remedy(remedy) if remedy else None, hint
