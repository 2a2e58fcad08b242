"""A share of Desired as found, such as ``"25%"``, in tenths of a percent to round only on purpose."""

from __future__ import annotations

import re
from dataclasses import dataclass

_PERCENT = re.compile(r"([0-9]{1,3})(?:\.([0-9]))?%")


@dataclass(frozen=True, slots=True)
class Percent:
    tenths: int

    @staticmethod
    def parse(text: str) -> Percent | None:
        """``"25%"`` or ``"12.5%"``, up to 100; None for anything else."""
        match = _PERCENT.fullmatch(text)
        if match is None:
            return None
        tenths = int(match[1]) * 10 + int(match[2] or 0)
        return Percent(tenths) if tenths <= 1000 else None

    def batch_of(self, desired: int) -> int:
        """Rounded down, so that no more is replaced at once than was asked for, but never to nothing."""
        return max(1, desired * self.tenths // 1000)

    def floor_of(self, desired: int) -> int:
        """Rounded up, so that no fewer stay in service than was asked for."""
        return -(-desired * self.tenths // 1000)

    def __str__(self) -> str:
        return f"{self.tenths / 10:g}%"
