"""A live group, for commands that look at one: made from the options that all of them share."""

from __future__ import annotations

from typing import Annotated

from pulumi_rolling.cli.declared import Argument, Option
from pulumi_rolling.cli.patience import AtATerminal
from pulumi_rolling.fleets.replace import Fleet, SignalSource
from pulumi_rolling.signals.choose import NoSignals

Group = Annotated[str, Argument(help="Name of the Auto Scaling group.")]
Region = Annotated[str | None, Option(help="Default: as the AWS SDK finds it.")]
Endpoint = Annotated[str | None, Option(help="Another endpoint than AWS's, such as a lab's.")]


def live_group(
    name: str, region: str | None, endpoint: str | None, signals: SignalSource | None = None
) -> Fleet:
    """The group as a fleet. The cloud is asked nothing yet."""
    # Only a live group needs the table of kinds, and through it the models of the inputs.
    from pulumi_rolling.handler.context import Defaults
    from pulumi_rolling.handler.opening import fleet_named
    from pulumi_rolling.handler.operation import Reach

    reach = Reach(Defaults(region, endpoint), AtATerminal(), signals or NoSignals())
    fleet: Fleet = fleet_named(name, reach)
    return fleet
