"""How a rollout of the replace machine is told: its plan, what a drive that ended too early left, and its end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi_rolling.core.explain import verdict_sentence
from pulumi_rolling.core.model.verdict import Verdict
from pulumi_rolling.core.replace.rollout import Decided, Rollout
from pulumi_rolling.core.shared.ended import is_let_be
from pulumi_rolling.errors import RollbackFailedError, RolloutError
from pulumi_rolling.fleets.replace import Fleet
from pulumi_rolling.handler.endings import GOES_ON, LET_BE, advice_of, again, error_class, not_returned
from pulumi_rolling.handler.replace.keeping import set_apart
from pulumi_rolling.handler.replace.kept_sizes import kept_of
from pulumi_rolling.handler.replace.preview import preview_of
from pulumi_rolling.handler.replace.situation import Situation
from pulumi_rolling.handler.words import Words
from pulumi_rolling.report.preview import Preview
from pulumi_rolling.report.wording import instances


class ReplaceTelling:
    def preview(self, situation: Situation, notes: tuple[str, ...]) -> Preview:
        return preview_of(situation, notes)

    def interrupted(self, group: str, rollout: Rollout, *, given_back: bool) -> str:
        return interrupted(group, rollout, given_back=given_back)

    def failure(self, decision: Decided, words: Words) -> RolloutError:
        return error_of(decision, words)

    def left_as_they_are(self, rollout: Rollout) -> str:
        return skipped(rollout) if rollout.way.skipped else ""

    def set_apart(self, rollout: Rollout, fleet: Fleet) -> str:
        return set_apart(rollout, fleet.ends)

    def kept(self, rollout: Rollout) -> dict[str, Any]:
        return {**kept_of(rollout)}

    def outputs(self, rollout: Rollout, olds: Mapping[str, Any]) -> dict[str, Any]:
        """A rollout without boots of its own hands on those of the last."""
        boots = rollout.way.boots if rollout.way.boots.n else rollout.prior
        told = {
            "replaced": rollout.way.total,
            "failed": rollout.way.failures,
            "relaunchedByCloud": max(0, rollout.ours.seen_new - rollout.ours.launched),
            "lowestInService": rollout.ours.lowest,
            "boots": {"n": boots.n, "logs": round(boots.logs, 4), "squares": round(boots.squares, 4)},
        }
        named = {"skipped": sorted(rollout.way.skipped), "kept": list(rollout.ours.kept)}
        return {**told, **{key: names for key, names in named.items() if names}}


def error_of(decision: Decided, words: Words) -> RolloutError:
    """The error of a decision whose outcome is not a success."""
    rollout = decision.next
    verdict = rollout.verdict or rollout.back_failed
    if verdict is None:
        raise ValueError("the rollout did not fail")
    kind = error_class(verdict)
    what = verdict_sentence(verdict)
    hint = again(advice_of(verdict, rollout.goal.to, words))
    if decision.outcome is not None and decision.outcome.returned:
        return kind(
            f"{what}. Group {words.group} is back on {rollout.goal.came_from}{_touched(rollout)}; sizes and suspended "
            "processes are as found.",
            returned=True,
            hint=hint,
        )
    if rollout.back_failed is not None:
        return _not_returned(rollout, rollout.back_failed, words)
    unfilled = rollout.way.unfilled
    if unfilled is not None:
        return kind(
            f"{what}. Group {words.group} points at {rollout.goal.came_from} again, but {verdict_sentence(unfilled)}; "
            "sizes and suspended processes are as found.",
            returned=False,
            hint=again(advice_of(unfilled, rollout.target, words)),
        )
    if verdict.code in LET_BE:
        left = f"was let be: {LET_BE[verdict.code]}"
    else:
        left = f"was left as it is: it points at {_pointer(rollout)}, and scaling out uses that"
    return kind(
        f"{what}. Group {words.group} {left}; sizes and suspended processes are as found.",
        returned=False,
        hint=hint,
    )


def _pointer(rollout: Rollout) -> str:
    """Where the group points as it was last seen, after a way that ended with no way back."""
    astray = rollout.way.astray
    return str(rollout.goal.to) if astray is None else astray.pointer


def interrupted(group: str, rollout: Rollout, *, given_back: bool) -> str:
    """What is true of a group whose drive ended before the rollout did, as far as our own acts go."""
    found, ours = rollout.found.sizes, rollout.ours
    least = max((size for size in ours.least if size <= max(ours.desired, found.min)), default=found.min)
    told = f"Group {group} was on the way to {rollout.target}"
    if given_back:
        return f"{told}; MinSize {found.min} and processes are given back, Desired is {ours.desired or found.desired}"
    if ours.desired and (ours.desired != found.desired or least != found.min):
        told += f"; by our acts Desired went from {found.desired} to {ours.desired}"
        told += f" and MinSize from {found.min} to {least}"
    if ours.suspended:
        told += f"; suspended by us: {', '.join(sorted(ours.suspended))}"
    return f"{told}{GOES_ON}"


def _not_returned(rollout: Rollout, back_failed: Verdict, words: Words) -> RollbackFailedError:
    back = verdict_sentence(back_failed)
    if rollout.verdict is None:
        told = (
            f"group {words.group} runs {rollout.goal.to}, but giving sizes and processes back failed: {back}."
        )
    elif rollout.gives_up:
        told = (
            f"{verdict_sentence(rollout.verdict)}; then giving sizes and processes back failed as well: {back}. Group "
            f"{words.group} points at {_pointer(rollout)}, and scaling out uses that."
        )
    elif is_let_be(back_failed):
        told = (
            f"{verdict_sentence(rollout.verdict)}; then on the way back to {rollout.goal.came_from} {back}. Group "
            f"{words.group} is mixed and was let be; its sizes and suspended processes are as found."
        )
    else:
        told = (
            f"{verdict_sentence(rollout.verdict)}; then the way back to {rollout.goal.came_from} failed as well: "
            f"{back}. Group {words.group} is mixed, its sizes are still those of the rollout, its processes run again."
        )
    return not_returned(told, back_failed, rollout.target, words)


def _touched(rollout: Rollout) -> str:
    """Launches by our acts on the way forward; those of the way back are no harm done."""
    touched = rollout.verdict.touched if rollout.verdict is not None else 0
    return f" ({instances(touched)} touched)" if touched else ""


def skipped(rollout: Rollout) -> str:
    """What is said at the end of members that were left out on request."""
    names = sorted(rollout.way.skipped)
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return (
        f"left as they are on request: {', '.join(names[:5])}{more}; those that do not match are replaced by the next "
        "update"
    )
