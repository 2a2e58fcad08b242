"""Listeners to a drive's decisions: row, course, people elsewhere, telemetry. One that fails is no other's loss.

Course and telemetry are given the same point of each decision.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pulumi_rolling.core.explain import asked_line, status_line, verdict_sentence
from pulumi_rolling.core.model.codes import ReasonCode
from pulumi_rolling.core.model.decision import Decision
from pulumi_rolling.errors import LeaseHeldError, LeaseLostError, RollingError
from pulumi_rolling.handler.announcing import Announcer, announcer_of
from pulumi_rolling.handler.context import Context
from pulumi_rolling.handler.course import Coursing
from pulumi_rolling.handler.operation import Operation
from pulumi_rolling.handler.words import Words
from pulumi_rolling.telemetry.wanted import wanted_in

if TYPE_CHECKING:
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
class Audience:
    reporter: Reporter
    course: Coursing
    announcer: Announcer | None = None
    recording: Recording | None = None
    reader: Reader | None = None
    """None where nobody wants points."""
    _last: Decision[Any, Any] | None = None

    def __call__(self, before: Any, decision: Decision[Any, Any]) -> None:
        self._last = decision
        for hear in (self.reporter, self._tell_point, self.announcer):
            if hear is None:
                continue
            try:
                hear(before, decision)
            except Exception:  # noqa: BLE001 - a listener may fail in any way; the group goes first
                continue

    def _tell_point(self, before: Any, decision: Decision[Any, Any]) -> None:
        if self.reader is None:
            return
        try:
            point = self.reader.read(before, decision)
        except Exception as error:  # noqa: BLE001 - as above
            if self.course.is_kept:
                self.course.stop(error)
            return
        self.course.take(point)
        if self.recording is not None:
            self.recording.hear(point, decision.next)

    def marks(self, decision: Decision[Any, Any]) -> Mapping[str, str]:
        """Tags that have to stand before the decision is heard."""
        return {} if self.announcer is None else self.announcer.marks(decision)

    def __enter__(self) -> Audience:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: Any) -> None:
        if error is not None and not isinstance(error, Exception):
            # The process is on its way out, and waits for nobody.
            return
        self.course.close()
        for close in (self._close_announcer, self._close_recording):
            try:
                close(error)
            except Exception:  # noqa: BLE001 - as above
                continue

    def _close_announcer(self, error: BaseException | None) -> None:
        if self.announcer is not None:
            elsewhere = isinstance(error, LeaseHeldError | LeaseLostError)
            self.announcer.close(error if isinstance(error, RollingError) and not elsewhere else None)

    def _close_recording(self, error: BaseException | None) -> None:
        last = self._last
        if self.recording is None or last is None:
            return
        # A recording has loaded it.
        from pulumi_rolling.report.course.point import End, end_of

        end = end_of(last)
        if error is not None or last.outcome is None:
            self.recording.close("stopped", str(error or ""))
        elif end is None:
            self.recording.close("handedOver", "")
        elif end is End.SUCCEEDED:
            self.recording.close("succeeded", "")
        else:
            verdict = last.next.back_failed or last.next.verdict
            returned = "returned" if end is End.RETURNED else "failed"
            self.recording.close(returned, "" if verdict is None else verdict_sentence(verdict))


def audience_of(
    operation: Operation,
    limits: Any,
    context: Context,
    words: Words,
    marks: Mapping[str, str],
    course: Coursing,
) -> Audience:
    """``marks``: the group's tags as the lease found them."""
    call = operation.fleet.call
    reporter = Reporter(operation.name, call, context)
    announcer, recording = announcer_of(operation, context, words, marks), _recording(operation, context)
    reader = None
    if course.is_kept or recording is not None:
        from pulumi_rolling.report.course.points import Reader

        reader = Reader(limits, call, operation.clock.now)
    return Audience(reporter, course, announcer, recording, reader)


def _recording(operation: Operation, context: Context) -> Recording | None:
    """None where the environment wants nothing, or where OpenTelemetry is not there, which is said."""
    wanted = wanted_in(os.environ)
    if not wanted:
        return None
    # Loads OpenTelemetry's SDK.
    from pulumi_rolling.telemetry.providers import providers_of
    from pulumi_rolling.telemetry.recording import recording

    try:
        providers = providers_of(wanted)
    except RollingError as error:
        context.warn(f"no telemetry of {operation.name}: {error}")
        return None
    return recording(providers, operation.name, operation.clock.now, os.environ)
