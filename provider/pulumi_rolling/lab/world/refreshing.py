"""An instance refresh at work: members are replaced in batches until all are new, or old again.

Sources: EC2 Auto Scaling user guide, "How an instance refresh works" (batches, an hour without progress, live members
before the pool), "Add checkpoints to an instance refresh" (of several that are passed at once the highest counts; a
scale-out may reach one again), "Use an instance refresh with skip matching" and "Undo changes with a rollback"; API
reference, RefreshPreferences. Causes of activities and most reasons are the service's own from live answers; those of
Standby, of checkpoints and of failures are worded here. This module looks at what is, and refuses to know what changed.
"""

from __future__ import annotations

from functools import partial

from pulumi_rolling.lab.world import lives, pool, refresh_ends
from pulumi_rolling.lab.world import refresh as refreshes
from pulumi_rolling.lab.world.cloud import Cloud
from pulumi_rolling.lab.world.group import Group, Occasion, Pointer
from pulumi_rolling.lab.world.member import Member
from pulumi_rolling.lab.world.refresh import WAIT, Refresh
from pulumi_rolling.lab.world.refresh_bounds import Bounds, bounds
from pulumi_rolling.lab.world.refresh_look import Look, Readiness, look, matching, progress, to_go
from pulumi_rolling.lab.world.refresh_reasons import STOPPED_BY, waiting
from pulumi_rolling.lab.world.refresh_rules import RefreshRules

DYNAMIC = ("$Latest", "$Default")


def reconcile(cloud: Cloud, refresh: Refresh) -> None:
    """The refresh goes as far as it can at this moment; called again without a change, it does nothing."""
    if not refresh.active:
        return
    if refresh.group.now.deleting:
        refresh_ends.end(cloud, refresh, refreshes.CANCELLED, refresh_ends.DELETED)
        return
    match refresh.now.status:
        case refreshes.PENDING:
            _begin(cloud, refresh)
        case refreshes.CANCELLING:
            _stop(cloud, refresh)
        case refreshes.BAKING:
            _bake(cloud, refresh)
        case _:
            _roll(cloud, refresh)


def wake(cloud: Cloud, refresh: Refresh, at: float) -> None:
    """The refresh is looked at again by then; an earlier look sees to later ones."""
    if refresh.wakes_at is None or refresh.wakes_at <= cloud.now or at < refresh.wakes_at:
        refresh.wakes_at = at
        cloud.agenda.at(at, partial(cloud.stir, refresh))


def _begin(cloud: Cloud, refresh: Refresh) -> None:
    group, rules = refresh.group, cloud.part(RefreshRules)
    begins = refresh.states.since + rules.pending
    if cloud.now < begins:
        wake(cloud, refresh, begins)
        return
    here = (*group.members.values(), *group.warm.values())
    refresh.remember()
    skipped = matching(cloud, group, _pointer(refresh)) if refresh.preferences.skip_matching else []
    refresh.outdated = {each.id for each in here if each not in skipped and not each.now.terminating}
    counted = [each for each in here if to_go(refresh, each)]
    refresh.total, refresh.total_warm = len(counted), sum(each.now.warm for each in counted)
    refresh.to_go = refresh.total
    refresh.moved(cloud.now)
    refresh.deadline = cloud.now + rules.longest
    refresh.capacity = group.now.desired
    refresh.alter(cloud.now, status=refreshes.IN_PROGRESS, started_at=cloud.now)
    refresh_ends.direct(cloud, refresh)
    _roll(cloud, refresh)


def _pointer(refresh: Refresh) -> Pointer:
    """What the refresh rolls the group to."""
    return refresh.desired or refresh.group.now.pointer


def _roll(cloud: Cloud, refresh: Refresh) -> None:
    _renew(cloud, refresh)
    seen = look(cloud, refresh)
    _note(cloud, refresh, seen)
    if _alarmed(cloud, refresh) or _too_long(cloud, refresh):
        return
    stands_still = refresh.group.suspended("InstanceRefresh")
    if refresh.stood_still:
        refresh.moved(cloud.now)
    refresh.stood_still = stands_still
    if stands_still:
        _hold(cloud, refresh, STOPPED_BY.format("InstanceRefresh"))
    elif cloud.now < refresh.paused_until:
        _hold(cloud, refresh, _until_checkpoint(cloud, refresh))
        wake(cloud, refresh, refresh.paused_until)
    elif not _pause(cloud, refresh) and not _stuck(cloud, refresh, seen):
        _go_on(cloud, refresh, seen)


def _go_on(cloud: Cloud, refresh: Refresh, seen: Look) -> None:
    last = refresh.preferences.checkpoints[-1:] if not refresh.backwards else ()
    enough = bool(last) and refresh.now.progress.percent >= last[0] and last[0] < 100
    if enough and _settle(cloud, refresh, seen):
        return
    if (enough or seen.to_go == 0) and not seen.leaving:
        _finish(cloud, refresh)
    elif not enough and not _replace(cloud, refresh, seen):
        _refresh_pool(cloud, refresh, seen)
    if refresh.now.status in (refreshes.IN_PROGRESS, refreshes.ROLLING_BACK):
        refresh.alter(cloud.now, reason=waiting(cloud, refresh, seen))


