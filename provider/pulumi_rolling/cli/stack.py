"""`rolling up`, `rolling rollback` and `rolling deployments`: a stack that returns when its update fails."""

from __future__ import annotations

import shlex
import sys
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import click

from pulumi_rolling.cli.declared import Option
from pulumi_rolling.cli.reporting import File, told

if TYPE_CHECKING:
    from pulumi_rolling.stack.command import Pulumi
    from pulumi_rolling.stack.journey import Journey
    from pulumi_rolling.stack.naming import Name


class Rollback(Enum):
    """Whether a failed update is returned from."""

    ALWAYS = "always"
    ASK = "ask"
    NEVER = "never"


Folder = Annotated[Path, Option("--cwd", "-C", help="Run as if started in this folder.")]
StackName = Annotated[str, Option("--stack", "-s", help="The stack; the selected one by default.")]
ConfigFile = Annotated[str, Option("--config-file", help="The configuration file, where it is another one.")]
Keep = Annotated[int, Option("--keep", min=1, help="How many good deployments to keep in .rolling.")]
KeepAt = Annotated[
    str,
    Option(
        "--keep-at",
        metavar="DIR|URL",
        envvar="ROLLING_KEEP_AT",
        help="Keep them in this folder, or at s3://, gs://, azblob://.",
    ),
]
Whole = Annotated[
    bool, Option("--all-or-nothing", help="Do not begin a return that would leave anything behind.")
]


def up(
    context: click.Context,
    rollback: Annotated[
        Rollback | None, Option("--rollback", help="On failure; asks on a terminal, else always.")
    ] = None,
    keep: Keep = 10,
    keep_at: KeepAt = "",
    report: File = "",
    whole: Whole = False,
    stack: StackName = "",
    cwd: Folder = Path(),
    config_file: ConfigFile = "",
) -> None:
    """Run `pulumi up`, with any of its flags, and return the stack to its last good deployment when it fails.

    On a terminal it tells before the question what could not come back.
    """
    from pulumi_rolling.stack.asking import Update
    from pulumi_rolling.stack.stage import staged

    flags = [*context.args, *(["--config-file", config_file] if config_file else [])]
    attended = sys.stdin.isatty() and not {"--yes", "-y", "--non-interactive"} & set(flags)
    chosen = rollback or (Rollback.ASK if attended else Rollback.ALWAYS)
    aside = bool({"--json", "-j"} & set(flags))
    journey = replace(
        _journey(_Place(cwd, stack, config_file, keep_at), chosen is Rollback.ASK, aside),
        most=keep,
        whole=whole,
        returns=chosen is not Rollback.NEVER,
    )
    # The update itself speaks where Pulumi speaks; only a return stands aside of its JSON.
    pulumi = replace(journey.pulumi, aside=False)
    if attended and chosen is not Rollback.NEVER:
        arrived = journey.up(Update(pulumi, flags, _say, _confirmed))
    else:
        arrived = journey.up(lambda _before: staged(pulumi, ("up", *flags)))
    told(arrived.report, report, aside)
    raise click.exceptions.Exit(arrived.code)


def rollback(
    to: Annotated[str, Option("--to", help="The deployment, as `rolling deployments` names it.")] = "",
    dry_run: Annotated[bool, Option("--dry-run", help="Only show what would be done.")] = False,
    yes: Annotated[bool, Option("--yes", "-y", help="Do not ask.")] = False,
    keep_at: KeepAt = "",
    report: File = "",
    whole: Whole = False,
    stack: StackName = "",
    cwd: Folder = Path(),
    config_file: ConfigFile = "",
) -> None:
    """Return the stack: to where an interrupted return was on its way, or to the newest good deployment."""
    place = _Place(cwd, stack, config_file, keep_at, to)
    journey = replace(_journey(place, not yes and sys.stdin.isatty()), whole=whole)
    destination = journey.named(to)
    if dry_run:
        journey.shown(destination)
        return
    arrived = journey.back(destination)
    told(arrived.report, report, aside=False)
    raise click.exceptions.Exit(arrived.code)


def deployments(keep_at: KeepAt = "", stack: StackName = "", cwd: Folder = Path()) -> None:
    """List the good deployments that the stack can be returned to, newest first."""
    from pulumi_rolling.stack.kept import Kept

    pulumi, name = _found(_Place(cwd, stack))
    copies = list(Kept(pulumi.folder, name, keep_at).all())
    for copy in copies:
        words = (copy.message.strip().splitlines() or [""])[0]
        click.echo(f"{copy.started:<26}  {copy.commit[:8]:<8}  {words}"[:80].rstrip())
    if not copies:
        click.echo("No good deployment is kept yet: `rolling up` keeps one after each success.", err=True)


@dataclass(frozen=True)
class _Place:
    """Which stack, where its copies are kept, and the deployment that somebody has named."""

    cwd: Path
    stack: str
    config_file: str = ""
    keep_at: str = ""
    to: str = ""

    @property
    def go_on(self) -> str:
        """The command that goes on from here. A return that Pulumi refused has left nothing that says where to."""
        from pulumi_rolling.stack.conclusion import GO_ON

        given = {
            "--to": self.to,
            "--stack": self.stack,
            "--config-file": self.config_file,
            "--keep-at": self.keep_at,
        }

        return shlex.join(
            [*GO_ON.split(), *(word for flag, value in given.items() if value for word in (flag, value))]
        )


def _found(place: _Place, aside: bool = False) -> tuple[Pulumi, Name]:
    """The command for the stack that is meant, which has a name from here on."""
    from pulumi_rolling.stack.command import Pulumi, project_of
    from pulumi_rolling.stack.naming import found

    return found(Pulumi(project_of(place.cwd), place.stack, aside=aside))


def _journey(place: _Place, asks: bool = False, aside: bool = False) -> Journey:
    from pulumi_rolling.automation.rolls import Rolls
    from pulumi_rolling.stack.configuration import file_of
    from pulumi_rolling.stack.journey import Journey, Terminal
    from pulumi_rolling.stack.kept import Kept

    pulumi, name = _found(place, aside)
    return Journey(
        pulumi,
        file_of(pulumi.folder, pulumi.stack, place.config_file),
        Kept(pulumi.folder, name, place.keep_at),
        Terminal(_say, _confirmed if asks else lambda _asked: True),
        Rolls(),
        go_on=place.go_on,
    )


def _say(line: str) -> None:
    click.echo(f"\n{line}", err=True)


def _confirmed(asked: str) -> bool:
    try:
        return click.confirm(f"\n{asked}", default=None, err=True)
    except click.Abort:
        return False
