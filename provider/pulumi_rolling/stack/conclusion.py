"""The report of a journey, made of what its steps have found. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from pulumi_rolling.stack.compared import Difference
from pulumi_rolling.stack.deployment import Deployment
from pulumi_rolling.stack.exit_codes import ExitCode
from pulumi_rolling.stack.foresight import unpinned
from pulumi_rolling.stack.kept import Copy
from pulumi_rolling.stack.outcome import Report, Took, changed_outputs, failures_of, orphans_in, returned_by
from pulumi_rolling.stack.returning import Outcome
from pulumi_rolling.stack.stage import Staged
from pulumi_rolling.stack.wish import Why

GO_ON = "rolling rollback"


@dataclass(frozen=True)
class Failed:
    """A failed update. `state`: as it left the stack, with readable secrets."""

    staged: Staged
    state: Deployment

    def report(self, stack: str) -> Report:
        """What is true of the update alone."""
        return Report(
            ExitCode.NOTHING_TO_RETURN_TO,
            stack,
            failures=failures_of(self.staged.events),
            took=Took(deploy=self.staged.seconds),
            orphans=orphans_in(self.state),
        )


@dataclass(frozen=True)
class Return:
    """Of which stack to which deployment. `failed`: the update before it, none where the return is by hand.

    `go_on`: the command that goes on.
    """

    stack: str
    to: Copy
    failed: Failed | None = None
    go_on: str = GO_ON

    def stopped(self, why: str) -> Report:
        """The report where the return did not begin or did not come to its end."""
        return self._told(ExitCode.PARTLY_RETURNED, stopped=why, go_on=self.go_on)

    def declined(self) -> Report:
        return self._told(ExitCode.NOTHING_TO_RETURN_TO, go_on=self.go_on)

    def made(self, outcome: Outcome, good: Deployment, environments: tuple[str, ...]) -> Report:
        """The report of a return that was carried out."""
        whole = ExitCode.RETURNED if self.failed is not None else ExitCode.SUCCEEDED
        result = whole if outcome.in_whole else ExitCode.PARTLY_RETURNED
        revival, staged = outcome.way.revival, outcome.staged
        before = self.failed.state if self.failed is not None else outcome.way.script.now
        return self._told(
            result,
            back=staged.seconds,
            returned=returned_by(staged.events, revival.revived),
            back_failures=failures_of(staged.events) if staged.code else (),
            left=outcome.left,
            open=outcome.open,
            unrevived=tuple((each.urn, each.sentence) for each in revival.refused),
            outputs=changed_outputs(good, before),
            environments=unpinned(environments),
            backup=outcome.backup,
            go_on="" if _is_final(outcome) else self.go_on,
        )

    def _told(self, result: ExitCode, back: float | None = None, **found: Any) -> Report:
        failed = self.failed.report(self.stack) if self.failed is not None else Report(result, self.stack)
        took = Took(failed.took.deploy, back)
        return replace(failed, result=result, to=self.to, took=took, **found)


def _is_final(outcome: Outcome) -> bool:
    """Whether another return would find nothing to do: what was made again has a new id for good."""
    lost = {each.urn for each in outcome.left if each.why is Why.GONE}
    lost |= {each.urn for each in outcome.open if each.difference is Difference.NEW_ID}
    left = {each.urn for each in outcome.left if not each.returned}
    return not outcome.staged.code and not (left | {each.urn for each in outcome.open}) - lost
