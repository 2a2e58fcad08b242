"""A live group, for commands that look at one: made from the options that all of them share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pulumi_rolling.cli.declared import Argument, Option
from pulumi_rolling.cli.patience import AtATerminal
from pulumi_rolling.fleets.base import Driven
from pulumi_rolling.fleets.replace import SignalSource
from pulumi_rolling.signals.choose import NoSignals

if TYPE_CHECKING:
    from pulumi_rolling.handler.operation import Reach

Rolled = Driven[Any, Any, Any]
"""A group as the loop of whichever machine needs it."""

Group = Annotated[str, Argument(help="An Auto Scaling group, cluster/service of ECS, or asg-... of ESS.")]
Region = Annotated[str | None, Option(help="Default: as the AWS SDK finds it.")]
Endpoint = Annotated[str | None, Option(help="Another endpoint than AWS's, such as a lab's.")]


def live_group(
    name: str, region: str | None, endpoint: str | None, signals: SignalSource | None = None
) -> Any:
    """The group as a fleet of its kind's first strategy. The cloud is asked nothing yet."""
    return _fleet(name, region, endpoint, signals)


def rolled_group(
    name: str, region: str | None, endpoint: str | None, signals: SignalSource | None = None
) -> Rolled:
    """The group as a fleet of the machine whose rollout is on its record."""
    from pulumi_rolling.core.machine import machine_of
    from pulumi_rolling.engine.record.pieces import read_any

    fleet = _fleet(name, region, endpoint, signals)
    found = read_any(fleet.marks())
    if found is not None:
        fleet = _fleet(name, region, endpoint, signals, machine_of(found[1]).name)
    rolled: Rolled = fleet
    return rolled


def _fleet(
    name: str, region: str | None, endpoint: str | None, signals: SignalSource | None, machine: str = ""
) -> Any:
    # Only a live group needs the table of kinds, and through it the models of the inputs.
    from pulumi_rolling.handler.opening import fleet_named

    return fleet_named(name, reach_of(region, endpoint, signals), machine)


def reach_of(region: str | None, endpoint: str | None, signals: SignalSource | None = None) -> Reach:
    """What a fleet is made with here."""
    from pulumi_rolling.handler.context import Defaults
    from pulumi_rolling.handler.operation import Reach

    return Reach(Defaults(region, endpoint), AtATerminal(), signals or NoSignals())
