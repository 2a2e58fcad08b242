"""Whether new starts should wait, because the failure budget is probably spent already by members that are silent.

Theory of operation. A slot is used again as soon as its member is ready. While a silent failure ages toward the end
of its clock, that would go on starting replacements from a build that is lost. So before each start:

    P(bad | silent at age a) = f / (f + (1 - f) S(a))      f   the share of failures so far, with a small prior
                                                           S   the share of good boots that take longer than a

and from the independent P of all in flight the probability that more of them are bad than the budget has left. From
the setting's threshold on, new starts wait; what runs is never touched, and the guard opens again when the late ones
arrive. Before any boot was ever seen there is nothing to compare with, and slots open on success only in any case.

Worked example: balanced, no failure tolerated, 20 boots seen of about 90 s and spread 0.3, five in flight of 60 s and
one of 200 s. f = 0.1 / 21.1 = 0.005; S(60) = 0.85, so each of the five counts 0.006; S(200) = 0.008, so the one counts
0.38. Together 0.40, over the threshold of 0.2: nothing new is started. At 60 s all six would have counted 0.03.

The settings were found by simulation (`make bench`, part pacing).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from pulumi_rolling.core.model.member import Member
from pulumi_rolling.core.replace.boots import law_of
from pulumi_rolling.core.replace.budget import budget_left
from pulumi_rolling.core.replace.limits import Guard, Limits
from pulumi_rolling.core.replace.rollout import Rollout


@dataclass(frozen=True, slots=True)
class _Setting:
    threshold: float
    bad: float
    """The prior's failures; its successes are one in each setting."""


_SETTINGS = {
    Guard.FAST: _Setting(0.1, 0.02),
    Guard.BALANCED: _Setting(0.2, 0.1),
    Guard.CAUTIOUS: _Setting(0.1, 0.3),
}


OVERDUE = 0.05
"""A member is overdue when fewer good boots than this share take longer."""


class Odds:
    """The odds of one look, start by start. ``lost`` is the probability that the budget is spent already."""

    def __init__(self, limits: Limits, rollout: Rollout, flight: tuple[Member, ...], at: float) -> None:
        self._setting = _SETTINGS.get(limits.guard)
        self._law = law_of(rollout.way.boots, rollout.prior)
        self.lost = 0.0
        self._flight = flight
        self._slower: list[float] = []
        """For each in flight the share of good boots that take longer."""
        if self._setting is None or self._law is None:
            return
        bad = rollout.way.failures + self._setting.bad
        self._share = bad / (len(rollout.way.succeeded) + bad + 1.0)
        self._few = [0.0] * (max(0, budget_left(limits, rollout)) + 1)
        self._few[0] = 1.0
        ages = [0.0 if m.from_at is None else at - m.from_at for m in flight]
        self._slower = self._law.slower_than_each(ages)
        self._add(self._slower)
        for opening in rollout.way.openings:
            self._add([self._law.slower_than(at - opening.at)] * opening.count)

    def allow_start(self) -> bool:
        """True while the threshold is not reached; the start is then counted."""
        if self._setting is None or self._law is None:
            return True
        if self.lost >= self._setting.threshold:
            return False
        self._add([1.0])
        return True

    def suspects(self) -> tuple[str, ...]:
        """The overdue in flight, the latest first; the latest alone where none is plainly overdue."""
        late = sorted(zip(self._slower, (m.id for m in self._flight), strict=True))
        overdue = [name for slower, name in late if slower < OVERDUE]
        return tuple(overdue[:5] or [name for _, name in late[:1]])

    def _add(self, slower: list[float]) -> None:
        """More in flight: the probabilities of 0, 1, .. bad ones, as many as the budget has left."""
        share, few, good = self._share, self._few, 1 - self._share
        if len(few) == 1:
            few[0] *= math.prod([1 - share / (share + good * each) for each in slower])
        else:
            for bad in [share / (share + good * each) for each in slower]:
                for count in range(len(few) - 1, 0, -1):
                    few[count] += bad * (few[count - 1] - few[count])
                few[0] *= 1 - bad
        self.lost = max(0.0, 1.0 - sum(few))
