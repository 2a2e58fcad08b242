"""`rolling list`: the groups of a region, or those that a stack rolls, each with the state of its rollout."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import click

from pulumi_rolling.cli.declared import Option
from pulumi_rolling.cli.formats import Form, TextOrJson
from pulumi_rolling.cli.live import Endpoint, Region
from pulumi_rolling.cli.patience import AtATerminal
from pulumi_rolling.cli.screen import say
from pulumi_rolling.cli.status import recorded
from pulumi_rolling.cloud_time import CLOUD
from pulumi_rolling.errors import DeniedFleetError, Fault, PolicyErrors, RollingError
from pulumi_rolling.fleets.base import ListedGroup
from pulumi_rolling.report.listing import ListedRoll, listing_json, listing_text

if TYPE_CHECKING:
    from pulumi_rolling.cli.stack_groups import StackGroup
    from pulumi_rolling.handler.context import Defaults
    from pulumi_rolling.handler.operation import Kind


def list_groups(
    stack: Annotated[
        str, Option("--stack", "-s", help="The groups that this stack rolls, wherever they are.")
    ] = "",
    cwd: Annotated[Path, Option("--cwd", "-C", help="With --stack: as if started in this folder.")] = Path(),
    region: Region = None,
    endpoint: Endpoint = None,
    rolling: Annotated[bool, Option("--rolling", help="Only groups with a rollout.")] = False,
    form: Form = TextOrJson.TEXT,
) -> None:
    """List groups with the state of their rollouts: all of a region of AWS, or those that a stack rolls.

    A call brings a hundred groups with their records; instances are not looked at.
    """
    if cwd != Path() and not stack:
        raise PolicyErrors([Fault("--cwd", "needs --stack.")])
    # Loads the table of kinds, and through it the models of the inputs.
    from pulumi_rolling.handler.context import Defaults

    given = Defaults(region, endpoint)
    found = _of_stack(cwd, stack, given) if stack else [told(each) for each in asked(given, None)]
    rolls = [each for each in found if each.standing is not None or each.fault] if rolling else found
    if form is TextOrJson.JSON:
        click.echo(json.dumps(listing_json(rolls), indent=2))
    elif rolls:
        say(listing_text(rolls))
    else:
        click.echo("No group is found." if not found else "No group has a rollout.", err=True)


def asked(where: Defaults, wanted: Sequence[StackGroup] | None) -> Iterable[ListedGroup]:
    """All groups of AWS there, or those that are wanted of a stack: a call brings a hundred of a kind."""
    from pulumi_rolling.handler.kinds import KINDS
    from pulumi_rolling.handler.operation import Reach

    reach = Reach(where, AtATerminal())
    for place, (key, kind) in enumerate(KINDS.items()):
        own = None if wanted is None else _named(wanted, kind)
        if own == []:
            continue
        try:
            yield from kind.listed(reach, own)
        except DeniedFleetError as error:
            if wanted is not None or not place:
                raise
            # Who rolls groups of another kind alone need not have leave to see these.
            click.echo(f"{key} is not listed: {error.message}", err=True)


def _named(wanted: Sequence[StackGroup], kind: Kind) -> list[str]:
    """The names of those that are of this kind, each once."""
    own = (
        each for each in wanted if (kind.is_name(each.name) if each.kind is None else each.kind == kind.key)
    )
    return sorted({each.name for each in own if each.name})


def placed(folder: Path, stack: str, given: Defaults) -> dict[Defaults, list[StackGroup]]:
    """The groups that a stack rolls, by where they are; what the state does not say, the options do."""
    from dataclasses import replace

    from pulumi_rolling.cli.stack_groups import groups_of

    by_place: dict[Defaults, list[StackGroup]] = {}
    for each in groups_of(folder, stack):
        where = replace(
            each.where,
            region=each.where.region or given.region,
            endpoint=each.where.endpoint or given.endpoint,
        )
        by_place.setdefault(where, []).append(each)
    return by_place


def _of_stack(folder: Path, stack: str, given: Defaults) -> list[ListedRoll]:
    rolls = []
    for where, wanted in placed(folder, stack, given).items():
        there = {each.name: each for each in asked(where, wanted)}
        rolls += [_in_stack(each, there.get(each.name), where.region or "") for each in wanted]
    return rolls


def _in_stack(wanted: StackGroup, found: ListedGroup | None, region: str) -> ListedRoll:
    if not wanted.name:
        return ListedRoll("?", resource=wanted.resource, region=region, fault="state does not tell its name")
    if found is None:
        return ListedRoll(wanted.name, resource=wanted.resource, region=region)
    return told(found, wanted.resource, region)


def told(found: ListedGroup, resource: str = "", region: str = "") -> ListedRoll:
    """A record that cannot be read is the fault of one line, and hides no other."""
    try:
        call = f"{shlex.quote(found.name)} --region {region}" if region else shlex.quote(found.name)
        standing, fault = recorded(found.name, found.tags, CLOUD.now(), call), ""
    except RollingError as error:
        standing, fault = None, error.message
    return ListedRoll(found.name, found.members, standing, resource, region, fault)
