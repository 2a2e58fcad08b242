"""How many tags a record may take, counted before a rollout begins, and what is left beside those of the group's owner.

What is counted is the record at its worst: a full window on its way, and what people and the cloud may add to it. On a
small shelf it is counted as thin as it can be made, which is what is written where nothing else fits.
"""

from __future__ import annotations

import math
import random
import string
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pulumi_rolling.core.delegate.delegating import Delegating
from pulumi_rolling.core.model.codes import FailureReason, Remedy, VerdictCode
from pulumi_rolling.core.model.verdict import Failure, Verdict
from pulumi_rolling.core.replace.actions import Action, PointAt, Resize, Resume, Suspend, Terminate
from pulumi_rolling.core.replace.limits import Limits
from pulumi_rolling.core.replace.rollout import Astray, Gate, Issued, Ledger, Opening, Rollout, Round, Way
from pulumi_rolling.engine.record.cut import HEADER, letters
from pulumi_rolling.engine.record.header import encode
from pulumi_rolling.engine.record.pieces import LEASE, MOST_PENDING, PREFIX, pack
from pulumi_rolling.engine.record.replace import KEPT_FAILURES
from pulumi_rolling.engine.record.thinning import THINNEST, thinned
from pulumi_rolling.engine.said import SAID
from pulumi_rolling.fleets.base import Shelf

BESIDE = len((LEASE, SAID)) + MOST_PENDING
"""Tags of ours beside the record, its policy and what was told."""
ROOM_FOR_CAUSES = 708
"""Characters for what the cloud says of failures and of their remedies, in the record and in its verdict."""
ROOM_FOR_OPERATIONS = 420
"""Characters by which the thinnest record of a delegated rollout grows."""
_UNLIKE = 1.02
"""How much longer a record may be than one of the same shape: what does not compress does so by chance."""
_LASTS = 1e5
"""Seconds over which the moments of a rollout lie."""
_NAMED = 17
"""Letters of an instance's id that no other one shares."""


def pieces_needed(
    rollout: Rollout, window: int, owner: str, shelf: Shelf, limits: Limits | None = None
) -> int:
    """Tags that a rollout may take when ``window`` victims and as many members in flight are on its record.

    Lease, what was last said and a few requests included; under ``limits`` also what drain and warm-up remember, on
    either way.
    """
    rules = [each for each in (limits, limits and limits.way_back) if each is not None]
    drains, warms_up = any(r.drain is not None for r in rules), any(r.warm_up for r in rules)
    chance = random.Random(window)
    victims, flight = _some_ids(chance, window, shelf), _some_ids(chance, window, shelf)
    # As the digits of real moments do, these do not compress.
    moments = [1.5e9 + number * math.pi for number in range(window)]
    full = replace(
        rollout,
        way=Way(
            in_flight=frozenset(flight),
            draining=tuple(zip(victims, moments, strict=True)) if drains else (),
            warming=tuple(zip(flight, moments, strict=True)) if warms_up else (),
        ),
        ours=Ledger(
            issued=tuple(Issued(Terminate(i, True), at) for i, at in zip(victims, moments, strict=True)),
            suspended=rollout.ours.suspended,
        ),
    )
    if shelf.is_small:
        return _thinly(_at_its_worst(full), owner, shelf) + BESIDE
    named = _some_ids(chance, min(KEPT_FAILURES, rollout.found.sizes.desired), shelf)
    failed = tuple(Failure(i, FailureReason.FAILURE_SIGNAL) for i in named)
    full = replace(full, way=replace(full.way, failed=failed))
    causes = math.ceil(ROOM_FOR_CAUSES / (shelf.characters - HEADER))
    return len(pack(full, owner, 99_999, shelf)) + causes + BESIDE


def pieces_of_operations(rollout: Delegating, owner: str, shelf: Shelf) -> int:
    """Tags that a delegated rollout may take: its record does not grow with the group, only by what is said."""
    if shelf.is_small:
        return _thinly(rollout, owner, shelf, ROOM_FOR_OPERATIONS) + BESIDE
    causes = math.ceil(ROOM_FOR_CAUSES / (shelf.characters - HEADER))
    return len(pack(rollout, owner, 99_999, shelf)) + causes + BESIDE


