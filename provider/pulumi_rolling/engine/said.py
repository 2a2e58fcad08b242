"""What the driver last said of its rollout, for other shells: one tag beside the record, written along with the lease.

The record says how far a rollout has come. Why nothing starts at the moment, and how long the rest may take, follows
from the policy and the boots in the driver's hands, so the driver's own words are kept: a Decided's reason and status,
no rule of its own. ``rolling:said`` = ``AT STEP DIRECTION CODE IN-SERVICE READY REPLACED TOTAL WAITING LOW HIGH``, then
``name=number`` for the numbers of the reason, then its members, then ``/`` and the cloud's own sentence. What a tag may
not hold of that is written as ``=28``, the bytes of its letters in hexadecimal. Members and sentence are cut to fit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

from pulumi_rolling.core.model.codes import ReasonCode, Step
from pulumi_rolling.core.model.decision import Because, Decision, Status
from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.engine.printable import printable_text
from pulumi_rolling.fleets.base import Shelf

SAID = "rolling:said"
_FIXED = 11
_NONE = "-"
_CAUSE = "/"
"""Stands alone before the cloud's sentence; no member and no number is so short."""
_AS_IT_IS = " +-.:/@_"
"""Beside letters and digits, what every AWS service takes in a tag."""


@dataclass(frozen=True, slots=True)
class Said:
    at: float
    because: Because
    status: Status


def said_mark(decision: Decision[Any, Any], at: float, shelf: Shelf) -> dict[str, str]:
    """Nothing where the cloud would refuse the text: no rollout fails by what is said of it."""
    status, because = decision.status, decision.because
    low, high = (f"{bound:.0f}" for bound in status.time_left) if status.time_left else (_NONE, _NONE)
    counts = (status.in_service, status.ready, status.replaced, status.total, status.waiting_count)
    words = [
        f"{at:.0f}",
        status.step.value,
        status.direction.value,
        because.code,
        *map(str, counts),
        low,
        high,
    ]
    words += [f"{name}={value:.10g}" for name, value in because.numbers.items()]
    for member in because.members:
        name = "_".join(member.split())
        if len(" ".join(words)) + 1 + len(name) > shelf.characters:
            break
        words.append(name)
    text = _with_cause(" ".join(words), because.cause, shelf.characters)[: shelf.characters]
    return {SAID: text} if shelf.allowed(text) else {}


def _with_cause(text: str, cause: str, room: int) -> str:
    """As much of the sentence as there is room for, and no half letter at its end."""
    cause = " ".join(cause.split())
    left = room - len(text) - len(_CAUSE) - 2
    kept, length = 0, 0
    for letter in cause:
        length += len(_written(letter))
        if length > left:
            break
        kept += 1
    return f"{text} {_CAUSE} {_written(cause[:kept])}" if kept else text


def _written(text: str) -> str:
    return quote(text, safe=_AS_IT_IS).replace("~", "=7E").replace("%", "=")


def _read(text: str) -> str:
    return printable_text(unquote(text.replace("=", "%")))


def said(marks: Mapping[str, str]) -> Said | None:
    """None where nothing was said, or not in words of this version."""
    text, _, cause = marks.get(SAID, "").partition(f" {_CAUSE} ")
    words = text.split()
    if len(words) < _FIXED:
        return None
    at, step, direction, code, in_service, ready, replaced, total, waiting, low, high = words[:_FIXED]
    rest = [word.partition("=") for word in words[_FIXED:]]
    members = tuple(printable_text(name) for name, sign, _ in rest if not sign)
    try:
        status = Status(
            step=Step(step),
            direction=Direction(direction),
            in_service=int(in_service),
            ready=int(ready),
            replaced=int(replaced),
            total=int(total),
            waiting_for=members,
            waiting_count=int(waiting),
            time_left=None if _NONE in (low, high) else (float(low), float(high)),
        )
        numbers = {name: _number(value) for name, sign, value in rest if sign}
        return Said(float(at), Because(ReasonCode(code), numbers, members, _read(cause)), status)
    except ValueError:
        return None


def _number(text: str) -> int | float:
    return int(text) if text.lstrip("-").isdigit() else float(text)
