"""A preview as Markdown, for a comment on a pull request."""

from __future__ import annotations

from collections.abc import Sequence

from pulumi_rolling.errors import Fault
from pulumi_rolling.report.markdown import escaped
from pulumi_rolling.report.preview import Preview, headline, rows


def preview_markdown(preview: Preview) -> str:
    """A heading and a table of the rows; warnings stand below it as quotes, where they are seen."""
    told = rows(preview)
    lines = [f"### {escaped(headline(preview))}"]
    table = [(label, sentence) for label, sentence in told if label != "warning"]
    if table:
        lines += ["", "| | |", "|---|---|"]
        lines += [f"| {label} | {escaped(sentence)} |" for label, sentence in table]
    for label, sentence in told:
        if label == "warning":
            lines += ["", f"> **Warning:** {escaped(sentence)}"]
    return "\n".join(lines)


def faults_markdown(faults: Sequence[Fault]) -> str:
    lines = ["### The policy cannot be carried out", ""]
    return "\n".join([*lines, *(f"- `{fault.path}`: {escaped(fault.message)}" for fault in faults)])
