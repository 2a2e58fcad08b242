"""`rolling plan`: what a policy does to a group, told before anything is touched.

Offline the group is imagined from its sizes. With --group it is read from the cloud, and nothing is changed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from enum import Enum
from typing import Annotated

import click

from pulumi_rolling.cli.declared import Option
from pulumi_rolling.cli.policy_source import read_policy
from pulumi_rolling.cli.screen import say
from pulumi_rolling.errors import Fault, PolicyErrors
from pulumi_rolling.report import plan_json
from pulumi_rolling.report.plan_markdown import faults_markdown, preview_markdown
from pulumi_rolling.report.plan_text import faults_text, preview_text
from pulumi_rolling.report.preview import Preview


class Format(str, Enum):
    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


def plan(
    policy: Annotated[str, Option(help="The updatePolicy: JSON, or a JSON or YAML file.")],
    desired: Annotated[int | None, Option(help="Desired capacity, offline.", min=0)] = None,
    max_size: Annotated[int | None, Option(help="MaxSize, offline.", min=0)] = None,
    min_size: Annotated[int | None, Option(help="MinSize, offline; default 0.", min=0)] = None,
    old: Annotated[int | None, Option(help="Members to replace, offline; default all.", min=0)] = None,
    group: Annotated[str | None, Option(help="A live group in place of sizes.")] = None,
    to: Annotated[
        str | None, Option(help="Version of template or definition, with --group; default its latest.")
    ] = None,
    region: Annotated[str | None, Option(help="With --group; default: as the AWS SDK finds it.")] = None,
    endpoint: Annotated[str | None, Option(help="With --group: another endpoint, such as a lab's.")] = None,
    form: Annotated[Format, Option("--format", help="How the plan is written.")] = Format.TEXT,
) -> None:
    """Show what a policy would do, offline or for a live group."""
    sizes = {"--desired": desired, "--max-size": max_size, "--min-size": min_size, "--old": old}
    place = {"--to": to, "--region": region, "--endpoint": endpoint}
    with_group = {name: value for name, value in place.items() if value is not None}
    offline = {name: value for name, value in sizes.items() if value is not None}

    def make() -> Preview:
        block = read_policy(policy)
        if group is not None:
            _refuse(offline, "may not stand with --group: the live group has its own sizes.")
            # Only a live group needs an SDK.
            from pulumi_rolling.cli.live_plan import live_preview

            return live_preview(block, group, to, region, endpoint)
        _refuse(with_group, "needs --group.")
        # Loads the models of the policy, which the help does not need.
        from pulumi_rolling.cli.imagined import imagined_preview

        return imagined_preview(block, desired, max_size, min_size or 0, old)

    _print(make, form)


def _refuse(given: dict[str, int] | dict[str, str], sentence: str) -> None:
    if given:
        raise PolicyErrors([Fault(name, sentence) for name in given])


def _print(make: Callable[[], Preview], form: Format) -> None:
    """The plan or its faults, both in the form asked for. Faults in text go where a shell's errors go."""
    try:
        preview = make()
    except PolicyErrors as error:
        click.echo(_faults(error.faults, form), err=form is Format.TEXT)
        raise click.exceptions.Exit(2) from error
    (say if form is Format.TEXT else click.echo)(_plan(preview, form))


def _plan(preview: Preview, form: Format) -> str:
    if form is Format.MARKDOWN:
        return preview_markdown(preview)
    if form is Format.JSON and preview.plan is not None:
        return json.dumps(plan_json.planned(preview.plan, preview.warnings), indent=2)
    return preview_text(preview)


def _faults(faults: Sequence[Fault], form: Format) -> str:
    match form:
        case Format.JSON:
            return json.dumps(plan_json.infeasible(faults), indent=2)
        case Format.MARKDOWN:
            return faults_markdown(faults)
        case Format.TEXT:
            return faults_text(faults)
