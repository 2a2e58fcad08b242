"""`up` for programs that drive Pulumi by its Automation API: the same journey, with the SDK's own `Stack.up` in it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pulumi.automation import Stack, UpResult
from pulumi.automation.errors import CommandError
from pulumi.automation.events import EngineEvent

from pulumi_rolling.automation.rolls import Rolls
from pulumi_rolling.errors import StackError
from pulumi_rolling.stack.command import Pulumi
from pulumi_rolling.stack.configuration import file_of
from pulumi_rolling.stack.event_log import Begun, Event, Message, Phase, Step
from pulumi_rolling.stack.journey import Journey, Terminal
from pulumi_rolling.stack.kept import COPIES, Kept
from pulumi_rolling.stack.naming import found
from pulumi_rolling.stack.outcome import Report
from pulumi_rolling.stack.report_text import report_text
from pulumi_rolling.stack.stage import Before, Staged


class UpdateFailedError(StackError):
    """An update that changed something has failed. `report` says what has returned; its cause is Pulumi's error."""

    def __init__(self, report: Report) -> None:
        super().__init__(report_text(report))
        self.report = report


def up(
    stack: Stack,
    *,
    keep_at: str = "",
    returns: bool = True,
    whole: bool = False,
    **options: Any,
) -> UpResult:
    """Deploy as `stack.up(**options)` does; where that fails after it changed something, the stack returns.

    `keep_at`: where copies of good deployments stand, a folder or a bucket's URL; by default the workspace's folder.
    That of an inline program is a temporary one, so give another there. `returns`: whether a failed update is returned
    from. `whole`: refuse a return that would leave anything as the failed update made it. What the return says goes to
    `on_output`, too.
    Raises UpdateFailedError with the report, and Pulumi's own CommandError where nothing was changed.
    """
    workspace = stack.workspace
    folder = Path(workspace.work_dir)
    say = options.get("on_output") or (lambda _line: None)
    home = {"PULUMI_HOME": workspace.pulumi_home} if workspace.pulumi_home else {}
    pulumi, name = found(
        Pulumi(
            folder,
            stack.name,
            {**home, **workspace.env_vars},
            lines=say,
            program=workspace.pulumi_command.command,
        )
    )
    journey = Journey(
        pulumi,
        file_of(folder, stack.name, options.get("config_file") or ""),
        Kept(folder, name, keep_at),
        Terminal(say, lambda _asked: True),
        Rolls(),
        COPIES,
        whole,
        returns,
    )
    deployed = _Deployed(stack, options)
    arrived = journey.up(deployed)
    if deployed.result is not None:
        return deployed.result
    assert deployed.error is not None
    if arrived.report is None:
        raise deployed.error
    raise UpdateFailedError(arrived.report) from deployed.error


@dataclass
class _Deployed:
    """The update by the SDK, and what came of it."""

    stack: Stack
    options: dict[str, Any]
    result: UpResult | None = None
    error: CommandError | None = None
    events: list[Event] = field(default_factory=list)

    def __call__(self, _before: Before) -> Staged:
        theirs: Callable[[EngineEvent], Any] | None = self.options.get("on_event")

        def heard(event: EngineEvent) -> None:
            self.events += _told(event)
            if theirs is not None:
                theirs(event)

        began = time.monotonic()
        try:
            self.result = self.stack.up(**{**self.options, "on_event": heard})
        except CommandError as error:
            self.error = error
        return Staged(int(self.error is not None), tuple(self.events), time.monotonic() - began)


def _told(event: EngineEvent) -> list[Event]:
    """What a report needs of an update: that it began, its errors, and the operations that failed."""
    found: list[Event] = []
    if event.prelude_event is not None:
        found.append(Begun(event.prelude_event.config))
    if (said := event.diagnostic_event) is not None:
        found.append(Message(said.urn or "", said.severity, said.message, bool(said.ephemeral)))
    if (failed := event.res_op_failed_event) is not None:
        found.append(Step(Phase.FAILED, failed.metadata.op.value, failed.metadata.urn, None, None))
    return found
