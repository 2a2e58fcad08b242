"""How long the rest may take, as a range from the boots seen in this roll; never from an average of arrivals.

Arrivals come in clumps, so their rate says little. The range is left / window rounds of the quicker and the slower
boots of a lognormal fitted to those seen.
"""

from __future__ import annotations

import math

from pulumi_rolling.core.model import Boots, Pacing

_QUICK, _SLOW = -0.67, 1.64
"""Normal quantiles: a quarter boots quicker, a twentieth slower."""


def time_left(boots: Boots, left: int, window: int, pacing: Pacing) -> tuple[float, float] | None:
    """Seconds (low, high) until ``left`` members are replaced; None before any boot was seen."""
    if not boots.n:
        return None
    if not left:
        return (0.0, 0.0)
    mean = boots.logs / boots.n
    # A small prior (spread 0.5, weight 2) keeps the first boots from looking certain.
    spread = math.sqrt((max(0.0, boots.squares - boots.n * mean * mean) + 0.5) / (boots.n + 1))
    rounds = math.ceil(left / window)
    typical = math.exp(mean + spread * spread / 2)
    if pacing is Pacing.LOCK_STEP:
        return (rounds * math.exp(mean), rounds * math.exp(mean + _SLOW * spread))
    return (
        max(1.0, left / window) * math.exp(mean + _QUICK * spread),
        rounds * typical + math.exp(mean + spread),
    )
