"""Listeners to a drive's decisions: row, course, people elsewhere, telemetry, each behind its guard.

Course and telemetry are given the same point of each decision. Nothing that the loop calls here raises.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pulumi_rolling.core.explain import asked_line, status_line, verdict_sentence
from pulumi_rolling.core.model.codes import ReasonCode
from pulumi_rolling.core.model.decision import Decision
from pulumi_rolling.errors import LeaseHeldError, LeaseLostError, RollingError
from pulumi_rolling.handler.announcing import Announcer, announcer_of
from pulumi_rolling.handler.context import Context
from pulumi_rolling.handler.course import keeper_of
from pulumi_rolling.handler.listener import Guard
from pulumi_rolling.handler.operation import Operation
from pulumi_rolling.handler.words import Words
from pulumi_rolling.telemetry.wanted import wanted_in

if TYPE_CHECKING:
    from pulumi_rolling.courses.keeper import Keeper
    from pulumi_rolling.report.course.points import Reader
    from pulumi_rolling.telemetry.recording import Recording


@dataclass
class Reporter:
    """Decisions as the status of a row, and what somebody must do as one line that stays."""

    name: str
    call: str
    context: Context
    _line: str = ""
    _asked: ReasonCode | None = None

    def __call__(self, before: Any, decision: Decision[Any, Any]) -> None:
        line = status_line(decision, self.call)
        if line != self._line:
            self._line = line
            self.context.status(line)
        asked = asked_line(decision.because, self.name, self.call)
        code = decision.because.code if asked else None
        if code is self._asked:
            return
        self._asked = code
        if asked:
            self.context.ask(asked)
        else:
            self.context.answered(f"{self.name} goes on")


@dataclass
class Listeners:
    """None where one is not wanted, or could not be opened."""

    row: Reporter
    course: Keeper | None = None
    people: Announcer | None = None
    telemetry: Recording | None = None
    reader: Reader | None = None
    """None where nobody wants points."""


class Guards:
    def __init__(self, group: str, warn: Callable[[str], None]) -> None:
        self.row = Guard(f"the row of {group} does not tell all", warn)
        self.course = Guard(f"the course of {group} is not kept", warn, all_or_none=True)
        self.people = Guard(f"people could not be told of {group}", warn)
        self.telemetry = Guard(f"no telemetry of {group}", warn)


@dataclass
class Audience:
    listeners: Listeners
    guards: Guards
    _last: Decision[Any, Any] | None = None

    def __call__(self, before: Any, decision: Decision[Any, Any]) -> None:
        """The decision stands on the group, and its marks beside it."""
        self._last = decision
        told, guards = self.listeners, self.guards
        guards.row(lambda: told.row(before, decision), None)
        self._tell_point(before, decision)
        people = told.people
        if people is not None:
            guards.people(lambda: people(before, decision), None)

    def _tell_point(self, before: Any, decision: Decision[Any, Any]) -> None:
        reader, telemetry = self.listeners.reader, self.listeners.telemetry
        course = self.listeners.course if self.guards.course.hears else None
        if reader is None or (course is None and telemetry is None):
            return
        guard = self.guards.telemetry if course is None else self.guards.course
        point = guard(lambda: reader.read(before, decision), None)
        if point is None:
            return
        if course is not None:
            self.guards.course(lambda: course.take(point), None)
        if telemetry is not None:
            self.guards.telemetry(lambda: telemetry.hear(point, decision.next), None)

    def marks(self, decision: Decision[Any, Any]) -> Mapping[str, str]:
        """Tags that have to stand before the decision is heard."""
        people, none = self.listeners.people, dict[str, str]()
        return none if people is None else self.guards.people(lambda: people.marks(decision), none)

    def standing(self) -> Mapping[str, str]:
        """Those tags as they stood last, for where somebody removes them."""
        people, none = self.listeners.people, dict[str, str]()
        return none if people is None else self.guards.people(people.standing, none)

    def __enter__(self) -> Audience:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: Any) -> None:
        if error is not None and not isinstance(error, Exception):
            # The process is on its way out, and waits for nobody.
            return
        told, guards = self.listeners, self.guards
        if told.course is not None:
            guards.course(told.course.close, None)
        people, telemetry = told.people, told.telemetry
        if people is not None:
            elsewhere = isinstance(error, LeaseHeldError | LeaseLostError)
            ended_by = error if isinstance(error, RollingError) and not elsewhere else None
            guards.people(lambda: people.close(ended_by), None)
        if telemetry is not None:
            guards.telemetry(lambda: self._close_recording(telemetry, error), None)

    def _close_recording(self, recording: Recording, error: BaseException | None) -> None:
        last = self._last
        if last is None:
            return
        # A recording has loaded it.
        from pulumi_rolling.report.course.point import End, end_of

        end = end_of(last)
        if error is not None or last.outcome is None:
            recording.close("stopped", str(error or ""))
        elif end is None:
            recording.close("handedOver", "")
        elif end is End.SUCCEEDED:
            recording.close("succeeded", "")
        else:
            verdict = last.next.back_failed or last.next.verdict
            returned = "returned" if end is End.RETURNED else "failed"
            recording.close(returned, "" if verdict is None else verdict_sentence(verdict))


def audience_of(
    operation: Operation, rollout: Any, limits: Any, context: Context, words: Words, marks: Mapping[str, str]
) -> Audience:
    """``marks``: the group's tags as the lease found them. What cannot be opened is said, and listens to nothing."""
    call, guards = operation.fleet.call, Guards(operation.name, context.warn)
    told = Listeners(Reporter(operation.name, call, context))
    told.course = guards.course(lambda: keeper_of(operation, rollout, context), None)
    told.people = guards.people(lambda: announcer_of(operation, context, words, marks), None)
    told.telemetry = guards.telemetry(lambda: _recording(operation), None)
    if told.course is not None or told.telemetry is not None:
        from pulumi_rolling.report.course.points import Reader

        told.reader = Reader(limits, call, operation.clock.now)
    return Audience(told, guards)


def _recording(operation: Operation) -> Recording | None:
    """None where the environment wants nothing. Raises where OpenTelemetry is not there."""
    wanted = wanted_in(os.environ)
    if not wanted:
        return None
    # Loads OpenTelemetry's SDK.
    from pulumi_rolling.telemetry.providers import providers_of
    from pulumi_rolling.telemetry.recording import recording

    return recording(providers_of(wanted), operation.name, operation.clock.now, os.environ)
