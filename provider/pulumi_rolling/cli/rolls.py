"""`rolling history` and `rolling report`: the rolls that were carried out, and a page that shows one of them."""

from __future__ import annotations

import json
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import click

from pulumi_rolling.cli.declared import Argument, Option
from pulumi_rolling.cli.formats import Form, TextOrJson
from pulumi_rolling.cli.live import Endpoint, Region
from pulumi_rolling.cli.screen import say
from pulumi_rolling.errors import RollingError

if TYPE_CHECKING:
    from pulumi_rolling.report.course.course import Course

STREAM = "-"


class PageFormat(str, Enum):
    HTML = "html"
    SVG = "svg"
    PNG = "png"
    JSON = "json"


def history(
    what: Annotated[
        str | None,
        Argument(help="A group, STACK, PROJECT/STACK or ORG/PROJECT/STACK; without it, all that are kept."),
    ] = None,
    last: Annotated[int, Option(help="How many, the newest.", min=1)] = 20,
    form: Form = TextOrJson.TEXT,
    region: Region = None,
    endpoint: Endpoint = None,
) -> None:
    """List the rolls that were carried out, the newest first: by whom, from where to where, and how they ended.

    They are kept on the machine that drove them, and in the bucket that ROLLING_HISTORY_BUCKET names.
    """
    from pulumi_rolling.cli.kept_courses import KeptCourses
    from pulumi_rolling.report.course.document import history_json
    from pulumi_rolling.report.course.history import history_text

    kept = KeptCourses(region, endpoint)
    found = kept.newest(what, last)
    if form is TextOrJson.JSON:
        click.echo(json.dumps(history_json(found), indent=2))
    elif found:
        say(history_text(found))
    else:
        of = f" of {what}" if what else ""
        click.echo(f"No roll{of} is kept in {kept.where}.", err=True)


def report(
    ident: Annotated[str, Argument(help="Id of the roll, or its beginning.")],
    output: Annotated[
        str | None,
        Option(
            "--output", "-o", metavar="FILE", help="Default: roll-ID and the format; - is standard output."
        ),
    ] = None,
    form: Annotated[PageFormat, Option("--format", help="JSON goes to standard output.")] = PageFormat.HTML,
    region: Region = None,
    endpoint: Endpoint = None,
) -> None:
    """Write a page that shows what happened in a roll: the group over time, each member, and why at each step.

    It is one file that needs no network.
    """
    from pulumi_rolling.cli.kept_courses import KeptCourses
    from pulumi_rolling.courses.settings import plain

    course = KeptCourses(region, endpoint).one(ident)
    content = _content(course, form)
    target = output or (STREAM if form is PageFormat.JSON else f"roll-{plain(course.head.id)}.{form.value}")
    if target == STREAM:
        click.echo(content, nl=False)
        return
    from pulumi_rolling.whole_files import write_whole

    try:
        write_whole(Path(target), content, private=False)
    except OSError as error:
        raise RollingError(f"{target} cannot be written: {error.strerror or error}.") from error
    click.echo(target)


def _content(course: Course, form: PageFormat) -> str | bytes:
    """Only what is drawn needs the library that draws, which takes longer to load than all the rest."""
    if form is PageFormat.JSON:
        from pulumi_rolling.report.course.document import document

        return json.dumps(document(course), indent=2) + "\n"
    if form is PageFormat.HTML:
        from pulumi_rolling.report.course.page import page

        return page(course)
    from pulumi_rolling.report.course.picture import Form, drawn

    return drawn(course, Form.PNG if form is PageFormat.PNG else Form.SVG)
