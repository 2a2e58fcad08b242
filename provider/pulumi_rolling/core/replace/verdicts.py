"""What ends a direction: a request, a refusal, the budget, a canary, an alarm, a deadline, or that nothing moves."""

from __future__ import annotations

from pulumi_rolling.core.model.codes import Step, VerdictCode
from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.core.model.seen import AlarmState
from pulumi_rolling.core.model.verdict import Verdict
from pulumi_rolling.core.replace.budget import is_spent, occupied_until, stalled_at, too_many
from pulumi_rolling.core.replace.census import Census
from pulumi_rolling.core.replace.gates import in_canary
from pulumi_rolling.core.replace.limits import Limits
from pulumi_rolling.core.replace.observation import Observation
from pulumi_rolling.core.replace.requests import take_up
from pulumi_rolling.core.replace.rollout import Rollout, replace


def take_verdict(
    limits: Limits, rollout: Rollout, seen: Observation, census: Census
) -> tuple[Rollout, Verdict | None]:
    """The rollout with requests taken up, and its verdict. Nothing ends it once it only gives back."""
    rollout, asked = take_up(limits, rollout, seen, census)
    if rollout.leaving or rollout.step is Step.RESTORE:
        return rollout, refusal(seen) if seen.refusals else None
    if asked is not None:
        return rollout, asked
    if seen.refusals:
        return rollout, refusal(seen)
    if rollout.held is not None:
        return rollout, None
    forward = rollout.direction is Direction.FORWARD
    if rollout.step is not Step.PREPARE and rollout.failures:
        if forward and in_canary(limits, rollout):
            return rollout, too_many(limits, rollout, seen.at, VerdictCode.CANARY_FAILED)
        if is_spent(limits, rollout):
            return rollout, too_many(limits, rollout, seen.at)
    if forward:
        rollout, alarm = _alarmed(rollout, seen)
        if alarm is not None:
            return rollout, alarm
        if rollout.deadline is not None and seen.at >= rollout.deadline:
            clock = limits.timeout or 0.0
            return rollout, Verdict(
                VerdictCode.DEADLINE, seen.at, rollout.failures, rollout.total, clock=clock
            )
    return rollout, _stalled(limits, rollout, seen, census)


def refusal(seen: Observation) -> Verdict:
    first = seen.refusals[0]
    cause = f"{first.act}: {first.message}"
    return Verdict(VerdictCode.REFUSED, seen.at, cause=cause, remedy=first.remedy, hint=first.hint)


def start_alarms(rollout: Rollout, seen: Observation) -> Rollout:
    """An alarm that rings before we do anything says nothing of what we do, until it has once been OK."""
    ringing = frozenset(a.name for a in seen.alarms if a.state is AlarmState.ALARM)
    return replace(rollout, ignored_alarms=ringing) if ringing else rollout


def _alarmed(rollout: Rollout, seen: Observation) -> tuple[Rollout, Verdict | None]:
    """ALARM ends it; missing data does not, as with instance refresh."""
    if not seen.alarms:
        return rollout, None
    well = {a.name for a in seen.alarms if a.state is AlarmState.OK}
    if rollout.ignored_alarms & well:
        rollout = replace(rollout, ignored_alarms=rollout.ignored_alarms - well)
    ringing = [
        a.name for a in seen.alarms if a.state is AlarmState.ALARM and a.name not in rollout.ignored_alarms
    ]
    if not ringing:
        return rollout, None
    return rollout, Verdict(
        VerdictCode.ALARM, seen.at, rollout.failures, rollout.total, cause=", ".join(ringing)
    )


def _stalled(limits: Limits, rollout: Rollout, seen: Observation, census: Census) -> Verdict | None:
    others = census.candidates or census.slots
    if census.occupied and not others and seen.at >= occupied_until(rollout):
        cause = ", ".join(census.occupied[:5])
        return Verdict(VerdictCode.OCCUPIED, seen.at, rollout.failures, rollout.total, cause=cause)
    if seen.at < stalled_at(limits, rollout):
        return None
    return Verdict(VerdictCode.STALLED, seen.at, rollout.failures, rollout.total)
