"""`pulumi up`, and the way back where it fails: the steps in order, and what is said on the way."""

from __future__ import annotations

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
from pulumi_rolling.stack.last_good import Standing, last_good, named
from pulumi_rolling.stack.report import report, way_text
from pulumi_rolling.stack.returning import Return
from pulumi_rolling.stack.scratch import opened
from pulumi_rolling.stack.way_back import Ended, Facts, Next

GO_ON = "rolling rollback"
OPEN = f"To return it: {GO_ON}"


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
        before = self.state()
        try:
            good = last_good(self.pulumi, self.kept, self.file, before)
        except StackError as error:
            good = None
            self.terminal.say(f"{error.message}, so a failure cannot be returned from")
        if good is not None:
            self.kept.save(good, self.most)
            self.kept.begin(good, before.since)
        code = self.pulumi.ran("up", *arguments)
        try:
            return self._after(code, before, good)
        except (StackError, KeyboardInterrupt) as error:
            self.terminal.say(
                f"{str(error) or 'Interrupted.'}\nWhether the stack must return is not known. {OPEN}"
            )
            return ExitCode.PARTLY_RETURNED if code else code

    def _after(self, code: int, before: Standing, good: Copy | None) -> int:
        now = self.state()
        # To compare takes a scratch stack where there are secrets, so a success is not asked about.
        changed = code != 0 and self._changed(before.export, now.export)
        ended = _ended(before.newest, now.newest)
        match way_back.next_of(Facts(code, ended, changed, good is not None)):
            case Next.NOTHING:
                if ended is Ended.SUCCEEDED and now.newest is not None:
                    self.kept.save(self._copy(now.export, now.newest), self.most)
                    self.kept.end()
                elif good is None or good.export == before.export:
                    self.kept.end()
                else:
                    self.terminal.say(f"The stack is still not as {good.title} left it. {OPEN}")
                return code
            case Next.NO_GOOD:
                self.terminal.say(
                    "The update failed and there is nothing to return to: what it has done stays."
                )
                return ExitCode.NOTHING_TO_RETURN_TO
            case Next.RETURN:
                assert good is not None
                return self.back(good, now.since)

    def named(self, to: str) -> tuple[Copy, str]:
        """The deployment that a return by hand goes to, and since when nothing has come to its end."""
        now = self.state()
        return named(self.pulumi, self.kept, self.file, now, to), now.since

    def back(self, to: Copy, since: str, dry_run: bool = False) -> int:
        """Return the stack to a kept deployment, or only tell how."""
        try:
            journey = Return(self.pulumi, to, self.kept, since)
            way = journey.found()
            self.terminal.say(way_text(to, way))
            if dry_run:
                return ExitCode.SUCCEEDED
            if not self.terminal.wants(f"Return to {to.title}?"):
                self.terminal.say(f"The stack stays as the failed update left it. To return later: {GO_ON}")
                return ExitCode.NOTHING_TO_RETURN_TO
            outcome = journey.go(way)
        except (StackError, KeyboardInterrupt) as error:
            self.terminal.say(
                f"{str(error) or 'Interrupted.'}\nThe stack has not returned to {to.title}. {OPEN}"
            )
            return ExitCode.PARTLY_RETURNED
        self.terminal.say(report(to, outcome, GO_ON))
        return ExitCode.RETURNED if outcome.in_whole else ExitCode.PARTLY_RETURNED

    def state(self) -> Standing:
        """The state and the newest entry of history, asked side by side."""
        with ThreadPoolExecutor(2) as both:
            export = both.submit(self.pulumi.asked, "stack", "export")
            newest = both.submit(history.newest, self.pulumi)
            return Standing(export.result(), newest.result())

    def _changed(self, before: str, after: str) -> bool:
        if before == after:
            return False
        former = opened(self.pulumi, before) if parsed(before).entries else None
        return way_back.is_changed(former, parsed(self.pulumi.asked("stack", "export", "--show-secrets")))

    def _copy(self, export: str, update: Update) -> Copy:
        text = configuration.text_of(self.file)
        return Copy(update.started, update.message, update.commit, export, text)


def _ended(before: Update | None, newest: Update | None) -> Ended:
    """How ours ended. A killed `pulumi` writes no entry, and one that never began writes none either."""
    if newest is None or (before is not None and newest.started == before.started):
        return Ended.UNKNOWN
    return Ended.SUCCEEDED if newest.succeeded else Ended.FAILED
