"""`pulumi up`, and the way back where it fails: the steps in order, and what is said on the way."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from pulumi_rolling.errors import StackError
from pulumi_rolling.stack import configuration, history, way_back
from pulumi_rolling.stack.command import Pulumi
from pulumi_rolling.stack.deployment import parsed
from pulumi_rolling.stack.exit_codes import ExitCode
from pulumi_rolling.stack.history import Update
from pulumi_rolling.stack.kept import COPIES, Copy, Kept
from pulumi_rolling.stack.report import report, way_text
from pulumi_rolling.stack.returning import Return
from pulumi_rolling.stack.scratch import opened
from pulumi_rolling.stack.way_back import Ended, Facts, Next

GO_ON = "rolling rollback"
NO_GOOD = "no earlier deployment of this stack is known to be good, so a failure cannot be returned from"


@dataclass(frozen=True)
class Terminal:
    """`say` tells a line. `wants`: whether the stack shall return, asked after its way was told."""

    say: Callable[[str], None]
    wants: Callable[[str], bool]


@dataclass(frozen=True)
class Journey:
    """One stack, its configuration file, and where copies of its good deployments are kept."""

    pulumi: Pulumi
    file: Path
    kept: Kept
    terminal: Terminal
    most: int = COPIES

    def up(self, arguments: Sequence[str]) -> int:
        """Deploy; the exit code is one of ours, or Pulumi's own where nothing has to return."""
        before, update = self._state()
        good = self._good(before, update)
        if good is None:
            self.terminal.say(NO_GOOD)
        else:
            self.kept.save(good, self.most)
            self.kept.begin(good)
        code = self.pulumi.ran("up", *arguments)
        after, newest = self._state()
        # To compare takes a scratch stack where there are secrets, so a success is not asked about.
        changed = code != 0 and self._changed(before, after)
        facts = Facts(code, _ended(update, newest), changed, good is not None)
        match way_back.next_of(facts):
            case Next.NOTHING:
                self.kept.end()
                if code == 0 and newest is not None:
                    self.kept.save(self._copy(after, newest, configuration.text_of(self.file)), self.most)
                return code
            case Next.NO_GOOD:
                self.terminal.say(
                    "The update failed and there is nothing to return to: what it has done stays."
                )
                return ExitCode.NOTHING_TO_RETURN_TO
            case Next.RETURN:
                assert good is not None
                return self.back(good)

    def back(self, to: Copy, dry_run: bool = False) -> int:
        """Return the stack to a kept deployment, or only tell how."""
        try:
            journey = Return(self.pulumi, to, self.kept)
            way = journey.found()
            self.terminal.say(way_text(to, way))
            if dry_run:
                return ExitCode.SUCCEEDED
            if not self.terminal.wants(f"Return to {to.title}?"):
                self.kept.end()
                self.terminal.say(f"The stack stays as the failed update left it. To return later: {GO_ON}")
                return ExitCode.NOTHING_TO_RETURN_TO
            outcome = journey.go(way)
        except StackError as error:
            self.terminal.say(f"{error}\nThe stack has not returned to {to.title}. To go on: {GO_ON}")
            return ExitCode.PARTLY_RETURNED
        self.terminal.say(report(to, outcome, GO_ON))
        return ExitCode.RETURNED if outcome.in_whole else ExitCode.PARTLY_RETURNED

    def _state(self) -> tuple[str, Update | None]:
        with ThreadPoolExecutor(2) as both:
            export = both.submit(self.pulumi.asked, "stack", "export")
            newest = both.submit(history.newest, self.pulumi)
            return export.result(), newest.result()

    def _good(self, before: str, update: Update | None) -> Copy | None:
        """The state before, where the newest update succeeded and left it.

        Otherwise what an interrupted journey was to return to, or else the newest copy that is kept.
        """
        state, copies = parsed(before), self.kept.all()
        if update is None or not state.entries:
            return None
        if not update.succeeded or state.pending or not update.is_of(state.written_at):
            return self.kept.begun() or next(iter(copies), None)
        kept = next((copy for copy in copies if copy.started == update.started), None)
        if kept is not None:
            return self._copy(before, update, kept.configuration)
        with tempfile.TemporaryDirectory(prefix="rolling-") as name:
            return self._copy(before, update, configuration.as_of(self.pulumi, update, self.file, Path(name)))

    def _changed(self, before: str, after: str) -> bool:
        if before == after:
            return False
        former = opened(self.pulumi, before) if parsed(before).entries else None
        return way_back.is_changed(former, parsed(self.pulumi.asked("stack", "export", "--show-secrets")))

    def _copy(self, export: str, update: Update, text: str | None) -> Copy:
        return Copy(update.started, update.message, update.commit, export, text)


def _ended(before: Update | None, newest: Update | None) -> Ended:
    """How ours ended. A killed `pulumi` writes no entry, and one that never began writes none either."""
    if newest is None or (before is not None and newest.started == before.started):
        return Ended.UNKNOWN
    return Ended.SUCCEEDED if newest.succeeded else Ended.FAILED
