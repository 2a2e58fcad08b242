"""Text on standard output: wrapped to a terminal's width, and whole where another program reads it.

What anybody who may tag a group has written is shown and never obeyed.
"""

from __future__ import annotations

import shutil
import sys

import click

from pulumi_rolling.engine.printable import printable_text
from pulumi_rolling.report.wrapping import wrapped


def say(text: str) -> None:
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    lines = [printable_text(line) for line in text.split("\n")]
    click.echo("\n".join(lines if width is None else [wrapped(line, width) for line in lines]))
