"""Entry of `rolling`: the commands, and what an error of ours looks like at a terminal: one line, no traceback.

Exit codes: 0 done, 1 failed, 2 the input is at fault or the policy cannot be carried out.
"""

from __future__ import annotations

import sys
from importlib import metadata
from typing import Annotated

import typer

from pulumi_rolling.cli.lab import lab
from pulumi_rolling.cli.plan import plan
from pulumi_rolling.cli.preview import preview
from pulumi_rolling.cli.requests import abort, approve, pause, reject, resume, retry, skip
from pulumi_rolling.cli.signal import signal
from pulumi_rolling.cli.simulate import simulate
from pulumi_rolling.cli.stack import PASSED_ON, deployments, rollback, up
from pulumi_rolling.cli.status import status
from pulumi_rolling.cli.watch import watch
from pulumi_rolling.errors import PolicyErrors, RollingError, not_installed
from pulumi_rolling.report.plan_text import faults_text

FAILED = 1
AT_FAULT = 2

app = typer.Typer(
    name="rolling",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"rolling {metadata.version('pulumi-rolling')}")
        raise typer.Exit


@app.callback()
def rolling(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """UpdatePolicy for Pulumi: plan, watch and try rolling replacements."""


COMMANDS = (
    plan,
    simulate,
    status,
    watch,
    pause,
    resume,
    approve,
    reject,
    retry,
    skip,
    abort,
    signal,
    lab,
    rollback,
    deployments,
)

for command in COMMANDS:
    app.command()(command)
app.command(context_settings=PASSED_ON)(up)
app.command(context_settings=PASSED_ON)(preview)


def main(arguments: list[str] | None = None) -> None:
    """Run one command and exit."""
    try:
        app(arguments)
    except PolicyErrors as error:
        typer.echo(faults_text(error.faults), err=True)
        sys.exit(AT_FAULT)
    except RollingError as error:
        typer.echo(f"rolling: {error}", err=True)
        sys.exit(FAILED)
    except ModuleNotFoundError as error:
        missing = not_installed(error)
        if missing is None:
            raise
        typer.echo(f"rolling: {missing}", err=True)
        sys.exit(FAILED)
