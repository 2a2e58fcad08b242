"""Listeners to the decisions of one drive: the row, people elsewhere. One that fails is no other's loss."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pulumi_rolling.core.explain import asked_line, status_line
from pulumi_rolling.core.model.codes import ReasonCode
from pulumi_rolling.core.model.decision import Decision
from pulumi_rolling.errors import LeaseHeldError, LeaseLostError, RollingError
from pulumi_rolling.handler.announcing import Announcer, announcer_of
from pulumi_rolling.handler.context import Context
from pulumi_rolling.handler.operation import Operation
from pulumi_rolling.handler.words import Words


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
    announcer: Announcer | None = None

    def __call__(self, before: Any, decision: Decision[Any, Any]) -> None:
        for hear in (self.reporter, self.announcer):
            if hear is None:
                continue
            try:
                hear(before, decision)
            except Exception:  # noqa: BLE001 - a listener may fail in any way; the group goes first
                continue

    def marks(self, decision: Decision[Any, Any]) -> Mapping[str, str]:
        """Tags that have to stand before the decision is heard."""
        return {} if self.announcer is None else self.announcer.marks(decision)

    def __enter__(self) -> Audience:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: Any) -> None:
        if error is not None and not isinstance(error, Exception):
            # The process is on its way out, and waits for nobody.
            return
        elsewhere = isinstance(error, LeaseHeldError | LeaseLostError)
        stopped = error if isinstance(error, RollingError) and not elsewhere else None
        if self.announcer is not None:
            try:
                self.announcer.close(stopped)
            except Exception:  # noqa: BLE001 - as above
                return


def audience_of(operation: Operation, context: Context, words: Words, marks: Mapping[str, str]) -> Audience:
    """``marks``: the group's tags as the lease found them."""
    reporter = Reporter(operation.name, operation.fleet.call, context)
    return Audience(reporter, announcer_of(operation, context, words, marks))
