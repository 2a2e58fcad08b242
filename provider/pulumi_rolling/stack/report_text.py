"""The report for a terminal of 80 columns. Nothing is cut, and a URN stands whole on a line of its own."""

from __future__ import annotations

import textwrap

from pulumi_rolling.stack.outcome import Report
from pulumi_rolling.stack.report_parts import durations, go_on, headline, parts

WIDTH = 80


def report_text(report: Report) -> str:
    lines = _wrapped(headline(report), 0) + _wrapped(durations(report), 0)
    for part in parts(report):
        lines += ["", *_wrapped(f"{part.heading}:", 0)]
        for item in part.items:
            lines += [f"  {item.name}", *_wrapped(item.sentence, 4)]
    if command := go_on(report):
        lines += ["", f"To go on: {command}"]
    return "\n".join(lines)


def _wrapped(text: str, indent: int) -> list[str]:
    space = " " * indent
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=space,
        subsequent_indent=space,
        break_long_words=False,
        break_on_hyphens=False,
    )
