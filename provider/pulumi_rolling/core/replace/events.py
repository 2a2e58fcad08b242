"""CloudFormation's own event texts, as a fold over decisions: users find them by search, so they are literal.

The texts are those of live stacks, as their events were published. Where ids are not known yet, or
are to be hidden, ``name`` turns a tuple of ids into what stands between the brackets.
"""

from __future__ import annotations

from collections.abc import Callable

from pulumi_rolling.core.model.codes import FailureReason, Step, VerdictCode
from pulumi_rolling.core.model.durations import iso
from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.core.model.verdict import Failure, Verdict
from pulumi_rolling.core.replace.actions import Resize, Terminate, spread
from pulumi_rolling.core.replace.limits import Limits
from pulumi_rolling.core.replace.rollout import Decided, Rollout
from pulumi_rolling.core.replace.sizing import progress

Names = Callable[[tuple[str, ...]], str]


def by_id(ids: tuple[str, ...]) -> str:
    return ", ".join(ids)


def masked(ids: tuple[str, ...]) -> str:
    """How instances are written whose ids are not known yet."""
    return f"{{{len(ids)} instance{'s' if len(ids) != 1 else ''}}}"


class EventTexts:
    """Feed it each decision with the rollout before it; it answers with the texts that this look brought."""

    def __init__(self, limits: Limits, name: Names = by_id) -> None:
        self._limits = limits
        self._name = name
        self._gone: list[str] = []
        self._done = 0
        self._due = 0
        self._arrived = 0

    def fold(self, before: Rollout, decision: Decided) -> list[str]:
        after = decision.next
        limits = self._limits.back() if before.direction is Direction.BACK else self._limits
        texts = self._terminated(before, after)
        texts += self._added(limits, after.ours.seen_new - before.ours.seen_new)
        texts += self._signals(limits, before, after)
        texts += self._verdict(limits, before, after)
        if before.step is Step.PREPARE and after.step is not Step.PREPARE and after.way.total:
            texts.append(self._initiated(limits, after))
        for action in decision.actions:
            if (
                isinstance(action, Resize)
                and action.desired is not None
                and action.desired > before.ours.desired
            ):
                texts.append(
                    f"Temporarily setting autoscaling group MinSize and DesiredCapacity to {action.desired}."
                )
        kills = [a for a in spread(decision.actions) if isinstance(a, Terminate)]
        if kills:
            ids = self._name(tuple(k.member for k in kills))
            again = sum(k.relaunch for k in kills)
            texts.append(f"Terminating instance(s) [{ids}]; replacing with {again} new instance(s).")
        self._due += max(0, after.ours.launched - before.ours.launched)
        return texts

    def _initiated(self, limits: Limits, rollout: Rollout) -> str:
        self._done = 0
        keeping = f", while keeping at least {limits.floor} instance(s) in service" if limits.floor else ""
        if limits.signals:
            waiting = (
                f" Waiting on resource signals with a timeout of {iso(limits.pause)} "
                "when new instances are added to the autoscaling group."
            )
        elif limits.pause:
            waiting = (
                f" Pausing for {iso(limits.pause)} when new instances are added to the autoscaling group."
            )
        else:
            waiting = ""
        return (
            f"Rolling update initiated. Terminating {rollout.way.total} obsolete instance(s) "
            f"in batches of {rollout.way.batch}{keeping}.{waiting}"
        )

    def _added(self, limits: Limits, arrived: int) -> list[str]:
        """One text a round, once all of its launches have appeared."""
        self._arrived += arrived
        if not self._due or self._arrived < self._due:
            return []
        count, self._due, self._arrived = self._due, 0, 0
        if limits.signals:
            waiting = f"Waiting on {count} resource signal(s) with a timeout of {iso(limits.pause)}."
        elif limits.pause:
            waiting = f"Pausing for {iso(limits.pause)}."
        else:
            return []
        return [f"New instance(s) added to autoscaling group - {waiting}"]

    def _signals(self, limits: Limits, before: Rollout, after: Rollout) -> list[str]:
        if not limits.signals or before.direction is not after.direction:
            return []
        good = [
            f"Received SUCCESS signal with UniqueId {self._name((i,))}"
            for i in sorted(after.way.succeeded - before.way.succeeded)
        ]
        bad = [
            f"Received FAILURE signal with UniqueId {self._name((f.id,))}"
            for f in _fresh(before, after)
            if f.reason is FailureReason.FAILURE_SIGNAL
        ]
        late = sum(f.reason is FailureReason.SIGNAL_TIMEOUT for f in _fresh(before, after))
        if late:
            bad.append(
                f"Failed to receive {late} resource signal(s) for the current batch.  "
                "Each resource signal timeout is counted as a FAILURE."
            )
        return good + bad

    def _terminated(self, before: Rollout, after: Rollout) -> list[str]:
        waiting = {i.action.member for i in after.ours.issued if isinstance(i.action, Terminate)}
        was = [i.action.member for i in before.ours.issued if isinstance(i.action, Terminate)]
        self._gone += [member for member in was if member not in waiting]
        if not self._gone or any(member in waiting for member in was):
            return []
        self._done = min(before.way.total, self._done + len(self._gone))
        ids, self._gone = tuple(self._gone), []
        percent = progress(self._done, before.way.total)
        return [f"Successfully terminated instance(s) [{self._name(ids)}] (Progress {percent}%)."]

    def _verdict(self, limits: Limits, before: Rollout, after: Rollout) -> list[str]:
        verdict: Verdict | None = None
        if after.verdict is not before.verdict:
            verdict = after.verdict
        elif after.back_failed is not before.back_failed:
            verdict = after.back_failed
        if verdict is None or verdict.code is not VerdictCode.TOO_MANY_FAILURES:
            return []
        percent = limits.need_percent if limits.signals else limits.active_percent or 0
        explicit = any(f.reason is FailureReason.FAILURE_SIGNAL for f in verdict.failures)
        count, word = (
            (verdict.failed, "FAILURE") if explicit else (max(0, len(before.way.succeeded)), "SUCCESS")
        )
        return [
            f"Received {count} {word} signal(s) out of {verdict.of}.  "
            f"Unable to satisfy {percent:g}% MinSuccessfulInstancesPercent requirement"
        ]


def _fresh(before: Rollout, after: Rollout) -> tuple[Failure, ...]:
    known = {f.id for f in before.way.failed}
    return tuple(f for f in after.way.failed if f.id not in known)
