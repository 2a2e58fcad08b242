"""The end of a direction: bake, give Desired back, give least size and processes back.

What must go after a failure is named member by member, never left to the cloud, which would choose for itself.
"""

from __future__ import annotations

from pulumi_rolling.core.model.codes import ReasonCode, Step
from pulumi_rolling.core.model.decision import Because
from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.core.model.member import Member
from pulumi_rolling.core.replace.actions import Action, Adjust, Resize, Resume, Terminate
from pulumi_rolling.core.replace.acts import desired_at_end, is_desired_settled
from pulumi_rolling.core.replace.census import is_in_service, is_working
from pulumi_rolling.core.replace.decisions import act, ask_health, outcome_of, wait
from pulumi_rolling.core.replace.fill import fill
from pulumi_rolling.core.replace.limits import Choice
from pulumi_rolling.core.replace.look import Look
from pulumi_rolling.core.replace.losses import in_doubt
from pulumi_rolling.core.replace.observation import counted
from pulumi_rolling.core.replace.rollout import Decided, Round, replace
from pulumi_rolling.core.shared.ended import is_let_be

NAMED_TRIES = 3
"""How often surplus members are named: those of a dying build may go by themselves before our act reaches them."""


def bake(look: Look) -> Decided:
    """All members are ready: alarms and members are watched a while longer, capacity still as during the roll."""
    way, at = look.rollout.way, look.at
    began = at if way.baked_from is None else way.baked_from
    look = look.with_rollout(replace(look.rollout, way=replace(way, baked_from=began), step=Step.BAKE))
    if way.paused:
        return wait(look, Because(ReasonCode.PAUSED))
    until = began + look.limits.bake
    if in_doubt(way):
        return wait(look, Because(ReasonCode.DOUBTED, {"count": len(in_doubt(way))}, in_doubt(way)[:5]))
    if at < until:
        return wait(look, Because(ReasonCode.BAKING, {"left": until - at}), until=until)
    return resize(look.with_rollout(replace(look.rollout, step=Step.RESIZE)))


def resize(look: Look) -> Decided:
    """Desired as found plus what others did to it."""
    rollout, ours = look.rollout, look.rollout.ours
    if ours.issued or not is_desired_settled(rollout):
        return wait(look, Because(ReasonCode.UNSEEN))
    surplus = ours.desired - desired_at_end(rollout)
    tries = rollout.way.round.number if rollout.way.round else 0
    # A member that stays in spite of the rollout would be the cloud's first victim.
    named = rollout.gives_up or rollout.way.skipped or look.limits.protected is Choice.IGNORE
    if is_let_be(rollout.verdict):
        named = False
    if surplus > 0 and named and not look.seen.health_asked:
        return ask_health(look)
    victims = _surplus(look, surplus) if surplus > 0 and named else []
    if victims and tries < NAMED_TRIES:
        least = min(rollout.found.sizes.min, ours.desired - sum(m.weight for m in victims))
        actions: tuple[Action, ...] = tuple(Terminate(m.id, False, m.weight) for m in victims)
        if look.seen.sizes.min > least:
            actions = (Resize(min=least), *actions)
        named_once = replace(rollout.way, round=Round(tries + 1, look.at, len(victims), 0))
        look = look.with_rollout(replace(rollout, way=named_once))
        return act(look, actions, Because(ReasonCode.REMOVING, {"surplus": surplus}))
    return restore(look.with_rollout(replace(rollout, step=Step.RESTORE)))


def restore(look: Look) -> Decided:
    rollout, seen, ours = look.rollout, look.seen, look.rollout.ours
    if ours.issued:
        return wait(look, Because(ReasonCode.UNSEEN))
    actions: list[Action] = []
    least, desired = rollout.found.sizes.min, desired_at_end(rollout)
    gives_sizes = rollout.back_failed is None or is_let_be(rollout.back_failed)
    if gives_sizes and (seen.sizes.told != rollout.found.sizes.told or ours.desired != desired):
        actions.append(Resize(least, desired if ours.desired != desired else None))
        more = min(counted(seen), ours.desired) - desired
        if not seen.sizes.kept and more > 0:
            # Where nobody keeps Desired, lowering it takes no member away.
            actions.append(Adjust(-more))
    resting = ours.suspended & seen.suspended
    if resting:
        actions.append(Resume(resting))
    if actions:
        return act(look, tuple(actions), Because(ReasonCode.RESTORING))
    if rollout.direction is Direction.BACK and rollout.back_failed is None:
        look, lacking = fill(look)
        if lacking is not None:
            return lacking
    look = look.with_rollout(replace(look.rollout, step=Step.DONE))
    return replace(wait(look, Because(ReasonCode.DONE)), outcome=outcome_of(look.rollout))


def _surplus(look: Look, surplus: int) -> list[Member]:
    """Failed first, then not ready, then the youngest; one in service only above the floor.

    A member that somebody asked to skip, or that the policy ignores for its protection, stays; but a skipped one that
    serves nobody goes before one that the floor needs.
    """
    way, census = look.rollout.way, look.census
    failed = {f.id for f in (*way.failed, *way.lost)}
    ignores = look.limits.protected is Choice.IGNORE
    order = sorted(
        (m for m in census.counted if m.id not in way.skipped and not (ignores and m.protected)),
        key=lambda m: (m.id not in failed, is_working(m), -(m.launched_at or 0.0), m.id),
    )
    room = census.in_service - census.idle - look.limits.floor
    picked: list[Member] = []
    idle = [m for m in census.counted if m.id in way.skipped and is_in_service(m) and not is_working(m)]
    for member in (*order, *idle):
        if member.weight > surplus:
            continue
        if is_working(member):
            if room <= 0:
                continue
            room -= 1
        picked.append(member)
        surplus -= member.weight
    return picked
