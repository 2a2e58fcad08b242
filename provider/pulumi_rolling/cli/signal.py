"""`rolling signal`: an instance says whether it came up."""

from __future__ import annotations

from typing import Annotated

import click

from pulumi_rolling.cli.declared import Option
from pulumi_rolling.core.model.member import Signal
from pulumi_rolling.errors import Fault, PolicyErrors
from pulumi_rolling.signals.send import send, status_of_exit_code


def signal(
    instance: Annotated[str | None, Option(help="Whose signal; default: the machine this runs on.")] = None,
    region: Annotated[str | None, Option(help="Default: as the AWS SDK finds it.")] = None,
    endpoint: Annotated[str | None, Option(help="Another endpoint than AWS's, such as a lab's.")] = None,
    exit_code: Annotated[
        int | None, Option(help="The exit code of what came before: 0 is SUCCESS, all else FAILURE.")
    ] = None,
    success: Annotated[bool | None, Option("--success/--failure", help="Say it outright.")] = None,
) -> None:
    """Send an instance's SUCCESS (the default) or FAILURE to the rollout that waits for it."""
    if exit_code is not None and success is not None:
        raise PolicyErrors(
            [Fault("--exit-code", "may not stand with --success or --failure: one of them decides.")]
        )
    status = Signal.FAILURE if success is False else status_of_exit_code(exit_code or 0)
    click.echo(send(status, instance=instance, region=region, endpoint=endpoint))