def _renew(cloud: Cloud, refresh: Refresh) -> None:
    """A version that is resolved at each launch may have moved on, and skip matching follows it."""
    pointer = _pointer(refresh)
    version = (pointer.template or {}).get("Version", DYNAMIC[1])
    if refresh.backwards or not refresh.preferences.skip_matching or version not in DYNAMIC:
        return
    same = {each.id for each in matching(cloud, refresh.group, pointer)}
    refresh.outdated |= {each.id for each in refresh.group.members.values() if each.id not in same}


def _note(cloud: Cloud, refresh: Refresh, seen: Look) -> None:
    """Counts are brought up to date; less left to do is progress."""
    refresh.alter(cloud.now, progress=progress(cloud, refresh, seen))
    if seen.to_go < refresh.to_go:
        refresh.moved(cloud.now)
    refresh.to_go = seen.to_go
    if seen.desired > refresh.capacity:
        percent = refresh.now.progress.percent
        refresh.passed = min(refresh.passed, _passed(refresh, percent))
    refresh.capacity = seen.desired
    if seen.warms_at is not None:
        wake(cloud, refresh, seen.warms_at)


def _passed(refresh: Refresh, percent: int) -> int:
    return sum(each <= percent for each in refresh.preferences.checkpoints)


def _alarmed(cloud: Cloud, refresh: Refresh) -> bool:
    """A listed alarm in ALARM ends the way forward."""
    if refresh.backwards:
        return False
    for name in refresh.preferences.alarms:
        if cloud.alarm(refresh.group.region, name) == "ALARM":
            refresh_ends.fail(cloud, refresh, f"CloudWatch alarm {name} is in ALARM state.")
            return True
    return False


def _too_long(cloud: Cloud, refresh: Refresh) -> bool:
    if cloud.now < refresh.deadline:
        wake(cloud, refresh, refresh.deadline)
        return False
    refresh_ends.fail(cloud, refresh, "The instance refresh replaced instances for longer than 14 days.")
    return True


def _stuck(cloud: Cloud, refresh: Refresh, seen: Look) -> bool:
    """An hour has passed without progress; a member that warms up by then is waited for, once."""
    rules = cloud.part(RefreshRules)
    fails_at = max(refresh.moved_at + rules.hour, refresh.last_chance)
    if cloud.now >= fails_at and rules.warming_in_time and refresh.last_chance == 0.0:
        fails_at = refresh.last_chance = max(seen.warm_at, cloud.now)
    if cloud.now < fails_at:
        wake(cloud, refresh, fails_at)
        return False
    why = waiting(cloud, refresh, seen)
    refresh_ends.fail(cloud, refresh, f"The instance refresh made no progress for one hour. {why}".rstrip())
    return True


def _hold(cloud: Cloud, refresh: Refresh, reason: str) -> None:
    """Nothing is begun; what has begun goes on."""
    refresh_ends.direct(cloud, refresh)
    refresh.alter(cloud.now, reason=reason)


def _until_checkpoint(cloud: Cloud, refresh: Refresh) -> str:
    left = round(refresh.paused_until - cloud.now)
    return f"Waiting for checkpoint delay to finish before continuing. There are {left} seconds left."


def _pause(cloud: Cloud, refresh: Refresh) -> bool:
    """A checkpoint is reached: of several the highest counts, and the last of all is no pause but an end."""
    checkpoints = refresh.preferences.checkpoints
    passed = _passed(refresh, refresh.now.progress.percent)
    if refresh.backwards or passed <= refresh.passed:
        return False
    refresh.passed = passed
    refresh.reached.append((cloud.now, checkpoints[passed - 1]))
    if passed == len(checkpoints):
        return False
    delay = refresh.preferences.delay
    refresh.paused_until = cloud.now + delay
    refresh.moved(refresh.paused_until)
    if not cloud.part(RefreshRules).delay_counts:
        refresh.deadline += delay
    _hold(cloud, refresh, _until_checkpoint(cloud, refresh))
    wake(cloud, refresh, refresh.paused_until)
    return delay > 0


def _replace(cloud: Cloud, refresh: Refresh, seen: Look) -> bool:
    """Terminate what the bounds allow; when that is nothing, launch first what they allow."""
    group = refresh.group
    if not seen.outdated or group.suspended("Launch") or group.suspended("Terminate"):
        refresh_ends.direct(cloud, refresh, None if seen.outdated else 0)
        return False
    told, rules = refresh.preferences, cloud.part(RefreshRules)
    limits = bounds(
        seen.desired, told.minimum, told.maximum, heaviest=seen.heaviest, rounds_up=rules.maximum_rounds_up
    )
    victims = _victims(refresh, seen, limits)
    if victims:
        _terminate(cloud, refresh, victims)
        return True
    still = sum(each.units for each in seen.outdated if each.now.active)
    surge = max(0, min(limits.top, seen.desired + still) - seen.desired)
    if group.rolling is None or surge > group.rolling.surge:
        group.because(_launched(cloud))
    refresh_ends.direct(cloud, refresh, surge)
    return False


