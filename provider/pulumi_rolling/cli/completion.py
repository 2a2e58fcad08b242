"""`rolling completion`: the script by which a shell completes commands, options and their values."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import click
from click.shell_completion import get_completion_class

from pulumi_rolling.cli.declared import Argument

VARIABLE = "_ROLLING_COMPLETE"
"""By which the script asks; click looks for it under the program's name."""


class Shell(Enum):
    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


def completion(
    context: click.Context, shell: Annotated[Shell, Argument(help="The shell that is to complete.")]
) -> None:
    """Print the script that makes a shell complete `rolling`; put the example into the shell's start-up file."""
    made = get_completion_class(shell.value)
    assert made is not None, "click knows the three shells"
    click.echo(made(context.find_root().command, {}, "rolling", VARIABLE).source())
