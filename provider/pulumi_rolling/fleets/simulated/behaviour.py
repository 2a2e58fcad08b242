"""How members of one revision behave, and the draw that gives each launch its fate. Knows no group and no clock."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pulumi_rolling.core.model.member import Signal, TargetHealth
from pulumi_rolling.core.replace.observation import LaunchError

NEVER = math.inf


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What members of a revision do. Seconds; ``share`` of the members do so, the rest as the default.

    The moment when a boot ends is the zero of ``signal_after``, ``dies_after``, ``targets`` and ``checks``.
    """

    boot: float = 10.0
    """Mean of the boots: from the launch to being in service."""
    spread: float = 0.0
    """Sigma of the lognormal law of the boots; 0: all take ``boot``."""
    quantiles: tuple[tuple[float, float], ...] = ()
    """Boots as seen elsewhere, in place of ``boot`` and ``spread``: ascending (share, seconds), straight between."""
    sooner: float = 0.0
    """Seconds by which each boot ends sooner: for a driver that on purpose looks that much later, on average."""
    sooner_up_to: float = NEVER
    """Boots longer than this are left as they are, as those are that a clock ends before."""
    signal: Signal | None = Signal.SUCCESS
    """What the member says of itself; None: it stays silent."""
    signal_after: float = 0.0
    """Below 0 it speaks before it is in service, as CloudFormation allows."""
    signal_again: Signal | None = None
    """What it says a second time: the same (a duplicate), or another word."""
    signal_again_after: float = 1.0
    """Seconds from the first signal to the second."""
    in_service: bool = True
    """False: it never reaches service."""
    abandon: bool = False
    """A launch hook holds the member and abandons it when its boot ends: it goes, and the cloud launches another."""
    launch_error: LaunchError | None = None
    refusals: float = NEVER
    """How many launches are refused before one succeeds."""
    vanish_after: float = NEVER
    """Seconds from the launch until the member is gone, whatever it said."""
    vanish_excused: bool = False
    unhealthy_after: float = NEVER
    """Seconds from the launch until the machine is dead."""
    dies_after: float = NEVER
    """Seconds from the end of the boot until the machine is dead: with a SUCCESS before it, a liar."""
    targets: tuple[tuple[float, TargetHealth], ...] = ((0.0, TargetHealth.HEALTHY),)
    """What the load balancers say, and since when; ``initial`` before. Shown where the fleet has target groups."""
    checks: tuple[tuple[float, bool], ...] = ((0.0, True),)
    """What EC2's status checks say, and since when; not passed before. Shown where the fleet has them."""
    warm_boot: float | None = None
    """Mean boot of a member from the warm pool; None: as any other."""
    share: float = 1.0

    def draw_boot(self, chance: random.Random) -> float:
        """The boot of one launch."""
        if self.quantiles:
            boot = _between(self.quantiles, chance.random())
        elif self.spread:
            boot = chance.lognormvariate(math.log(self.boot) - self.spread**2 / 2, self.spread)
        else:
            boot = self.boot
        return max(0.0, boot - self.sooner) if boot <= self.sooner_up_to else boot


def draw(behaviours: Sequence[Behaviour], chance: random.Random) -> Behaviour:
    """The behaviour of one launch: each of several takes its share, the rest boots alike and is well."""
    first = behaviours[0]
    if len(behaviours) == 1 and first.share >= 1:
        return first
    fate = chance.random()
    for behaviour in behaviours:
        if fate < behaviour.share:
            return behaviour
        fate -= behaviour.share
    return replace(_WELL, boot=first.boot, spread=first.spread, quantiles=first.quantiles)


def draw_id(chance: random.Random) -> str:
    """The id of one launch, drawn between its behaviour and its boot in every kind of group."""
    return f"i-{chance.getrandbits(68):017x}"


_WELL = Behaviour()


def _between(quantiles: tuple[tuple[float, float], ...], share: float) -> float:
    """The law between its quantiles is straight; beyond the outermost it is cut off."""
    low = quantiles[0]
    if share <= low[0]:
        return low[1]
    for high in quantiles[1:]:
        if share <= high[0]:
            return low[1] + (high[1] - low[1]) * (share - low[0]) / (high[0] - low[0])
        low = high
    return low[1]
