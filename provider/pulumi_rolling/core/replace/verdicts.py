"""What ends a direction: a request, a refusal, the budget, a canary, an alarm, a deadline, or that nothing moves."""

from __future__ import annotations

from pulumi_rolling.core.model.codes import Step, VerdictCode
from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.core.model.verdict import Verdict
from pulumi_rolling.core.replace.acts import desired_at_end
from pulumi_rolling.core.replace.budget import (
    canary_failed,
    fruitless_at,
    is_lost,
    is_spent,
    launched_on_this_way,
    launches_left,
    occupied_until,
    prepared_by,
    stalled_at,
    too_many,
    too_many_losses,
)
from pulumi_rolling.core.replace.gates import in_canary
from pulumi_rolling.core.replace.look import Look
from pulumi_rolling.core.replace.pointer import moved_verdict
from pulumi_rolling.core.replace.requests import take_up
from pulumi_rolling.core.replace.rollout import replace
from pulumi_rolling.core.shared import deadline
from pulumi_rolling.core.shared.alarms import heard, still_ignored
from pulumi_rolling.core.shared.ended import refusal


def take_verdict(look: Look) -> tuple[Look, Verdict | None]:
    """The look with requests taken up, and its verdict. Nothing ends a rollout once it only gives back."""
    look, asked = take_up(look)
    rollout, seen = look.rollout, look.seen
    if rollout.gives_up or rollout.step is Step.RESTORE:
        return look, refusal(seen.refusals[0], seen.at) if seen.refusals else None
    if asked is not None:
        return look, asked
    if seen.refusals:
        return look, refusal(seen.refusals[0], seen.at)
    if rollout.way.held is not None:
        return look, None
    if seen.others:
        # Two rollers would each replace the members of the other; theirs is not ours to cancel.
        return look, verdict_of(look, VerdictCode.STRANGERS_OPERATION, cause=seen.others)
    spent = _spent(look)
    if spent is not None:
        return look, spent
    if rollout.direction is Direction.FORWARD:
        kept = [parting for parting in seen.partings if not parting.succeeded]
        if kept:
            cause = f"{kept[0].member}: {kept[0].said}"
            return look, verdict_of(look, VerdictCode.COMMAND_FAILED, cause=cause)
        look, alarm = _alarmed(look)
        if alarm is not None:
            return look, alarm
        if deadline.is_over(rollout.deadline, seen.at):
            return look, verdict_of(look, VerdictCode.DEADLINE, clock=look.limits.timeout or 0.0)
    return look, _stalled(look)


def verdict_of(look: Look, code: VerdictCode, *, cause: str = "", clock: float = 0.0) -> Verdict:
    """A verdict about the whole direction, with how many have failed until then."""
    way = look.rollout.way
    return Verdict(code, look.at, way.failures, way.total, cause=cause, clock=clock)


def _spent(look: Look) -> Verdict | None:
    limits, rollout = look.limits, look.rollout
    way = rollout.way
    if rollout.step is Step.PREPARE or not (way.failures or way.losses):
        return None
    if rollout.direction is Direction.FORWARD and in_canary(limits, rollout):
        return canary_failed(limits, rollout, look.at)
    if is_spent(limits, rollout):
        return too_many(limits, rollout, look.at)
    return too_many_losses(rollout, look.at) if is_lost(limits, rollout) else None


def _alarmed(look: Look) -> tuple[Look, Verdict | None]:
    if not look.seen.alarms:
        return look, None
    rollout, way = look.rollout, look.rollout.way
    ignored = still_ignored(way.ignored_alarms, look.seen.alarms)
    if ignored is not way.ignored_alarms:
        look = look.with_rollout(replace(rollout, way=replace(way, ignored_alarms=ignored)))
    names = heard(ignored, look.seen.alarms)
    return look, verdict_of(look, VerdictCode.ALARM, cause=", ".join(names)) if names else None


def _stalled(look: Look) -> Verdict | None:
    rollout, census = look.rollout, look.census
    if rollout.step is Step.PREPARE and look.at >= prepared_by(rollout):
        fought = look.seen.pointer != rollout.target.address
        return moved_verdict(look) if fought else verdict_of(look, VerdictCode.STALLED)
    others = census.candidates or census.slots
    if census.occupied and not others and look.at >= occupied_until(rollout):
        return verdict_of(look, VerdictCode.OCCUPIED, cause=", ".join(census.occupied[:5]))
    if _has_launched_enough(look):
        return verdict_of(look, VerdictCode.TOO_MANY_LAUNCHES, cause=str(launched_on_this_way(rollout)))
    fruitless = bool(others) and look.at >= fruitless_at(look.limits, rollout)
    if look.at < stalled_at(look.limits, rollout) and not fruitless:
        return None
    return verdict_of(look, VerdictCode.STALLED)


def _has_launched_enough(look: Look) -> bool:
    """Whatever could fail has failed, and there is still somebody to replace: others bring them in."""
    rollout, census = look.rollout, look.census
    if rollout.step is not Step.ROLL or census.slots or rollout.ours.issued or not census.candidates:
        return False
    owed = desired_at_end(rollout) - census.kept - census.short
    return owed > 0 and launches_left(look.limits, rollout, enough=1) <= 0
