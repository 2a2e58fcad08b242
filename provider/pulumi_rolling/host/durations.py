"""Durations as Go writes them: ``customTimeouts`` of a resource."""

from __future__ import annotations

import re

_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}


def seconds(duration: object) -> float | None:
    """``1h30m`` in seconds; the engine has refused what is none."""
    found = re.findall(r"([0-9.]+)(h|ms|m|s|us|µs|ns)", duration) if isinstance(duration, str) else []
    return sum(float(count) * _UNITS[unit] for count, unit in found) or None
