"""The builds of a simulation: what the new revision is worth, under whatever strategy it is rolled out."""

from __future__ import annotations

from dataclasses import dataclass

from pulumi_rolling.core.model.member import Revision

OLD = Revision("simulated:1", "old", "the old revision")
NEW = Revision("simulated:2", "new", "the new revision")


@dataclass(frozen=True, slots=True)
class Build:
    """What the new revision is worth. Shares of its members; the rest are well.

    ``bad``: they signal FAILURE when they have booted; without signals they never reach service, and under an instance
    refresh the group's own checks end them. ``silent``: they never say anything and never become ready.
    """

    bad: float = 0.0
    silent: float = 0.0


GOOD = Build()
