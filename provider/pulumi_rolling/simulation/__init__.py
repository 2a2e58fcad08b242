"""Whole rollouts under a virtual clock: the same ``decide`` on a simulated group, once or a thousand times."""

from pulumi_rolling.simulation.builds import Build
from pulumi_rolling.simulation.driver import Rolled, drive
from pulumi_rolling.simulation.law import BootLaw
from pulumi_rolling.simulation.refreshes import RefreshScenario, follow
from pulumi_rolling.simulation.trials import Scenario, simulate, study

__all__ = [
    "BootLaw",
    "Build",
    "RefreshScenario",
    "Rolled",
    "Scenario",
    "drive",
    "follow",
    "simulate",
    "study",
]
