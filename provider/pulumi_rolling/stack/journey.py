"""An update, and the way back where it fails: the steps in order, and what is said on the way."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from pulumi_rolling.errors import StackError, StackStateError
from pulumi_rolling.stack import configuration, history, way_back
from pulumi_rolling.stack.command import Pulumi
from pulumi_rolling.stack.conclusion import GO_ON, Failed
from pulumi_rolling.stack.conclusion import Return as Told
from pulumi_rolling.stack.deployment import parsed
from pulumi_rolling.stack.history import Update
from pulumi_rolling.stack.kept import COPIES, Copy, Kept
from pulumi_rolling.stack.outcome import Report
from pulumi_rolling.stack.returning import Return, Way
from pulumi_rolling.stack.scratch import opened
from pulumi_rolling.stack.stage import Deploy
from pulumi_rolling.stack.way_back import Ended, Facts, Next
from pulumi_rolling.stack.way_text import way_text

NO_GOOD = "no earlier deployment of this stack is known to be good"


@dataclass(frozen=True)
class Terminal:
    """`say` tells a line. `wants`: whether the stack shall return, asked after its way was told."""

    say: Callable[[str], None]
    wants: Callable[[str], bool]


@dataclass(frozen=True)
class Arrived:
    """`code`: Pulumi's own or one of ours. `report`: none where there was nothing to return from."""

    code: int
    report: Report | None = None


@dataclass(frozen=True)
class Journey:
    """One stack, its configuration file, and where copies of its good deployments are kept.

    `whole`: a return that would leave anything as the failed update made it is refused. `returns`: whether a failed
    update is returned from at all. `go_on`: the command that goes on from a return that was not whole.
    """

    pulumi: Pulumi
    file: Path
    kept: Kept
    terminal: Terminal
    most: int = COPIES
    whole: bool = False
    returns: bool = True
    go_on: str = GO_ON

    def up(self, deploy: Deploy) -> Arrived:
        """Deploy, and return where that has failed after it changed something."""
        before, update = self._state()
        good = self._good(before, update)
        if good is None:
            self.terminal.say(f"{NO_GOOD}, so a failure cannot be returned from")
        else:
            self.kept.save(good, self.most)
            self.kept.begin(good)
        ended = deploy(parsed(good.export) if good is not None and good.export != before else None)
        after, newest = self._state()
        # To compare takes a scratch stack where there are secrets, so a success is not asked about.
        changed = ended.code != 0 and self._changed(before, after)
        facts = Facts(ended.code, _ended(update, newest), changed, good is not None)
        following = way_back.next_of(facts)
        if following is Next.NOTHING:
            self.kept.end()
            if ended.code == 0 and newest is not None:
                self._keep(self._copy(after, newest, configuration.text_of(self.file)))
            return Arrived(ended.code)
        failed = Failed(ended, parsed(self.pulumi.asked("stack", "export", "--show-secrets")))
        if good is None:
            report = replace(failed.report(self._name), stopped=NO_GOOD)
            return Arrived(report.result, report)
        if not self.returns:
            report = Told(self._name, good, failed, self.go_on).declined()
            return Arrived(report.result, report)
        return self.back(good, failed)

    def back(self, to: Copy, failed: Failed | None = None) -> Arrived:
        """Return the stack to a kept deployment."""
        told = Told(self._name, to, failed, self.go_on)
        try:
            report = self._returned(to, told)
        except StackError as error:
            report = told.stopped(str(error))
        return Arrived(report.result, report)

    def shown(self, to: Copy) -> None:
        """Tell the way back to a kept deployment, and change nothing. Raises StackError where there is none."""
        self.terminal.say(way_text(to, self._way(Return(self.pulumi, to, self.kept))))

    @property
    def _name(self) -> str:
        return self.pulumi.stack

    def _returned(self, to: Copy, told: Told) -> Report:
        with ThreadPoolExecutor(1) as beside:
            environments = beside.submit(configuration.environments_of, self.pulumi)
            journey = Return(self.pulumi, to, self.kept)
            way = self._way(journey)
            self.terminal.say(way_text(to, way))
            if not self.terminal.wants(f"Return to {to.title}?"):
                self.kept.end()
                return told.declined()
            return told.made(journey.go(way), journey.good, environments.result())

    def _way(self, journey: Return) -> Way:
        way = journey.found()
        left = [each for each in way.script.wish.left if not each.returned]
        if self.whole and left:
            names = "; ".join(f"{each.urn}: {each.sentence}" for each in left)
            raise StackError(f"the return was not begun, since it would not be whole: {names}")
        return way

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

    def _keep(self, copy: Copy) -> None:
        """Keep the deployment that has just succeeded: that it has is true, whether or not a copy can be written."""
        try:
            self.kept.save(copy, self.most)
        except StackStateError as error:
            self.terminal.say(f"The update succeeded, and no copy of it is kept: {error}")

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
