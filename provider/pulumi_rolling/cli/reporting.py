"""Where the report of a stack's journey goes: the terminal, a file, the pipeline's summary."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import click

from pulumi_rolling.cli.declared import Option

if TYPE_CHECKING:
    from pulumi_rolling.stack.outcome import Report

File = Annotated[
    str,
    Option(
        "--report", metavar="FILE", help="Write the report as JSON, or as Markdown where FILE ends in .md."
    ),
]


def told(report: Report | None, file: str, aside: bool) -> None:
    """Tell the report on standard error. `aside`: standard output is Pulumi's JSON alone."""
    if report is None:
        return
    from pulumi_rolling.stack.report_json import report_json
    from pulumi_rolling.stack.report_markdown import report_markdown
    from pulumi_rolling.stack.report_text import report_text
    from pulumi_rolling.stack.step_summary import shown

    click.echo(f"\n{report_text(report)}", err=True)
    markdown = report_markdown(report)
    if file:
        as_markdown = file.endswith(".md")
        Path(file).write_text(markdown if as_markdown else json.dumps(report_json(report), indent=2) + "\n")
    line = shown(markdown, os.environ)
    if line and not aside:
        click.echo(line)
