"""`rolling preview`: `pulumi preview`, and then what could not come back; or one comment for a pull request."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import replace
from enum import Enum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import click

from pulumi_rolling.cli.declared import Option
from pulumi_rolling.cli.stack import Folder, StackName

if TYPE_CHECKING:
    from pulumi_rolling.stack.command import Pulumi
    from pulumi_rolling.stack.foretold import Foretold

STDOUT = STDIN = "-"


class Form(str, Enum):
    TEXT = "text"
    MARKDOWN = "markdown"


def preview(
    context: click.Context,
    form: Annotated[
        Form, Option("--format", help="Markdown: one comment, and Pulumi speaks on standard error.")
    ] = Form.TEXT,
    since: Annotated[
        str, Option("--since", metavar="FILE", help="With markdown: the last comment, to tell what changed.")
    ] = "",
    given: Annotated[
        str,
        Option("--from", metavar="FILE|-", help="With markdown: what `pulumi preview --json` wrote."),
    ] = "",
    risks: Annotated[
        str, Option("--risks", metavar="FILE|-", help="Write the risks as JSON, too; - is the output.")
    ] = "",
    cwd: Folder = Path(),
    stack: StackName = "",
) -> None:
    """Run `pulumi preview`, with any of its flags, and tell what could not come back if the update failed.

    The risks go to standard error, and Pulumi's output and exit code are its own. With `--format markdown` all of it,
    and each group's plan, is one comment on standard output.
    """
    from pulumi_rolling.stack.command import Pulumi, project_of
    from pulumi_rolling.stack.foretold import previewed

    _refuse(form, since, given, risks, context.args)
    pulumi = Pulumi(project_of(cwd), stack)
    if form is Form.MARKDOWN:
        foretold = _commented(pulumi, context.args, since, given)
    else:
        foretold = previewed(pulumi, context.args)
        _say(foretold)
    if risks and foretold.risks is not None:
        _write_risks(foretold, risks)
    raise click.exceptions.Exit(foretold.code)


def _refuse(form: Form, since: str, given: str, risks: str, flags: list[str]) -> None:
    """Options that contradict each other."""
    if form is Form.TEXT:
        for name in [name for name, value in (("--since", since), ("--from", given)) if value]:
            raise click.BadParameter("It needs --format markdown.", param_hint=name)
        if risks == STDOUT and {"--json", "-j"} & set(flags):
            raise click.BadParameter(
                "Pulumi's --json has the output already; name a file.", param_hint="--risks"
            )
        return
    if risks == STDOUT:
        raise click.BadParameter("The comment has the output already; name a file.", param_hint="--risks")
    if given and flags:
        raise click.BadParameter(
            f"No preview is run, so no flag of Pulumi's can hold: {' '.join(flags)}", param_hint="--from"
        )


def _commented(pulumi: Pulumi, flags: list[str], since: str, given: str) -> Foretold:
    """Write the comment, and annotate its faults for the pipeline."""
    from pulumi_rolling.cli.commenting import FOLDER, faults_of, told_of
    from pulumi_rolling.report.comment.layout import comment
    from pulumi_rolling.report.comment.marker import read
    from pulumi_rolling.stack.annotations import annotated
    from pulumi_rolling.stack.foretold import previewed, told_before
    from pulumi_rolling.stack.told_preview import of_output

    with TemporaryDirectory(prefix="rolling-") as made:
        if given:
            folder = Path(os.environ.get(FOLDER) or made)
            foretold = told_before(pulumi, of_output(_text(given, "--from")))
        else:
            folder = Path(made)
            variables = {**pulumi.variables, FOLDER: made}
            foretold = previewed(replace(pulumi, variables=variables, aside=True), flags)
        told = told_of(foretold, folder, _name(pulumi))
    before = read(_text(since, "--since")) if since else None
    click.echo(comment(told, before), nl=False)
    faults = [(each.name or "pulumi preview", each.words) for each in faults_of(foretold.told)]
    for line in annotated(faults, os.environ):
        click.echo(line, err=True)
    return foretold


def _name(pulumi: Pulumi) -> str:
    from pulumi_rolling.errors import CommandError

    try:
        return pulumi.stack or pulumi.asked("stack", "--show-name").strip()
    except CommandError:
        return "stack"


def _text(file: str, option: str) -> str:
    if file == STDIN:
        return sys.stdin.read()
    try:
        return Path(file).read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise click.BadParameter(f"{file} cannot be read: {error}", param_hint=option) from error


def _say(foretold: Foretold) -> None:
    from pulumi_rolling.stack.foresight_text import FIRST, risks_text

    if foretold.risks is None:
        if foretold.code == 0:
            click.echo(
                "\nWhat could not come back is not known: Pulumi told no events of its preview.", err=True
            )
        return
    click.echo(f"\n{FIRST if foretold.first else risks_text(foretold.risks)}", err=True)


def _write_risks(foretold: Foretold, file: str) -> None:
    from pulumi_rolling.stack.foresight_text import risks_json

    written = json.dumps(risks_json(foretold.risks or ()), indent=2) + "\n"
    if file == STDOUT:
        click.echo(written, nl=False)
    else:
        Path(file).write_text(written)
