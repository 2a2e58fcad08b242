"""When the next look at members that boot is worth its calls.

Theory of operation. A look finds the members that have become ready since the one before, and until then their slots
stand idle. How long they are expected to have stood idle by a moment follows from the ages of those in flight and from
the law of boots (core.boots): for each the share of good boots, among those that take longer than its age, that are
over by then. The next look is due when that idle time has grown to what a look is worth. So nothing is looked at before
the earliest can be ready, looks come close together where many are due, and they thin out behind a late one.

    a slot opens on success        the idle time of all in flight
    the guard holds new starts     that of the suspects alone, for all slots that are free meanwhile
    a round or the roll ends       that of all slots together, once all in flight are ready

Of a wave the quick are ready first, and boots seen are theirs. So each one in flight that is older than the median
counts as a boot as well, as long as such boots take on average. Before any boot is known, looks thin out with the age
of the oldest in flight. Other members than those that boot may change at any time, by others' acts: that is why no two
looks are further apart than ``longest_wait``.

Worked example: boots of about 90 s, spread 0.3, five in flight, all of 60 s. Of the boots that take longer than 60 s
one in fourteen is over at 66 s: five slots will have stood idle for a second together. Five of 120 s would be looked
at after 3 s, and five that have just begun after 22 s, the longest wait.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable

from pulumi_rolling.core.model.codes import Step
from pulumi_rolling.core.model.member import Member
from pulumi_rolling.core.replace.actions import Action, Adjust, Terminate, Together
from pulumi_rolling.core.replace.boots import Law, add_boots, law_of
from pulumi_rolling.core.replace.limits import Pacing
from pulumi_rolling.core.replace.look import Look
from pulumi_rolling.core.replace.rollout import Boots, Rollout

WORTH = 0.0013
"""Idle time, as a share of a boot and for each slot, that a look is worth while starts wait for it (make bench)."""
SUSPECTED = 7.0
"""Times as much at a spread of one, while the guard holds: the wider the law, the less a look at late ones tells."""
LAST = 5.5
"""The same, when nothing starts before all are ready: it delays a round, or nothing but the end."""
LONGER = 1.5
"""Times as wide as the law says, for those that are late: the law of few boots is narrower than the boots."""
START = 3.0
"""Polls until the first look at those of whose boots nothing is known."""
GROWTH = 1 / 3
"""Before any boot is known: the wait as a share of the age of the oldest in flight."""
SHARE = 1 / 4
"""The longest wait between two looks, as a share of a boot."""
SHORT, LONG = 15.0, 450.0
"""Seconds: the longest wait is never shorter than the one and never longer than the other."""
RAREST = 3600.0
"""Seconds: what others do to the group as a whole is asked for at least as often."""
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
        return look.at + blind_wait(max(ages, default=0.0), poll)
    law = with_those_still_booting(law, way.boots, rollout.prior, ages)
    worth, wide = WORTH * _boot_under_way(law) * way.batch, math.sqrt(law.spread)
    late = [m for m in booting if m.id in suspects]
    if late:
        free = max(1, way.batch - len(ages) + 1)
        idle = Idle(law, _ages(late, look.at), each=free / (SUSPECTED * wide))
    elif not census.candidates or look.limits.pacing is Pacing.LOCK_STEP:
        idle = Idle(law, [*ages, *[0.0] * started], together=way.batch / (LAST * wide))
    else:
        idle = Idle(law, [*ages, *[0.0] * started])
    return look.at + max(poll, idle.until(worth, longest_wait(law)))


def with_those_still_booting(law: Law, boots: Boots, prior: Boots, ages: list[float]) -> Law:
    """The quick are ready first, so that boots seen tell of them alone while the slow are still in flight."""
    beyond = [(age, (math.log(age) - law.mean) / law.predictive) for age in ages if age > math.exp(law.mean)]
    # How far the mean of a normal law's tail lies beyond its beginning, in spreads: 0.8 at the median, then ever less.
    slow = [age * math.exp(LONGER * law.predictive / (z + 1.25)) for age, z in beyond]
    return law_of(add_boots(boots, slow), prior) or law


def longest_wait(law: Law) -> float:
    """Seconds between two looks, at most: what happens to others than those that boot is seen by then."""
    return min(LONG, max(SHORT, SHARE * _boot_under_way(law)))


def rarely(rollout: Rollout, least: float) -> float:
    """Seconds for which an answer serves about what others do to the group as a whole: two boots, once they are known.

    Acts do not hang on it: who goes and who is missing is seen at each look.
    """
    law = law_of(rollout.way.boots, rollout.prior)
    return least if law is None else max(least, min(2 * _boot_under_way(law), RAREST))


def frame_serves(rollout: Rollout) -> float:
    """Seconds for which sizes, pointer and tags of a look serve later ones that only wait for boots; 0: not at all.

    Acts do not hang on it: what is done follows from a look that has all of that anew.
    """
    way, kept = rollout.way, rollout.found.sizes.kept
    issued = [i.action for i in rollout.ours.issued]
    law = law_of(way.boots, rollout.prior)
    moves = (
        rollout.step is Step.ROLL
        and not way.waits_for_somebody
        and bool(way.in_flight or way.openings or issued)
    )
    if law is None or not moves or not all(leaves_frame(each, kept=kept) for each in issued):
        return 0.0
    return min(LONG, SHARE * _boot_under_way(law))


def leaves_frame(action: Action, *, kept: bool) -> bool:
    """Whether an act changes members alone. ``kept``: the cloud keeps a Desired, which some removals lower."""
    match action:
        case Adjust():
            return not kept
        case Terminate(relaunch=relaunch):
            return relaunch or not kept
        case Together(acts):
            return all(leaves_frame(each, kept=kept) for each in acts)
        case _:
            return False


def blind_wait(age: float, poll: float) -> float:
    """Seconds between two looks before any boot is known, by the age of the oldest in flight."""
    return max(poll if age >= poll else START * poll, min(GROWTH * age, LONG))


def usual_wait(rollout: Rollout) -> float | None:
    """Seconds between two looks of a full window, members being ready evenly; None before any boot is known."""
    law = law_of(rollout.way.boots, rollout.prior)
    return None if law is None else math.sqrt(2 * WORTH) * _boot_under_way(law)


def _boot_under_way(law: Law) -> float:
    """The median of the boots in which a moment falls: of long ones more are under way than of short ones."""
    return math.exp(law.mean + law.spread**2)


def _ages(members: Iterable[Member], at: float) -> list[float]:
    return [0.0 if m.from_at is None else at - m.from_at for m in members]


class Idle:
    """Slots that are expected to stand idle, from the ages of those that are waited for."""

    def __init__(self, law: Law, ages: list[float], *, each: float = 1.0, together: float = 0.0) -> None:
        """``each``: slots that stand idle for each that is ready. ``together``: those that do once all are."""
        self._law = law
        self._ages = ages
        self._slower = law.slower_than_each(ages)
        self._each = each
        self._together = together

    def until(self, worth: float, longest: float) -> float:
        """Seconds until slots have together stood idle for ``worth`` seconds, as far as one can tell."""
        step, idle, before = longest / STEPS, 0.0, 0.0
        for number in range(1, STEPS + 1):
            now = self._after(number * step)
            more = step * (before + now) / 2
            if more > 0 and idle + more >= worth:
                return step * (number - 1) + step * (worth - idle) / more
            idle, before = idle + more, now
        return longest

    def _after(self, seconds: float) -> float:
        later = self._law.slower_than_each([age + seconds for age in self._ages])
        # Far behind all boots nothing can be told: one that is still to come may come at once.
        if not self._ages:
            return 0.0
        ready = [1 - b / a if a > 0 else 1.0 for a, b in zip(self._slower, later, strict=True)]
        return self._together * math.prod(ready) if self._together else self._each * sum(ready)
