"""Whole rollouts under a virtual clock: the same ``decide`` on the simulated fleet, once or a thousand times."""

from pulumi_rolling.simulation.driver import Rolled, drive
from pulumi_rolling.simulation.law import BootLaw
from pulumi_rolling.simulation.trials import Build, Scenario, simulate, study

__all__ = ["BootLaw", "Build", "Rolled", "Scenario", "drive", "simulate", "study"]
