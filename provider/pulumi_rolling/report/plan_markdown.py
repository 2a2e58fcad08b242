"""A preview as Markdown, for a comment on a pull request."""

from __future__ import annotations

from collections.abc import Sequence

from pulumi_rolling.errors import Fault
from pulumi_rolling.report.preview import Preview, headline, rows

_SPECIAL = str.maketrans({character: f"\\{character}" for character in r"\`*_|<[]"})


def preview_markdown(preview: Preview) -> str:
    """A heading and a table of the rows; warnings stand below it as quotes, where they are seen."""
    told = rows(preview)
    lines = [f"### {_escaped(headline(preview))}"]
    table = [(label, sentence) for label, sentence in told if label != "warning"]
    if table:
        lines += ["", "| | |", "|---|---|"]
        lines += [f"| {label} | {_escaped(sentence)} |" for label, sentence in table]
    for label, sentence in told:
        if label == "warning":
            lines += ["", f"> **Warning:** {_escaped(sentence)}"]
    return "\n".join(lines)


def faults_markdown(faults: Sequence[Fault]) -> str:
    lines = ["### The policy cannot be carried out", ""]
    return "\n".join([*lines, *(f"- `{fault.path}`: {_escaped(fault.message)}" for fault in faults)])


def _escaped(text: str) -> str:
    """The text as it is read, whatever characters it holds; one line, since a table cell has no other."""
    return " ".join(text.split()).translate(_SPECIAL)
