"""The end of a direction: bake, give Desired back, give least size and processes back.

What must go after a failure is named member by member, never left to the cloud, which would choose for itself.
"""

from __future__ import annotations

from pulumi_rolling.core.model.codes import ReasonCode, Step
from pulumi_rolling.core.model.decision import Because, Decision
from pulumi_rolling.core.model.member import Member
from pulumi_rolling.core.replace.actions import Action, Resize, Resume, Terminate
from pulumi_rolling.core.replace.acts import is_desired_settled
from pulumi_rolling.core.replace.census import Census, is_working
from pulumi_rolling.core.replace.decisions import act, outcome_of, wait
from pulumi_rolling.core.replace.limits import Choice, Limits
from pulumi_rolling.core.replace.observation import Observation
from pulumi_rolling.core.replace.rollout import Rollout, Round, replace

NAMED_TRIES = 3
"""How often surplus members are named: those of a dying build may go by themselves before our act reaches them."""


def bake(limits: Limits, rollout: Rollout, seen: Observation, census: Census) -> Decision:
    """All members are ready: alarms and members are watched a while longer, capacity still as during the roll."""
    began = seen.at if rollout.way.baked_from is None else rollout.way.baked_from
    rollout = replace(rollout, way=replace(rollout.way, baked_from=began), step=Step.BAKE)
    if rollout.way.paused:
        return wait(limits, rollout, seen, census, Because(ReasonCode.PAUSED))
    until = began + limits.bake
    if seen.at < until:
        return wait(
            limits, rollout, seen, census, Because(ReasonCode.BAKING, {"left": until - seen.at}), until=until
        )
    return settle(limits, replace(rollout, step=Step.SETTLE), seen, census)


def settle(limits: Limits, rollout: Rollout, seen: Observation, census: Census) -> Decision:
    """Desired as found plus what others did to it."""
    if rollout.ours.issued or not is_desired_settled(rollout):
        return wait(limits, rollout, seen, census, Because(ReasonCode.UNSEEN))
    surplus = rollout.ours.desired - desired_at_end(limits, rollout)
    tries = rollout.way.round.number if rollout.way.round else 0
    # Whoever stays in spite of the rollout would be the cloud's first victim.
    named = rollout.gives_up or rollout.way.skipped or limits.protected is Choice.IGNORE
    victims = _surplus(limits, rollout, census, surplus) if surplus > 0 and named else []
    if victims and tries < NAMED_TRIES:
        least = min(rollout.found.sizes.min, rollout.ours.desired - sum(m.weight for m in victims))
        actions: tuple[Action, ...] = tuple(Terminate(m.id, False, m.weight) for m in victims)
        if seen.sizes.min > least:
            actions = (Resize(min=least), *actions)
        rollout = replace(rollout, way=replace(rollout.way, round=Round(tries + 1, seen.at, len(victims), 0)))
        return act(limits, rollout, seen, census, actions, Because(ReasonCode.REMOVING, {"surplus": surplus}))
    return restore(limits, replace(rollout, step=Step.RESTORE), seen, census)


def restore(limits: Limits, rollout: Rollout, seen: Observation, census: Census) -> Decision:
    if rollout.ours.issued:
        return wait(limits, rollout, seen, census, Because(ReasonCode.UNSEEN))
    actions: list[Action] = []
    desired = desired_at_end(limits, rollout)
    if rollout.back_failed is None and (
        seen.sizes.min != rollout.found.sizes.min or rollout.ours.desired != desired
    ):
        actions.append(Resize(rollout.found.sizes.min, desired if rollout.ours.desired != desired else None))
    ours = rollout.ours.suspended & seen.suspended
    if ours:
        actions.append(Resume(ours))
    if actions:
        return act(limits, rollout, seen, census, tuple(actions), Because(ReasonCode.RESTORING))
    rollout = replace(rollout, step=Step.DONE)
    return replace(wait(limits, rollout, seen, census, Because(ReasonCode.DONE)), outcome=outcome_of(rollout))


def desired_at_end(limits: Limits, rollout: Rollout) -> int:
    """As found, plus what others did to it, within the group's own bounds."""
    return max(
        rollout.found.sizes.min,
        min(rollout.found.sizes.max, rollout.found.sizes.desired + rollout.ours.delta),
    )


def _surplus(limits: Limits, rollout: Rollout, census: Census, surplus: int) -> list[Member]:
    """Failed first, then not ready, then the youngest; one in service only above the floor.

    Nobody whom somebody asked to skip, or whom the policy ignores for its protection.
    """
    failed = {f.id for f in rollout.way.failed}
    ignores = limits.protected is Choice.IGNORE
    order = sorted(
        (m for m in census.counted if m.id not in rollout.way.skipped and not (ignores and m.protected)),
        key=lambda m: (m.id not in failed, is_working(m), -(m.launched_at or 0.0), m.id),
    )
    room = census.in_service - limits.floor
    picked: list[Member] = []
    for member in order:
        if member.weight > surplus:
            continue
        if is_working(member):
            if room <= 0:
                continue
            room -= 1
        picked.append(member)
        surplus -= member.weight
    return picked
