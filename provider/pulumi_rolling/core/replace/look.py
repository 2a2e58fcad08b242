"""One look at the group with all that a decision needs of it: the rules, what is remembered, seen and counted."""

from __future__ import annotations

from pulumi_rolling.core.model.values import value
from pulumi_rolling.core.replace.census import Census, take_census
from pulumi_rolling.core.replace.limits import Limits
from pulumi_rolling.core.replace.observation import Observation
from pulumi_rolling.core.replace.rollout import Rollout


@value(frozen=True, slots=True)
class Look:
    """The steps of a machine hand it on and never change it. ``limits`` are those of the rollout's direction."""

    limits: Limits
    rollout: Rollout
    seen: Observation
    census: Census

    @property
    def at(self) -> float:
        return self.seen.at

    def with_rollout(self, rollout: Rollout) -> Look:
        """The rollout has come further, in nothing that the census counts."""
        return self if rollout is self.rollout else Look(self.limits, rollout, self.seen, self.census)

    def with_census(self, census: Census) -> Look:
        return Look(self.limits, self.rollout, self.seen, census)

    def counted_anew(self, rollout: Rollout) -> Look:
        """The rollout has come further, in something that the census counts."""
        return look_at(self.limits, rollout, self.seen)


def look_at(limits: Limits, rollout: Rollout, seen: Observation) -> Look:
    return Look(limits, rollout, seen, take_census(limits, rollout, seen))
