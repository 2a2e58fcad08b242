"""Our own acts, until they are seen; and what others did to Desired meanwhile.

An act is written down (``issued``) before it is done. It is forgotten when it is seen, or when a settle time has
passed without: then it plainly did not happen (we died between record and act, or the call was lost) and is decided
anew. Desired gets the same care: while a change of ours is not seen, any value between before and after is ours;
everything else is somebody else's, and is kept to the end (CloudFormation throws it away).
"""

from __future__ import annotations

from pulumi_rolling.core.model.member import Lifecycle
from pulumi_rolling.core.replace.actions import (
    Action,
    Adjust,
    PointAt,
    Remove,
    Resize,
    Resume,
    Suspend,
    Terminate,
    Together,
    spread,
)
from pulumi_rolling.core.replace.limits import Limits
from pulumi_rolling.core.replace.observation import Observation, counted, is_moving, roster_of
from pulumi_rolling.core.replace.rollout import Issued, Rollout, Round, replace


def forget_issued(limits: Limits, rollout: Rollout, seen: Observation) -> Rollout:
    """Forget what is seen or lost, and take others' changes of Desired into ``delta``."""
    if not rollout.ours.issued and not rollout.way.draining:
        return _settle_desired(limits, rollout, seen)
    recent = tuple(i for i in rollout.ours.issued if seen.at - i.at < limits.settle)
    rollout = _settle_desired(limits, rollout, seen)
    asked = [i.action.member for i in rollout.ours.issued if isinstance(i.action, Terminate | Remove)]
    asked += (member for member, _ in rollout.way.draining)
    lifecycles = {name: m.lifecycle for name, m in roster_of(seen).find(asked).items()}
    if limits.drain is not None:
        rollout = _drain(limits.drain, rollout, lifecycles, seen.at)
    unseen = tuple(i for i in rollout.ours.issued if not _is_seen(i.action, seen, lifecycles, rollout))
    kept = tuple(i for i in unseen if i in recent)
    lost = sum(isinstance(i.action, Terminate) and i.action.relaunch for i in unseen if i not in recent)
    if kept == rollout.ours.issued:
        return rollout
    return replace(rollout, ours=replace(rollout.ours, issued=kept, launched=rollout.ours.launched - lost))


def _drain(longest: float, rollout: Rollout, lifecycles: dict[str, Lifecycle], at: float) -> Rollout:
    """Victims of ours that are leaving: the slot of each is in use until it is gone, or has taken too long."""
    known = {member for member, _ in rollout.way.draining}
    started = [(i.action.member, i.at) for i in rollout.ours.issued if isinstance(i.action, Terminate)]
    draining = tuple(
        (member, since)
        for member, since in (*rollout.way.draining, *(pair for pair in started if pair[0] not in known))
        if lifecycles.get(member) is Lifecycle.LEAVING and at - since < longest
    )
    if draining == rollout.way.draining:
        return rollout
    return replace(rollout, way=replace(rollout.way, draining=draining), progress_at=at)


def issue(rollout: Rollout, actions: tuple[Action, ...], at: float) -> Rollout:
    """The record of acts about to be done."""
    desired = rollout.ours.desired
    launched = rollout.ours.launched
    least = rollout.ours.least
    for action in actions:
        if isinstance(action, Resize) and action.min is not None and action.min not in least:
            least = least | {action.min}
        if isinstance(action, Resize) and action.desired is not None:
            launched += max(0, action.desired - desired) // rollout.way.unit
            desired = action.desired
        elif isinstance(action, Terminate):
            desired -= 0 if action.relaunch else action.weight
            launched += action.relaunch
    leads_on = any(not isinstance(action, Terminate) or action.relaunch for action in actions)
    way = replace(rollout.way, judged_at=at) if leads_on else rollout.way
    # A success that we end ourselves is no loss.
    ended = {action.member for action in actions if isinstance(action, Terminate)} & way.succeeded
    if ended:
        way = replace(way, succeeded=way.succeeded - ended)
    return replace(
        rollout,
        way=way,
        ours=replace(
            rollout.ours,
            issued=rollout.ours.issued + tuple(Issued(action, at) for action in actions),
            desired=desired,
            desired_at=at if desired != rollout.ours.desired else rollout.ours.desired_at,
            launched=launched,
            least=least,
            kept=ours_kept(rollout.ours.kept, actions),
        ),
        progress_at=at,
    )


def ours_kept(kept: tuple[str, ...], actions: tuple[Action, ...]) -> tuple[str, ...]:
    """Members that are kept, with those of these acts."""
    more = (a.member for a in actions if isinstance(a, Terminate) and a.keep and a.member not in kept)
    return (*kept, *more)


