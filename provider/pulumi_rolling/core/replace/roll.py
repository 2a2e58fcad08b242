"""The step that replaces members: what may start now, who goes, and what is waited for.

Theory of operation. At each look, in this order: acts that are not seen yet are waited for; a gate at which the
rollout stands is looked at; launches ahead of the first kill are asked for (surge); then victims are picked as far as
the window, the next stop, the guard and the floor allow. Whatever stops new starts never touches what is in flight.

    window   batch, smaller at a slow start; slots in use are launches not judged yet, and with ``drain`` also
             victims not gone yet, whichever are more (a replacement and its victim share a slot)
    stop     the canaries and each checkpoint (core.gates)
    guard    the odds that the budget is spent already (core.guard), sliding only
    floor    a member that serves goes only if one less is still enough
"""

from __future__ import annotations

from itertools import chain

from pulumi_rolling.core.model.codes import ReasonCode, Step
from pulumi_rolling.core.model.decision import Because
from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.core.model.member import Member
from pulumi_rolling.core.replace.actions import Action, Remove, Resize, Terminate
from pulumi_rolling.core.replace.acts import desired_at_end, is_desired_settled
from pulumi_rolling.core.replace.budget import launches_left
from pulumi_rolling.core.replace.census import Census, is_in_service, is_target, is_working
from pulumi_rolling.core.replace.decisions import act, ask_health, wait
from pulumi_rolling.core.replace.ending import bake, resize
from pulumi_rolling.core.replace.gates import in_canary, room, stand
from pulumi_rolling.core.replace.guard import Odds
from pulumi_rolling.core.replace.limits import Pacing, ZoneOrder
from pulumi_rolling.core.replace.look import Look
from pulumi_rolling.core.replace.parting import await_partings, chosen_first, parted
from pulumi_rolling.core.replace.rollout import Decided, Round, replace
from pulumi_rolling.core.replace.victims import Victims, in_order, zone_by_zone

FIRST_LAUNCH_AFTER = 1.0
"""Seconds from the first look to the first launch of ours: launch times carry whole seconds (census.is_new)."""


def roll(look: Look) -> Decided:
    rollout, at = look.rollout, look.at
    starting = rollout.way.direction_at + FIRST_LAUNCH_AFTER
    if at < starting:
        return wait(look, Because(ReasonCode.STARTING), until=starting)
    if any(not isinstance(i.action, Terminate) for i in rollout.ours.issued) or not is_desired_settled(
        rollout
    ):
        return wait(look, Because(ReasonCode.UNSEEN))
    if look.census.warm:
        # First, or the launches to come would take them.
        return _remove(look, look.census.warm)
    gate = stand(look.limits, rollout, at)
    look = look.with_rollout(gate.rollout)
    if gate.because is not None:
        return wait(look, gate.because, until=gate.until)
    if look.rollout.way.paused:
        return wait(look, Because(ReasonCode.PAUSED))
    slots, in_use = _slots(look)
    if look.limits.pacing is Pacing.LOCK_STEP:
        look = _close_round(look, in_use)
        if in_use or look.rollout.ours.issued:
            return wait(look, _waiting(look))
        until = _pause_until(look)
        if until is not None:
            return wait(look, Because(ReasonCode.PAUSING), until=until)
    if not look.census.candidates:
        if in_use or look.rollout.ours.issued:
            return wait(look, _waiting(look))
        return _finish(look)
    return _start(look, room(look.limits, look.rollout, in_use, slots))


def _slots(look: Look) -> tuple[int, int]:
    """Replacements in flight, and slots in use: with ``drain`` also those of victims that are not gone yet."""
    way, census = look.rollout.way, look.census
    # With weights the cloud may owe no launch for a victim; until it is seen gone it is a slot all the same.
    killed = sum(isinstance(i.action, Terminate) and i.action.relaunch for i in look.rollout.ours.issued)
    slots = len(census.unjudged) + max(census.gap, killed)
    return slots, max(slots, len(way.draining) + killed)


def _pause_until(look: Look) -> float | None:
    """PauseTime without signals is a sleep after each round that launched something."""
    limits, round_ = look.limits, look.rollout.way.round
    if limits.signals or not limits.pause or round_ is None or not round_.expected:
        return None
    until = (round_.settled_at or look.at) + limits.pause
    return until if look.at < until else None


