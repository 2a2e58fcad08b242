"""A whole group in memory under virtual time, with a script of misfortunes: for tests of ours and of yours.

It plays the cloud's side: launches what Desired asks for from the current pointer, boots, signals, refuses, heals,
loses. Every member is a set of moments, so the group can be shown as it was at any time: reads may be stale. The
truth (``history``, ``launched``, ``members()``) is kept apart from what ``observe`` shows. Same seed, same run.

    fleet = SimulatedFleet(desired=6, max_size=8, revision=v1, behaviours={"d2": Behaviour(signal=Signal.FAILURE)})

docs/simulate.md has a test of a policy from end to end.
"""

from pulumi_rolling.fleets.simulated.behaviour import NEVER, Behaviour
from pulumi_rolling.fleets.simulated.delegated import DelegatedFleet
from pulumi_rolling.fleets.simulated.fleet import SimulatedFleet
from pulumi_rolling.fleets.simulated.group import Birth, Truth

__all__ = ["NEVER", "Behaviour", "Birth", "DelegatedFleet", "SimulatedFleet", "Truth"]