def room_left(tags: Mapping[str, str], shelf: Shelf, beside: int = 0) -> int:
    """Tags that the record itself may take. ``beside``: those of policy and of what was told."""
    return shelf.count - _theirs(tags) - BESIDE - beside


def check_room(
    tags: Mapping[str, str], needed: int, shelf: Shelf, remedy: str = "lower maxBatchSize or remove tags"
) -> str | None:
    """Why the record would not fit among the group's tags; None when it fits."""
    theirs = _theirs(tags)
    if theirs + needed <= shelf.count:
        return None
    return f"the record of this rollout needs up to {needed} tags and the group has {theirs} of {shelf.count}; {remedy}"


def _theirs(tags: Mapping[str, str]) -> int:
    return sum(not key.startswith(PREFIX) for key in tags)


def _thinly(rollout: Any, owner: str, shelf: Shelf, more: int = 0) -> int:
    """``more``: characters that it may have besides."""
    text = f"{owner} {encode(thinned(rollout, THINNEST), dense=True)}"
    return math.ceil((len(text) * _UNLIKE + more) / letters(shelf))


def _at_its_worst(full: Rollout) -> Rollout:
    """The same with all besides that a thin record may have at a time."""
    chance = random.Random(1)
    revisions = [each for each in (full.goal.to, full.goal.came_from) if each is not None]
    processes = full.found.suspended | full.ours.suspended
    acts: list[Action] = [*map(PointAt, revisions), Resize(9, 99), Suspend(processes), Resume(processes)]
    verdict, unfilled = _verdict(chance), _verdict(chance)
    seen = _moment(chance)
    way = replace(
        full.way,
        watermark=_moment(chance),
        direction_at=_moment(chance),
        draining=tuple((each, _moment(chance)) for each, _ in full.way.draining),
        warming=tuple((each, _moment(chance)) for each, _ in full.way.warming),
        round=Round(99, _moment(chance), len(full.way.in_flight), 99),
        openings=(Opening(_moment(chance), 99),),
        missing=tuple((each, seen) for each in full.way.in_flight),
        failed_before=99,
        lost_before=9,
        retried=frozenset(_names(chance, 1)),
        skipped=frozenset(_names(chance, 1)),
        zone="cn-hangzhou-h",
        gate=Gate(3, _moment(chance), True),
        baked_from=_moment(chance),
        astray=Astray("".join(_names(chance, 1)), _moment(chance)),
        judged_at=_moment(chance),
        unfilled=unfilled,
    )
    ours = replace(
        full.ours,
        issued=(*full.ours.issued, *(Issued(act, _moment(chance)) for act in acts)),
        desired_at=_moment(chance),
        least=frozenset(range(1, 9)),
    )
    return replace(
        full,
        way=way,
        ours=ours,
        handled=frozenset(f"{chance.getrandbits(72):018x}" for _ in range(THINNEST.requests)),
        deadline=_moment(chance),
        judged_until=_moment(chance),
        progress_at=_moment(chance),
        verdict=verdict,
        back_failed=unfilled,
    )


def _verdict(chance: random.Random) -> Verdict:
    cause = "".join(chance.choices(string.printable[:90], k=THINNEST.letters))
    return Verdict(
        VerdictCode.TOO_MANY_FAILURES,
        _moment(chance),
        99,
        999,
        cause=cause,
        remedy=Remedy.QUOTA,
        clock=900.5,
        touched=99,
    )


def _moment(chance: random.Random) -> float:
    return 1.6e9 + chance.random() * _LASTS


def _some_ids(chance: random.Random, count: int, shelf: Shelf) -> list[str]:
    """A small shelf is of a cloud whose ids are longer."""
    return (
        _names(chance, count)
        if shelf.is_small
        else [f"i-{chance.getrandbits(68):017x}" for _ in range(count)]
    )


def _names(chance: random.Random, count: int) -> list[str]:
    letters_of_ids = string.digits + string.ascii_lowercase
    return [f"i-bp1{''.join(chance.choices(letters_of_ids, k=_NAMED))}" for _ in range(count)]