def _victims(refresh: Refresh, seen: Look, limits: Bounds) -> list[Member]:
    """Members that may go at this moment: those out of service first, then the oldest.

    One that is not ready costs nothing unless it is in service, and then it goes when enough others are ready.
    """
    told, ready = refresh.preferences, seen.ready
    chosen = []
    for member in sorted(
        seen.outdated, key=lambda each: (seen.states.get(each) is Readiness.READY, each.launched_at)
    ):
        state = seen.states.get(member)
        if _waits(told, member):
            continue
        if state is Readiness.READY:
            if ready - member.units < limits.keep:
                continue
            ready -= member.units
        elif state in (Readiness.WARMING, Readiness.UNKNOWN) and ready < limits.keep:
            continue
        chosen.append(member)
    return chosen


def _waits(told: refreshes.Preferences, member: Member) -> bool:
    standby = member.now.lifecycle == "Standby"
    return (standby and told.standby == WAIT) or (member.now.protected and told.protected == WAIT)


def _terminate(cloud: Cloud, refresh: Refresh, victims: list[Member]) -> None:
    group, at = refresh.group, cloud.clock(cloud.now)
    group.because(_launched(cloud))
    for member in victims:
        cause = f"At {at} an instance was taken out of service in response to an instance refresh.  "
        lives.terminate(
            cloud, group, member, f"{cause}At {at} instance {member.id} was selected for termination."
        )
    refresh_ends.direct(cloud, refresh)


def _launched(cloud: Cloud) -> Occasion:
    at = cloud.clock(cloud.now)
    return Occasion(cause=f"At {at} an instance was launched in response to an instance refresh.")


def _settle(cloud: Cloud, refresh: Refresh, seen: Look) -> bool:
    """At a last checkpoint below 100, launches that go on are waited for, and old members make room for them."""
    over = sum(each.units for each in seen.states) - seen.desired
    refresh_ends.direct(cloud, refresh)
    if Readiness.COMING in seen.states.values() or seen.missing:
        return True
    told = refresh.preferences
    here = [each for each in seen.outdated if each in seen.states and not _waits(told, each)]
    spare = [each for each in here if each.units <= over]
    if spare:
        _terminate(cloud, refresh, spare[:1])
    return bool(spare)


def _refresh_pool(cloud: Cloud, refresh: Refresh, seen: Look) -> None:
    """Once no member is old, the pool's instances go one at a time."""
    group = refresh.group
    stopped = group.suspended("Launch") or group.suspended("Terminate")
    if seen.outdated or seen.missing or seen.missing_warm or not seen.outdated_warm or stopped:
        return
    cause = f"At {cloud.clock(cloud.now)} an instance was taken out of a warm pool in response to an instance refresh."
    pool.end(cloud, group, seen.outdated_warm[0], cause)
    cloud.stir(group)


def _finish(cloud: Cloud, refresh: Refresh) -> None:
    bake = refresh.preferences.bake
    if refresh.backwards:
        refresh_ends.end(cloud, refresh, refreshes.ROLLED_BACK)
    elif bake == 0:
        refresh_ends.end(cloud, refresh, refreshes.SUCCESSFUL)
    else:
        refresh.paused_until = cloud.now + bake
        refresh.moved(refresh.paused_until)
        refresh.alter(cloud.now, status=refreshes.BAKING)
        _bake(cloud, refresh)


def _bake(cloud: Cloud, refresh: Refresh) -> None:
    """The bake time passes, and at its end the group must have its capacity."""
    if _alarmed(cloud, refresh):
        return
    if cloud.now < refresh.paused_until:
        left = round(refresh.paused_until - cloud.now)
        text = f"Waiting for bake time to finish before continuing. There are {left} seconds left."
        refresh.alter(cloud.now, reason=text)
        wake(cloud, refresh, refresh.paused_until)
        return
    seen = look(cloud, refresh)
    if seen.missing == 0:
        refresh_ends.end(cloud, refresh, refreshes.SUCCESSFUL)
    elif not _stuck(cloud, refresh, seen):
        refresh.alter(cloud.now, reason=waiting(cloud, refresh, seen))


def _stop(cloud: Cloud, refresh: Refresh) -> None:
    """Cancelling: launches and terminations that have begun are waited for, but no longer than an hour."""
    ends_at = refresh.moved_at + cloud.part(RefreshRules).hour
    if refresh.waits and _in_flight(refresh, refresh.group) and cloud.now < ends_at:
        wake(cloud, refresh, ends_at)
    else:
        reason = refresh_ends.BY_USER if refresh.waits else refresh_ends.AT_ONCE
        refresh_ends.end(cloud, refresh, refreshes.CANCELLED, reason)


def _in_flight(refresh: Refresh, group: Group) -> bool:
    return any(
        (each.now.terminating and each.id in refresh.outdated)
        or (each.now.lifecycle.startswith("Pending") and each.id not in refresh.before)
        for each in group.members.values()
    )