def take_back(rollout: Rollout, unsent: tuple[Action, ...]) -> Rollout:
    """The record without acts that were written down last and never sent: the next look decides them anew, at once."""
    ours, way = rollout.ours, rollout.way
    issued, desired, launched, surge = list(ours.issued), ours.desired, ours.launched, way.surge
    victims = again = 0
    spared = {a.member for a in spread(unsent) if isinstance(a, Terminate) and a.keep}
    kept = tuple(name for name in ours.kept if name not in spared)
    for action in reversed(spread(unsent)):
        at = next((n for n in reversed(range(len(issued))) if issued[n].action == action), None)
        if at is None:
            continue
        del issued[at]
        if isinstance(action, Terminate):
            victims, again, launched = victims + 1, again + action.relaunch, launched - action.relaunch
            desired += 0 if action.relaunch else action.weight
        elif isinstance(action, Resize) and action.desired is not None:
            more = max(0, action.desired - ours.desired_before) // way.unit
            again, launched, surge, desired = again + more, launched - more, surge + more, ours.desired_before
    return replace(
        rollout,
        ours=replace(ours, issued=tuple(issued), desired=desired, launched=launched, kept=kept),
        way=replace(way, surge=surge, round=_without(way.round, victims, again)),
    )


def _without(round_: Round | None, victims: int, again: int) -> Round | None:
    """A round of which nothing was sent has not begun."""
    if round_ is None or not (victims or again):
        return round_
    left = replace(round_, terminated=round_.terminated - victims, expected=round_.expected - again)
    return left if left.terminated or left.expected else replace(left, number=max(0, left.number - 1))


def is_desired_settled(rollout: Rollout) -> bool:
    """No change of Desired by us is still to be seen."""
    return rollout.ours.desired == rollout.ours.desired_before


def desired_at_end(rollout: Rollout) -> int:
    """As found, plus what others did to it, within the group's own bounds."""
    found = rollout.found.sizes
    return max(found.min, min(found.max, found.desired + rollout.ours.delta))


def _settle_desired(limits: Limits, rollout: Rollout, seen: Observation) -> Rollout:
    live = seen.sizes.desired
    if not seen.sizes.kept:
        # Desired is what the record says: nothing of it has to show in the cloud.
        live = rollout.ours.desired + seen.moved - rollout.ours.delta
        if not is_desired_settled(rollout):
            rollout = replace(rollout, ours=replace(rollout.ours, desired_before=rollout.ours.desired))
    if live == rollout.ours.desired == rollout.ours.desired_before:
        return rollout
    if live == rollout.ours.desired:
        return replace(rollout, ours=replace(rollout.ours, desired_before=live))
    low, high = sorted((rollout.ours.desired_before, rollout.ours.desired))
    if is_desired_settled(rollout) or not low <= live <= high:
        return replace(
            rollout,
            ours=replace(
                rollout.ours,
                desired=live,
                desired_before=live,
                delta=rollout.ours.delta + live - rollout.ours.desired,
            ),
            progress_at=seen.at,
        )
    if seen.at - rollout.ours.desired_at < limits.settle:
        # Also where the victim of a decrement is seen gone: it may have gone by itself, and Desired is to come.
        return rollout
    return replace(rollout, ours=replace(rollout.ours, desired=live, desired_before=live))


def _is_seen(action: Action, seen: Observation, lifecycles: dict[str, Lifecycle], rollout: Rollout) -> bool:
    match action:
        case Terminate(member):  # First, since these are the many.
            return lifecycles.get(member, Lifecycle.LEAVING) is Lifecycle.LEAVING
        case Suspend(processes):
            return processes <= seen.suspended
        case Resume(processes):
            return not processes & seen.suspended
        case PointAt(revision):
            return seen.pointer == revision.address
        case Resize(least, desired):
            return (least is None or least in (seen.sizes.min, seen.sizes.told)) and (
                desired is None or is_desired_settled(rollout) or seen.sizes.desired == desired
            )
        case Remove(member):
            warm = any(w.id == member and w.lifecycle is not Lifecycle.LEAVING for w in seen.warm)
            return not warm and lifecycles.get(member, Lifecycle.LEAVING) is Lifecycle.LEAVING
        case Adjust(change):
            lacking = rollout.ours.desired - counted(seen)
            return is_moving(seen) or (lacking <= 0 if change > 0 else lacking >= 0)
        case Together():
            return True
