"""A rollout with less said of what went wrong, for a record that has to fit into fewer tags.

Each form names fewer failures and shortens the cloud's words; how many there were is always kept. Nothing goes that a
driver needs to go on: members on their way, acts, sizes, what to give back. Successes that are left out are judged
again, with the same result.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pulumi_rolling.core.delegate.delegating import Delegating
from pulumi_rolling.core.delegate.delegating import Way as DelegatedWay
from pulumi_rolling.core.model.verdict import Failure, Verdict
from pulumi_rolling.core.replace.rollout import Way, replace


@dataclass(frozen=True, slots=True)
class Form:
    names: int
    """Failures, losses and the failures of a verdict that are named."""
    letters: int
    """Of what the cloud says of one thing."""
    advice: int
    """The same of what to do about it."""
    successes: int
    requests: int
    """People's requests that are remembered; those whose tags still stand are among the newest."""


FORMS = (Form(12, 160, 160, 24, 16), Form(6, 120, 120, 0, 8), Form(3, 80, 80, 0, 3), Form(0, 30, 0, 0, 3))
"""From the fullest to the thinnest."""
THINNEST = FORMS[-1]


def forms(rollout: Any) -> Iterator[Any]:
    """The rollout as it is, and then with ever less of it."""
    yield rollout
    for form in FORMS:
        yield thinned(rollout, form)


def thinned(rollout: Any, form: Form) -> Any:
    way = rollout.way
    less = _of_operations(way, form) if isinstance(rollout, Delegating) else _of_members(way, form)
    return replace(
        rollout,
        way=less,
        handled=frozenset(sorted(rollout.handled)[-form.requests :]),
        verdict=_verdict(rollout.verdict, form),
        back_failed=_verdict(rollout.back_failed, form),
    )


def _of_members(way: Way, form: Form) -> Way:
    failed, lost = _last(way.failed, form), _last(way.lost, form)
    return replace(
        way,
        succeeded=way.succeeded if len(way.succeeded) <= form.successes else frozenset(),
        failed=failed,
        failed_before=way.failures - len(failed),
        lost=lost,
        lost_before=way.losses - len(lost),
        held=_verdict(way.held, form),
        unfilled=_verdict(way.unfilled, form),
    )


def _of_operations(way: DelegatedWay, form: Form) -> DelegatedWay:
    blocked = way.blocked
    return replace(
        way,
        blocked=None if blocked is None else replace(blocked, message=_short(blocked.message, form.letters)),
        service_refused=_short(way.service_refused, form.letters),
    )


def _last(failures: tuple[Failure, ...], form: Form) -> tuple[Failure, ...]:
    return tuple(_failure(each, form) for each in failures[max(0, len(failures) - form.names) :])


def _verdict(verdict: Verdict | None, form: Form) -> Verdict | None:
    if verdict is None:
        return None
    return replace(
        verdict,
        failures=tuple(_failure(each, form) for each in verdict.failures[: form.names]),
        cause=_short(verdict.cause, form.letters),
        hint=_short(verdict.hint, form.advice),
    )


def _failure(failure: Failure, form: Form) -> Failure:
    return replace(failure, cause=_short(failure.cause, form.letters), hint=_short(failure.hint, form.advice))


def _short(text: str, letters: int) -> str:
    """The beginning of a text, with letters counted as JSON has them: most of other scripts take six."""
    left = letters
    for place, letter in enumerate(text):
        left -= len(json.dumps(letter)) - 2
        if left < 0:
            return text[:place]
    return text
