"""Entry of `rolling`: the commands, and what an error of ours looks like at a terminal: one line, no traceback.

Exit codes: 0 done, 1 failed, 2 the input is at fault or the policy cannot be carried out.
"""

from __future__ import annotations

import sys

import click

from pulumi_rolling.cli.advice import told
from pulumi_rolling.cli.lazy import LazyCommands
from pulumi_rolling.errors import PolicyErrors, RollingError, not_installed

FAILED = 1
AT_FAULT = 2

EXTRAS = {"boto3": "aws", "botocore": "aws", "moto": "lab", "werkzeug": "lab", "matplotlib": "report"}
"""The extra of the package that brings a module which may be missing."""


def _version(context: click.Context, option: click.Parameter, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:
        # Takes longer to load than the whole of `rolling --help`.
        from importlib import metadata

        click.echo(f"rolling {metadata.version('pulumi-rolling')}")
        context.exit()


app = LazyCommands(
    name="rolling",
    help="UpdatePolicy for Pulumi: plan, watch and try rolling replacements.",
    params=[
        click.Option(
            ["--version"],
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=_version,
            help="Print the version.",
        )
    ],
    no_args_is_help=True,
)


def main(arguments: list[str] | None = None) -> None:
    """Run one command and exit."""
    try:
        app.main(arguments, prog_name="rolling")
    except PolicyErrors as error:
        from pulumi_rolling.report.plan_text import faults_text

        click.echo(faults_text(error.faults), err=True)
        sys.exit(AT_FAULT)
    except RollingError as error:
        click.echo(f"rolling: {told(error)}", err=True)
        sys.exit(FAILED)
    except ModuleNotFoundError as error:
        missing = not_installed(error)
        if missing is None:
            raise
        click.echo(f"rolling: {missing}", err=True)
        sys.exit(FAILED)
