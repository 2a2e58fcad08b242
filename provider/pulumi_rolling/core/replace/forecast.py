"""How long the rest may take, as a range from the boots seen; never from an average of arrivals.

Arrivals come in clumps, so their rate says little. The range is left / window rounds of the quicker and the slower
boots of the law that fits those seen in this rollout, or in the group's last one before any is seen.
"""

from __future__ import annotations

import math

from pulumi_rolling.core.replace.boots import law_of
from pulumi_rolling.core.replace.limits import Pacing
from pulumi_rolling.core.replace.rollout import Boots

_QUICK, _SLOW = -0.67, 1.64
"""Normal quantiles: a quarter boots quicker, a twentieth slower."""
NO_BOOTS = Boots()


def time_left(
    boots: Boots, left: int, window: int, pacing: Pacing, prior: Boots = NO_BOOTS
) -> tuple[float, float] | None:
    """Seconds (low, high) until ``left`` members are replaced; None where no boot was ever seen."""
    law = law_of(boots, NO_BOOTS if boots.n else prior)
    if law is None:
        return None
    if not left:
        return (0.0, 0.0)
    mean, spread = law.mean, law.spread
    rounds = math.ceil(left / window)
    typical = math.exp(mean + spread * spread / 2)
    if pacing is Pacing.LOCK_STEP:
        return (rounds * math.exp(mean), rounds * math.exp(mean + _SLOW * spread))
    return (
        max(1.0, left / window) * math.exp(mean + _QUICK * spread),
        rounds * typical + math.exp(mean + spread),
    )
