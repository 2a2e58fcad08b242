"""A live group, for commands that look at one: made from the options that all of them share."""

from __future__ import annotations

from typing import Annotated

import typer

from pulumi_rolling.engine.clock import SystemClock
from pulumi_rolling.engine.retry import Retrier
from pulumi_rolling.fleets.auto_scaling_group.fleet import AutoScalingGroupFleet
from pulumi_rolling.fleets.aws.api import Place
from pulumi_rolling.fleets.aws.launch_templates import TemplateWanted
from pulumi_rolling.signals.choose import NoSignals

PATIENCE = 30.0
"""Seconds for which a person waits at the terminal while the cloud throttles."""

Group = Annotated[str, typer.Argument(help="Name of the Auto Scaling group.")]
Region = Annotated[str | None, typer.Option(help="Default: as the AWS SDK finds it.")]
Endpoint = Annotated[str | None, typer.Option(help="Another endpoint than AWS's, such as a lab's.")]


def live_group(name: str, region: str | None, endpoint: str | None) -> AutoScalingGroupFleet:
    """The group as a fleet. Nothing is asked yet."""
    return AutoScalingGroupFleet(
        name,
        wanted=TemplateWanted(),
        place=Place.of(region, endpoint),
        retry=Retrier(SystemClock(), patience=PATIENCE),
        signals=NoSignals(),
    )
