"""How often to look and how long the cloud may take: no part of the policy, set from the environment."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from pulumi_rolling.core.model.durations import HOUR
from pulumi_rolling.errors import Fault, PolicyErrors

_RANGES = {
    "ROLLING_POLL_SECONDS": ("poll", 0.01, 600.0),
    "ROLLING_SETTLE_SECONDS": ("settle", 0.0, HOUR),
    "ROLLING_BOOT_LIMIT_SECONDS": ("boot_limit", 0.1, 24 * HOUR),
}


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds. The fields of the same names in ``Limits`` say what each one means."""

    poll: float = 1.0
    settle: float = 20.0
    boot_limit: float = HOUR

    @staticmethod
    def from_environment(environment: Mapping[str, str]) -> Timing:
        """The defaults, overridden by ``ROLLING_*_SECONDS``; an empty variable counts as absent.

        Raises PolicyErrors with every variable at fault.
        """
        values: dict[str, float] = {}
        faults: list[Fault] = []
        for variable, (name, least, most) in _RANGES.items():
            text = environment.get(variable, "").strip()
            if not text:
                continue
            seconds = _number(text)
            if least <= seconds <= most:
                values[name] = seconds
            else:
                faults.append(
                    Fault(
                        variable, f'must be a number of seconds from {least:g} to {most:g}; found "{text}".'
                    )
                )
        if faults:
            raise PolicyErrors(faults)
        return Timing(**values)


def _number(text: str) -> float:
    """The number, or NaN, which lies in no range."""
    try:
        return float(text)
    except ValueError:
        return math.nan
