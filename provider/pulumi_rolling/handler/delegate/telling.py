"""How a delegated rollout is told: its plan, what a drive that ended too early left, and its end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi_rolling.core.delegate.delegating import DelegateDecision, Delegating, Whose
from pulumi_rolling.core.explain import verdict_sentence
from pulumi_rolling.core.model.verdict import Verdict
from pulumi_rolling.core.shared.ended import is_let_be
from pulumi_rolling.errors import RollbackFailedError, RolloutError
from pulumi_rolling.handler.delegate.preview import preview_of
from pulumi_rolling.handler.delegate.situation import Situation
from pulumi_rolling.handler.endings import GOES_ON, LET_BE, advice_of, again, error_class, not_returned
from pulumi_rolling.handler.words import Words
from pulumi_rolling.report.preview import Preview
from pulumi_rolling.report.wording import instances


class DelegateTelling:
    def preview(self, situation: Situation, notes: tuple[str, ...]) -> Preview:
        return preview_of(situation, notes)

    def interrupted(self, group: str, rollout: Delegating, *, given_back: bool) -> str:
        told = f"Group {group} was on the way to {rollout.target}"
        operation = _operation(rollout)
        if operation and rollout.paused_by_us == operation and not given_back:
            told += f"; operation {operation} stands still by our pause"
        elif operation:
            told += f"; operation {operation} goes on without us"
        if given_back:
            return told
        return f"{told}{GOES_ON}"

    def failure(self, decision: DelegateDecision, words: Words) -> RolloutError:
        rollout = decision.next
        verdict = rollout.verdict or rollout.back_failed
        if verdict is None:
            raise ValueError("the rollout did not fail")
        if rollout.back_failed is not None:
            return _not_returned(rollout, rollout.back_failed, words)
        returned = decision.outcome is not None and bool(decision.outcome.returned)
        end = f"is back on {rollout.goal.came_from}" if returned else _left(rollout, verdict)
        refused = rollout.way.service_refused.rstrip(".") if returned else ""
        beside = f" The service did not return it itself: {refused}." if refused else ""
        return error_class(verdict)(
            f"{verdict_sentence(verdict)}. Group {words.group} {end}.{beside}",
            returned=returned,
            hint=again(advice_of(verdict, rollout.goal.to, words)),
        )

    def left_as_they_are(self, rollout: Delegating) -> str:
        left = rollout.left_old
        if not left:
            return ""
        return (
            f"the last checkpoint ended the rollout, as the policy has it: {instances(left)} "
            f"{'is' if left == 1 else 'are'} not of {rollout.goal.to}; the next update replaces them"
        )

    def set_apart(self, rollout: Delegating, fleet: Any) -> str:
        """Nothing: the service terminates what it replaces."""
        return ""

    def kept(self, rollout: Delegating) -> dict[str, Any]:
        """Nothing: the service keeps the sizes."""
        return {}

    def outputs(self, rollout: Delegating, olds: Mapping[str, Any]) -> dict[str, Any]:
        """The service tells nothing of boots, so those of the rollout before are handed on."""
        way, boots = rollout.way, (olds.get("lastRollout") or {}).get("boots")
        operation = _operation(rollout)
        # Of one that others began and that was over when we came, nobody knows how many it replaced.
        unknown = way.whose is Whose.STRANGERS and not way.total
        told = {
            "operation": operation or None,
            "replaced": None if unknown else way.total,
            "lowestInService": rollout.lowest,
            "boots": boots,
        }
        return {key: value for key, value in told.items() if value is not None}


def _operation(rollout: Delegating) -> str:
    """The id of what this way follows, or else of what was begun before it."""
    return rollout.way.operation or (rollout.earlier.operation if rollout.earlier is not None else "")


def _left(rollout: Delegating, verdict: Verdict) -> str:
    """What is true of a group that nobody returned."""
    if verdict.code in LET_BE:
        return f"was let be: {LET_BE[verdict.code]}"
    return f"was left as it is: what was replaced stays on {rollout.goal.to}"


def _not_returned(rollout: Delegating, back_failed: Verdict, words: Words) -> RollbackFailedError:
    back = verdict_sentence(back_failed)
    first = "" if rollout.verdict is None else f"{verdict_sentence(rollout.verdict)}; then "
    if rollout.verdict is None or rollout.gives_up:
        told = f"{first}what was begun did not come to rest: {back}. Group {words.group} may be mixed."
    elif is_let_be(back_failed):
        whither = f"on the way back to {rollout.goal.came_from}"
        told = f"{first}{whither} {back}. Group {words.group} is mixed and was let be."
    else:
        told = f"{first}the way back to {rollout.goal.came_from} failed as well: {back}. Group {words.group} is mixed."
    return not_returned(told, back_failed, rollout.target, words)
