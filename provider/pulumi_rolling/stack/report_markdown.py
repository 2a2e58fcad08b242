"""The report as Markdown, for a pipeline's step summary. Long lists are cut with a count, since pages have limits."""

from __future__ import annotations

from pulumi_rolling.report.markdown import code, escaped
from pulumi_rolling.stack.exit_codes import ExitCode
from pulumi_rolling.stack.outcome import Report
from pulumi_rolling.stack.report_parts import Item, Part, durations, go_on, headline, parts

MOST = 30
"""Items of a list. With sentences of the longest kind the whole stays below GitHub's megabyte."""
LONGEST = 1000
"""Characters of a sentence."""

TITLES = {
    ExitCode.SUCCEEDED: "Returned",
    ExitCode.RETURNED: "Failed, and returned",
    ExitCode.PARTLY_RETURNED: "Failed, and not returned in whole",
    ExitCode.NOTHING_TO_RETURN_TO: "Failed, and not returned",
}


def report_markdown(report: Report) -> str:
    lines = [f"### {TITLES[report.result]}", "", escaped(_short(headline(report)))]
    if told := durations(report):
        lines += ["", escaped(told)]
    for part in parts(report):
        lines += ["", f"**{escaped(part.heading)}**", "", *_items(part)]
    if command := go_on(report):
        lines += ["", f"To go on: {code(command)}"]
    return "\n".join(lines) + "\n"


def _items(part: Part) -> list[str]:
    lines = [_item(item) for item in part.items[:MOST]]
    beyond = len(part.items) - MOST
    return [*lines, f"- and {beyond} more"] if beyond > 0 else lines


def _item(item: Item) -> str:
    return f"- {code(item.name)}" + (f": {escaped(_short(item.sentence))}" if item.sentence else "")


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST].rstrip()} …"
