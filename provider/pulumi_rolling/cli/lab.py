"""`rolling lab`: an embedded cloud to try policies on. The lab itself is an extra of the package."""

from __future__ import annotations

from typing import Annotated

from pulumi_rolling.cli.declared import Option
from pulumi_rolling.errors import RollingError


def lab(
    cloud: Annotated[str, Option(help="Which cloud; there is aws.")] = "aws",
    port: Annotated[int, Option(help="Port on 127.0.0.1; 0 takes a free one.", min=0, max=65535)] = 0,
    seed: Annotated[int, Option(help="The same seed and calls give the same run.")] = 1,
    boot: Annotated[float, Option(help="Seconds an instance boots, on average.", min=0.0)] = 0.5,
    spread: Annotated[float, Option(help="How much boots differ (sigma of a lognormal).", min=0.0)] = 0.0,
) -> None:
    """Serve an embedded cloud; its first line tells the endpoint and the environment to set. Ctrl-C ends it."""
    # Loads an HTTP server, and is an extra that may be missing.
    from pulumi_rolling.lab import LabError, serve

    try:
        serve(cloud=cloud, port=port, seed=seed, boot=boot, spread=spread)
    except (LabError, OSError) as error:
        raise RollingError(str(error)) from error
