"""`rolling preview`: `pulumi preview`, and then what could not come back if the update failed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import click

from pulumi_rolling.cli.declared import Option
from pulumi_rolling.cli.stack import Folder, StackName

STDOUT = "-"


def preview(
    context: click.Context,
    risks: Annotated[
        str, Option("--risks", metavar="FILE|-", help="Write the risks as JSON, too; - is the output.")
    ] = "",
    cwd: Folder = Path(),
    stack: StackName = "",
) -> None:
    """Run `pulumi preview`, with any of its flags, and tell what could not come back if the update failed.

    The risks go to standard error, and Pulumi's output and exit code are its own.
    """
    from pulumi_rolling.stack.command import Pulumi, project_of
    from pulumi_rolling.stack.foresight_text import FIRST, risks_json, risks_text
    from pulumi_rolling.stack.foretold import previewed

    if risks == STDOUT and {"--json", "-j"} & set(context.args):
        raise click.BadParameter("Pulumi's --json has the output already; name a file.", param_hint="--risks")
    told = previewed(Pulumi(project_of(cwd), stack), context.args)
    if told.risks is None:
        if told.code == 0:
            click.echo(
                "\nWhat could not come back is not known: Pulumi told no events of its preview.", err=True
            )
        raise click.exceptions.Exit(told.code)
    click.echo(f"\n{FIRST if told.first else risks_text(told.risks)}", err=True)
    if risks:
        written = json.dumps(risks_json(told.risks), indent=2) + "\n"
        if risks == STDOUT:
            click.echo(written, nl=False)
        else:
            Path(risks).write_text(written)
    raise click.exceptions.Exit(told.code)
