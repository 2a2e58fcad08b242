"""An update, and the way back where it fails: the steps in order, and what is said on the way."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from pulumi_rolling.errors import StackError, StackStateError
from pulumi_rolling.stack import configuration, history, way_back
from pulumi_rolling.stack.command import Pulumi
from pulumi_rolling.stack.conclusion import GO_ON, Failed
from pulumi_rolling.stack.conclusion import Return as Told
from pulumi_rolling.stack.deployment import Deployment, parsed
from pulumi_rolling.stack.exit_codes import ExitCode
from pulumi_rolling.stack.exports import recorded
from pulumi_rolling.stack.history import Update
from pulumi_rolling.stack.hook_call import Rolls
from pulumi_rolling.stack.kept import COPIES, Copy, Kept
from pulumi_rolling.stack.last_good import Standing, last_good, named, still_good
from pulumi_rolling.stack.outcome import Report
from pulumi_rolling.stack.returning import Destination, Return, Way
from pulumi_rolling.stack.scratch import opened
from pulumi_rolling.stack.stage import Before, Deploy, Staged
from pulumi_rolling.stack.way_back import Ended, Facts, Next
from pulumi_rolling.stack.way_text import way_text

INTERRUPTED = "it was interrupted"


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

    `rolls` answers hooks of groups whose update policy is an attribute. `whole`: a return that would leave anything as
    the failed update made it is refused. `returns`: whether a failed update is returned from at all. `go_on`: the
    command that goes on from a return that was not whole.
    """

    pulumi: Pulumi
    file: Path
    kept: Kept
    terminal: Terminal
    rolls: Rolls
    most: int = COPIES
    whole: bool = False
    returns: bool = True
    go_on: str = GO_ON

    def up(self, deploy: Deploy) -> Arrived:
        """Deploy, and return where that has failed after it changed something."""
        before = self._state()
        good, why = self._good(before)
        if good is None:
            self.terminal.say(f"{why}, so a failure cannot be returned from")
        else:
            self.kept.save(good, self.most)
            self.kept.begin(good, before.since)
        is_other = good is not None and good.export != before.export
        known = parsed(good.export) if good is not None and is_other else None
        ended = deploy(Before(known, good is not None))
        try:
            return self._after(ended, before, good, why)
        except (StackError, KeyboardInterrupt) as error:
            # The update has ended, and what follows from it is not known.
            self.terminal.say(f"{str(error) or INTERRUPTED}. {self._open}")
            return Arrived(ExitCode.PARTLY_RETURNED if ended.code else ended.code)

    def _good(self, before: Standing) -> tuple[Copy | None, str]:
        """The last good deployment, or why none is known."""
        try:
            return last_good(self.pulumi, self.kept, self.file, before), ""
        except StackError as error:
            return None, error.message

    def _after(self, ended: Staged, before: Standing, good: Copy | None, why: str) -> Arrived:
        now = self._state()
        # To read both takes a scratch stack where there are secrets, so a success is not asked about.
        seen = self._compared(before, now) if ended.code else None
        how = _ended(before.newest, now.newest)
        facts = Facts(ended.code, how, seen is not None, good is not None, ended.begun)
        if seen is None or way_back.next_of(facts) is Next.NOTHING:
            if ended.code and not ended.begun:
                self.kept.journal.put_back()
            else:
                self._nothing(how, before, now, good)
            return Arrived(ended.code)
        failed = Failed(ended, seen.now)
        if good is not None:
            good, why = self._still_good(good, before, now)
        if good is None:
            report = replace(failed.report(self._name), stopped=why)
            return Arrived(report.result, report)
        if not self.returns:
            report = Told(self._name, good, failed, self.go_on).declined()
            return Arrived(report.result, report)
        known = seen.former if good.export == before.export else None
        return self.back(Destination(good, now.since, known), failed)

    def _nothing(self, how: Ended, before: Standing, now: Standing, good: Copy | None) -> None:
        """Nothing has to return: the journal ends unless the stack was half of a journey already."""
        if how is Ended.SUCCEEDED and now.newest is not None:
            self._keep(recorded(now.newest, now.export, configuration.text_of(self.file)))
        elif good is not None and good.export != before.export:
            self.terminal.say(f"The stack is still not as {good.title} left it. {self._open}")
            return
        self.kept.journal.end()

    def _still_good(self, good: Copy, before: Standing, now: Standing) -> tuple[Copy | None, str]:
        """What the failure returns to: that of another process, where one has deployed since we looked."""
        try:
            return still_good(self.pulumi, self.kept, self.file, good, before, now), ""
        except StackError as error:
            return None, error.message

    def named(self, to: str) -> Destination:
        """Where a return by hand goes."""
        now = self._state()
        return Destination(named(self.pulumi, self.kept, self.file, now, to), now.since)

    def back(self, destination: Destination, failed: Failed | None = None) -> Arrived:
        """Return the stack to a kept deployment."""
        told = Told(self._name, destination.to, failed, self.go_on)
        try:
            report = self._returned(destination, told)
        except (StackError, KeyboardInterrupt) as error:
            report = told.stopped(str(error) or INTERRUPTED)
        return Arrived(report.result, report)

    def shown(self, destination: Destination) -> None:
        """Tell the way back to a kept deployment, and change nothing. Raises StackError where there is none."""
        self.terminal.say(way_text(destination.to, self._way(self._return(destination))))

    @property
    def _open(self) -> str:
        return f"To return it: {self.go_on}"

    @property
    def _name(self) -> str:
        return self.pulumi.stack

    def _returned(self, destination: Destination, told: Told) -> Report:
        with ThreadPoolExecutor(1) as beside:
            environments = beside.submit(configuration.environments_of, self.pulumi)
            journey = self._return(destination)
            way = self._way(journey)
            self.terminal.say(way_text(destination.to, way))
            if not self.terminal.wants(f"Return to {destination.to.title}?"):
                return told.declined()
            return told.made(journey.go(way), journey.good, environments.result())

    def _return(self, destination: Destination) -> Return:
        to = destination.to
        text = configuration.of_today(self.pulumi, to.configuration, self.file)
        there = replace(destination, to=replace(to, configuration=text))
        return Return(self.pulumi, there, self.kept, self.rolls)

    def _way(self, journey: Return) -> Way:
        way = journey.found()
        left = [each for each in way.script.wish.left if not each.returned]
        if self.whole and left:
            names = "; ".join(f"{each.urn}: {each.sentence}" for each in left)
            raise StackError(f"the return was not begun, since it would not be whole: {names}")
        return way

    def _state(self) -> Standing:
        with ThreadPoolExecutor(2) as both:
            export = both.submit(self.pulumi.asked, "stack", "export")
            newest = both.submit(history.newest, self.pulumi)
            return Standing(export.result(), newest.result())

    def _keep(self, copy: Copy) -> None:
        """Keep the deployment that has just succeeded: that it has is true, whether or not a copy can be written."""
        try:
            self.kept.save(copy, self.most)
        except StackStateError as error:
            self.terminal.say(f"The update succeeded, and no copy of it is kept: {error}")

    def _compared(self, before: Standing, now: Standing) -> Compared | None:
        """The state before and now, where the update has changed it."""
        if before.export == now.export:
            return None
        version = before.newest.version if before.newest is not None else 0
        former = opened(self.pulumi, before.export, version) if parsed(before.export).entries else None
        after = parsed(self.pulumi.asked("stack", "export", "--show-secrets"))
        return Compared(former, after) if way_back.is_changed(former, after) else None


@dataclass(frozen=True)
class Compared:
    """Two states with readable secrets. `former`: None where there was nothing."""

    former: Deployment | None
    now: Deployment


def _ended(before: Update | None, newest: Update | None) -> Ended:
    """How ours ended. A killed `pulumi` writes no entry, and one that never began writes none either."""
    if newest is None or (before is not None and newest.started == before.started):
        return Ended.UNKNOWN
    return Ended.SUCCEEDED if newest.succeeded else Ended.FAILED
