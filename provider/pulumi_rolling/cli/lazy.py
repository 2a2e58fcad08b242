"""Commands that are imported when they are called: a command starts without what the others need."""

from __future__ import annotations

import os
from importlib import import_module

import click

from pulumi_rolling.cli.declared import command
from pulumi_rolling.cli.table import ROWS, Row

PASSED_ON = {"allow_extra_args": True, "ignore_unknown_options": True}
_VERBATIM = "\b"
"""Before a paragraph whose lines click leaves as they are."""
_BY_NAME = {row.name: row for row in ROWS}


class LazyCommands(click.Group):
    """The group of all commands. Its help is read off the table and imports none of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_BY_NAME)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        row = _BY_NAME.get(cmd_name)
        return None if row is None else loaded(row)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(row.name, row.short) for row in ROWS])


def loaded(row: Row) -> click.Command:
    """The command of a row, with its module imported."""
    function = getattr(import_module(f"pulumi_rolling.cli.{row.module}"), row.function or row.name)
    made = command(
        function,
        name=row.name,
        short_help=row.short,
        epilog=epilog(row),
        context_settings=PASSED_ON if row.passes_on else {},
    )
    if row.asks_aws:
        made.params.append(_profile())
    return made


def epilog(row: Row) -> str:
    """The example and the exit codes, below a command's options."""
    codes = "".join(f"\n  {code:<3}  {words}" for code, words in row.all_codes.items())
    others = f"\n       {row.other_codes}" if row.other_codes else ""
    return f"{_VERBATIM}\nExample:\n  {row.example}\n\n{_VERBATIM}\nExit codes:{codes}{others}"


def _profile() -> click.Option:
    return click.Option(
        ["--profile"],
        help="AWS profile; default: AWS_PROFILE.",
        callback=_use_profile,
        expose_value=False,
    )


def _use_profile(context: click.Context, option: click.Parameter, profile: str | None) -> None:
    """The SDK's own variable, so that every door to AWS sees the same profile."""
    if profile:
        os.environ["AWS_PROFILE"] = profile