def _start(look: Look, free: int) -> Decided:
    """Launches ahead of the first kill, then victims."""
    way, desired = look.rollout.way, look.rollout.ours.desired
    capacity = min(way.capacity, look.seen.sizes.max)
    if way.surge and desired < capacity:
        left = launches_left(look.limits, look.rollout, enough=max(1, free))
        ahead = min(way.surge, (capacity - desired) // way.unit, free, left)
        return _raise(look, ahead) if ahead > 0 else wait(look, _waiting(look))
    return _replace(look, free)


def _finish(look: Look) -> Decided:
    """All are replaced but those that the policy waits for or that stand outside Desired."""
    rollout, occupied = look.rollout, look.census.occupied
    if occupied:
        return wait(look, Because(ReasonCode.OCCUPIED, {"count": len(occupied)}, occupied[:5]))
    if look.census.standby:
        return _remove(look, look.census.standby)
    rollout = replace(rollout, way=replace(rollout.way, round=None))
    if look.limits.bake and rollout.direction is Direction.FORWARD:
        return bake(look.with_rollout(rollout))
    return resize(look.with_rollout(replace(rollout, step=Step.RESIZE)))


def _remove(look: Look, members: tuple[str, ...]) -> Decided:
    actions = tuple(Remove(member) for member in members)
    return act(look, actions, Because(ReasonCode.REMOVING_OUTSIDE, {"count": len(actions)}))


def _replace(look: Look, free: int) -> Decided:
    """Pick victims; those that nobody needs any more go without replacement."""
    pick = _Pick(look, free)
    any_may_go = free > 0 or pick.owed <= 0
    if any_may_go and not look.seen.health_asked:
        return ask_health(look)
    zone, order = _victims(look, any_may_go=any_may_go)
    pick.take(chosen_first(look, order))
    rollout = look.rollout
    if zone != rollout.way.zone:
        rollout = replace(rollout, way=replace(rollout.way, zone=zone))
        look = look.with_rollout(rollout)
    if not pick.picked:
        if pick.guarded is not None:
            suspects = pick.guarded.suspects()
            return wait(look, _guarded(pick.guarded, look.census), suspects=suspects)
        return _stuck(look, pick.free, pick.above)
    look, going = parted(look, pick.picked)
    return _terminate(look, going) if going else await_partings(look)


def _terminate(look: Look, picked: list[Terminate]) -> Decided:
    rollout = look.rollout
    again = sum(t.relaunch for t in picked)
    least = rollout.ours.desired - sum(t.weight for t in picked if not t.relaunch)
    if look.limits.firm_min:
        least = min(least, max(0, look.census.in_service - len(picked)))
    actions: tuple[Action, ...] = tuple(picked)
    if (again < len(actions) or look.limits.firm_min) and look.seen.sizes.min > least:
        # Auto Scaling refuses a termination with decrement below MinSize.
        actions = (Resize(min=min(rollout.found.sizes.min, least)), *actions)
    number = rollout.way.round.number + 1 if rollout.way.round else 1
    opened = Round(number, look.at, terminated=len(picked), expected=again)
    numbers = {"terminate": len(picked), "launch": again, "old": look.census.old}
    look = look.with_rollout(replace(rollout, way=replace(rollout.way, round=opened, surge=0)))
    return act(look, actions, Because(ReasonCode.REPLACING, numbers))


class _Pick:
    """Victims of one look, one by one, as far as window, floor and guard allow."""

    def __init__(self, look: Look, free: int) -> None:
        self._look = look
        self.free = free
        self._launches = launches_left(look.limits, look.rollout, enough=max(1, free))
        self.above = look.census.serving - look.limits.floor
        """Serving members that may go."""
        self.owed = desired_at_end(look.rollout) - look.census.kept - look.census.short
        """Units that the group would lack at the end."""
        self.picked: list[Terminate] = []
        self.guarded: Odds | None = None
        """The odds that held further starts."""

    def take(self, order: Victims) -> None:
        look = self._look
        lock_step = look.limits.pacing is Pacing.LOCK_STEP
        odds: Odds | None = None
        for place, member in enumerate(chain(order.broken, order.working)):
            serves = _serves(look, member)
            if serves and self.above <= 0:
                if place < len(order.broken):
                    continue
                return
            again = self.owed > 0
            if self.free <= 0 and (again or lock_step):
                return
            if again and self._launches <= 0:
                return
            if again:
                odds = odds or Odds(look.limits, look.rollout, look.census.unjudged, look.at)
                if not odds.allow_start():
                    self.guarded = odds
                    return
            self.picked.append(Terminate(member.id, again, member.weight))
            self.free -= again or lock_step
            self._launches -= again
            self.owed -= member.weight * again
            self.above -= serves


def _victims(look: Look, *, any_may_go: bool) -> tuple[str, Victims]:
    """The zone whose turn it is, where they go zone by zone, and their order. Zones change only between slots."""
    rollout, census = look.rollout, look.census
    if not any_may_go:
        return rollout.way.zone, in_order(rollout, ())
    if look.limits.zone_order is ZoneOrder.BALANCED:
        return rollout.way.zone, in_order(rollout, census.loose, census.lines)
    free = not census.slots and not rollout.way.draining
    return zone_by_zone(rollout, census.loose, census.lines, free=free)


def _guarded(odds: Odds, census: Census) -> Because:
    percent = round(100 * odds.lost)
    return Because(ReasonCode.GUARDED, {"inFlight": census.slots, "probability": percent}, odds.suspects())


def _stuck(look: Look, free: int, above: int) -> Decided:
    """Nothing may go. With slots in use that is waiting; with none, somebody took the capacity that the floor needs."""
    rollout, census = look.rollout, look.census
    if free > 0 and above <= 0 and not census.slots and not rollout.ours.issued:
        enough = look.limits.floor + min(rollout.way.batch, len(census.candidates))
        largest = min(rollout.found.sizes.max, look.seen.sizes.max)
        most = (largest - rollout.ours.desired) // rollout.way.unit
        lacking = enough - (len(census.counted) - census.idle)
        more = min(free, most, lacking)
        more = min(more, launches_left(look.limits, rollout, enough=max(1, more)))
        if more > 0:
            return _raise(look, more)
        numbers = {"serving": census.serving, "floor": look.limits.floor, "largest": largest}
        return wait(look, Because(ReasonCode.FLOORED, numbers))
    return wait(look, _waiting(look))


def _raise(look: Look, more: int) -> Decided:
    """CloudFormation sets MinSize and DesiredCapacity together, so that nobody scales in below during the roll."""
    rollout, way = look.rollout, look.rollout.way
    capacity = rollout.ours.desired + more * way.unit
    opened = Round(0, look.at, terminated=0, expected=more)
    because = Because(ReasonCode.RAISING, {"capacity": capacity, "launch": more})
    raised = replace(rollout, way=replace(way, round=opened, surge=max(0, way.surge - more)))
    least = None if look.limits.firm_min else capacity
    return act(look.with_rollout(raised), (Resize(least, capacity),), because)


def _close_round(look: Look, in_use: int) -> Look:
    rollout, round_ = look.rollout, look.rollout.way.round
    if round_ is None or round_.settled_at is not None or in_use or rollout.ours.issued:
        return look
    closed = replace(rollout.way, round=replace(round_, settled_at=look.at))
    return look.with_rollout(replace(rollout, way=closed))


def _serves(look: Look, member: Member) -> bool:
    """True when taking this member lowers what the floor is held against."""
    if look.limits.pacing is Pacing.SLIDING:
        return is_working(member) and not is_target(look.rollout, member)
    return is_in_service(member)


def _waiting(look: Look) -> Because:
    draining, census = look.rollout.way.draining, look.census
    if draining and not census.slots:
        names = tuple(member for member, _ in draining[:5])
        return Because(ReasonCode.DRAINING, {"count": len(draining)}, names)
    numbers: dict[str, int | float] = {"unseen": census.gap, "inFlight": len(census.unjudged)}
    if look.limits.signals:
        numbers["pause"] = look.limits.pause
    if look.rollout.direction is Direction.FORWARD and in_canary(look.limits, look.rollout):
        numbers["canary"] = 1
    members = tuple([m.id for m in census.unjudged[:5]])
    return Because(ReasonCode.WAITING, numbers, members, _refusal(look) if census.gap else _unhealthy(look))


def _unhealthy(look: Look) -> str:
    """What the first load balancer has against a member that is waited for."""
    return next((m.target_cause for m in look.census.unjudged if m.target_cause), "")


def _refusal(look: Look) -> str:
    """What the cloud last said of launches that are owed."""
    openings = look.rollout.way.openings
    since = openings[0].at if openings else look.at
    told = [x for x in look.seen.launches if x.at >= since and x.cause]
    return max(told, key=lambda x: x.at).cause if told else ""
