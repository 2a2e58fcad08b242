"""`rolling up`, `rolling rollback` and `rolling deployments`: a stack that returns when its update fails."""

from __future__ import annotations

import sys
from dataclasses import replace
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from pulumi_rolling.stack.journey import Journey


class Rollback(Enum):
    """Whether a failed update is returned from."""

    ALWAYS = "always"
    ASK = "ask"
    NEVER = "never"


PASSED_ON = {"allow_extra_args": True, "ignore_unknown_options": True}

Folder = Annotated[Path, typer.Option("--cwd", "-C", help="Run as if started in this folder.")]
StackName = Annotated[str, typer.Option("--stack", "-s", help="The stack; the selected one by default.")]
ConfigFile = Annotated[
    str, typer.Option("--config-file", help="The configuration file, where it is another one.")
]
Keep = Annotated[int, typer.Option("--keep", min=1, help="How many good deployments to keep in .rolling.")]


def up(
    context: typer.Context,
    rollback: Annotated[
        Rollback | None, typer.Option("--rollback", help="On failure; asks on a terminal, else always.")
    ] = None,
    keep: Keep = 10,
    cwd: Folder = Path(),
    stack: StackName = "",
    config_file: ConfigFile = "",
) -> None:
    """Run `pulumi up`, with any of its flags, and return the stack to its last good deployment when it fails.

    Exit codes: 0 succeeded, 20 failed and returned, 21 failed and not returned in whole, 22 failed with no return known
    or wanted; Pulumi's own where nothing changed.
    """
    unattended = {"--yes", "-y", "--non-interactive"} & set(context.args) or not sys.stdin.isatty()
    chosen = rollback or (Rollback.ALWAYS if unattended else Rollback.ASK)
    flags = ["--config-file", config_file] if config_file else []
    journey = replace(_journey(cwd, stack, config_file, chosen), most=keep)
    raise typer.Exit(journey.up([*context.args, *flags]))


def rollback(
    to: Annotated[str, typer.Option("--to", help="The deployment, as `rolling deployments` names it.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be done.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    cwd: Folder = Path(),
    stack: StackName = "",
    config_file: ConfigFile = "",
) -> None:
    """Return the stack: to where an interrupted return was on its way, or to the newest good deployment."""
    from pulumi_rolling.errors import StackError
    from pulumi_rolling.stack.exit_codes import ExitCode

    unattended = yes or not sys.stdin.isatty()
    journey = _journey(cwd, stack, config_file, Rollback.ALWAYS if unattended else Rollback.ASK)
    copies = journey.kept.all()
    chosen = journey.kept.begun() if not to else None
    chosen = chosen or next((copy for copy in copies if copy.started.startswith(to)), None)
    if chosen is None:
        raise StackError(
            f"no kept deployment begins with {to}" if to else "no good deployment of this stack is kept"
        )
    code = journey.back(chosen, dry_run)
    # By hand a return in whole is a success.
    raise typer.Exit(ExitCode.SUCCEEDED if code == ExitCode.RETURNED else code)


def deployments(cwd: Folder = Path(), stack: StackName = "", config_file: ConfigFile = "") -> None:
    """List the good deployments that the stack can be returned to, newest first."""
    copies = _journey(cwd, stack, config_file, Rollback.NEVER).kept.all()
    for copy in copies:
        words = (copy.message.strip().splitlines() or [""])[0]
        typer.echo(f"{copy.started:<26}  {copy.commit[:8]:<8}  {words}"[:80].rstrip())
    if not copies:
        typer.echo("No good deployment is kept yet: `rolling up` keeps one after each success.", err=True)


def _journey(cwd: Path, stack: str, config_file: str, chosen: Rollback) -> Journey:
    from pulumi_rolling.stack.command import Pulumi, project_of
    from pulumi_rolling.stack.configuration import file_of
    from pulumi_rolling.stack.journey import Journey, Terminal
    from pulumi_rolling.stack.kept import Kept

    project = project_of(cwd)
    name = stack or Pulumi(project).asked("stack", "--show-name").strip()
    terminal = Terminal(lambda line: typer.echo(f"\n{line}", err=True), lambda asked: _wants(chosen, asked))
    return Journey(Pulumi(project, name), file_of(project, name, config_file), Kept(project, name), terminal)


def _wants(chosen: Rollback, asked: str) -> bool:
    match chosen:
        case Rollback.ALWAYS:
            return True
        case Rollback.NEVER:
            return False
        case Rollback.ASK:
            return typer.confirm(asked, default=True, err=True)
