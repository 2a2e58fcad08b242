"""When the next look at members that boot is worth its calls.

Theory of operation. A look finds the members that have become ready since the one before, and until then their slots
stand idle. How long they are expected to have stood idle by a moment follows from the ages of those in flight and from
the law of boots (core.boots): for each the share of good boots, among those that take longer than its age, that are
over by then. The next look is due when that idle time has grown to what a look is worth. So nothing is looked at before
the earliest can be ready, looks come close together where many are due, and they thin out behind a late one.

    a slot opens on success        the idle time of all in flight
    the guard holds new starts     that of the suspects alone, for all slots that are free meanwhile
    nobody is left to be replaced  the idle time of all in flight; it delays nothing but the end

Before any boot is known, looks thin out with the age of the oldest in flight. Other members than those that boot may
change at any time, by others' acts: that is why no two looks are further apart than ``longest_wait``.

Worked example: boots of about 90 s, spread 0.3, five in flight, all of 60 s. Of the boots that take longer than 60 s
one in fourteen is over at 66 s: five slots will have stood idle for a second together. Five of 120 s would be looked
at after 3 s, and five that have just begun after 22 s, the longest wait.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable

from pulumi_rolling.core.model.codes import Step
from pulumi_rolling.core.model.member import Member
from pulumi_rolling.core.replace.boots import Law, law_of
from pulumi_rolling.core.replace.limits import Pacing
from pulumi_rolling.core.replace.look import Look

WORTH = 0.0019
"""Idle time, as a share of a boot and for each slot, that a look is worth while starts wait for it (make bench)."""
SUSPECTED = 5.0
"""Times as much, while the guard holds: the late ones come when they come."""
LAST = 8.0
"""Times as much, when nobody is left to be replaced."""
GROWTH = 1 / 3
"""Before any boot is known: the wait as a share of the age of the oldest in flight."""
SHARE = 1 / 4
"""The longest wait between two looks, as a share of a boot."""
SHORT, LONG = 15.0, 300.0
"""Seconds: the longest wait is never shorter than the one and never longer than the other."""
STEPS = 12
"""Steps in which the idle time is summed up to the longest wait."""


def after_boots(look: Look, started: int = 0, suspects: Collection[str] = ()) -> float | None:
    """When to look again at those in flight; None where something else than boots is waited for, too.

    ``started``: replacements that this very look begins. ``suspects``: those for whom the guard holds new starts.
    """
    rollout, census = look.rollout, look.census
    way = rollout.way
    if rollout.step is not Step.ROLL or way.waits_for_somebody or way.draining or not census.slots + started:
        return None
    warming = {member for member, _ in way.warming}
    booting = [m for m in census.unjudged if m.id not in warming]
    ages = [*_ages(booting, look.at), *(look.at - o.at for o in way.openings for _ in range(o.count))]
    law, poll = law_of(way.boots, rollout.prior), look.limits.poll
    if law is None:
        return look.at + max(poll, min(GROWTH * max(ages, default=0.0), LONG))
    boot = _boot_under_way(law)
    worth = WORTH * boot * (len(ages) + started)
    late = [m for m in booting if m.id in suspects]
    if late:
        free = max(1, way.batch - len(ages) + 1)
        worth, ages, started = SUSPECTED * WORTH * boot * way.batch / free, _ages(late, look.at), 0
    elif not census.candidates and look.limits.pacing is Pacing.SLIDING:
        worth *= LAST
    wait = _until_idle(law, [*ages, *[0.0] * started], worth, longest_wait(law))
    return look.at + max(poll, wait)


def longest_wait(law: Law) -> float:
    """Seconds between two looks, at most: what happens to others than those that boot is seen by then."""
    return min(LONG, max(SHORT, SHARE * _boot_under_way(law)))


def _boot_under_way(law: Law) -> float:
    """The median of the boots in which a moment falls: of long ones more are under way than of short ones."""
    return math.exp(law.mean + law.spread**2)


def _ages(members: Iterable[Member], at: float) -> list[float]:
    return [0.0 if m.launched_at is None else at - m.launched_at for m in members]


def _until_idle(law: Law, ages: list[float], worth: float, longest: float) -> float:
    """Seconds until members of these ages have together been ready for ``worth`` seconds, as far as one can tell."""
    slower = law.slower_than_each(ages)
    step, idle, before = longest / STEPS, 0.0, 0.0
    for number in range(1, STEPS + 1):
        later = law.slower_than_each([age + number * step for age in ages])
        # Far behind all boots nothing can be told: one that is still to come may come at once.
        ready = sum(1 - after / now if now > 0 else 1.0 for now, after in zip(slower, later, strict=True))
        more = step * (before + ready) / 2
        if more > 0 and idle + more >= worth:
            return step * (number - 1) + step * (worth - idle) / more
        idle, before = idle + more, ready
    return longest
