"""The likely course of a rollout as bars, one after another; how they were foretold is not known here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any


class Does(Enum):
    """What a rollout does in a phase."""

    REPLACE = "replace"
    WAIT = "wait"
    ASK = "ask"
    """Somebody's word is waited for, for a time that nobody knows."""


@dataclass(frozen=True, slots=True)
class Phase:
    """Phase of a rollout. ``lasts``: seconds, as is likely; 0 where a word is waited for."""

    name: str
    what: str
    lasts: float
    does: Does


@dataclass(frozen=True, slots=True)
class Drawing:
    phases: tuple[Phase, ...] = ()
    assumed: float | None = None
    """Seconds that a boot is drawn with; None where boots were seen before."""

    @property
    def lasts(self) -> float:
        return sum(phase.lasts for phase in self.phases)


def drawing_json(drawing: Drawing) -> dict[str, Any]:
    return {
        "phases": [
            {"name": each.name, "what": each.what, "seconds": round(each.lasts), "does": each.does.value}
            for each in drawing.phases
        ],
        "assumedBoot": drawing.assumed,
    }


def drawing_of(document: Mapping[str, Any]) -> Drawing:
    """What ``drawing_json`` wrote. Raises KeyError or ValueError for anything else."""
    return Drawing(
        tuple(
            Phase(str(each["name"]), str(each["what"]), float(each["seconds"]), Does(each["does"]))
            for each in document["phases"]
        ),
        document.get("assumedBoot"),
    )
