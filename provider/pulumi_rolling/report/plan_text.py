"""A preview as plain text, for a terminal and for the diagnostics of `pulumi preview`."""

from __future__ import annotations

from collections.abc import Sequence

from pulumi_rolling.errors import Fault
from pulumi_rolling.report.preview import Preview, headline, rows


def preview_text(preview: Preview) -> str:
    """The headline and a line for each row. Labels are aligned, and a label that repeats is written once."""
    told = rows(preview)
    width = max((len(label) for label, _ in told), default=0)
    lines = [headline(preview)]
    before = ""
    for label, sentence in told:
        shown = "" if label == before else label
        lines.append(f"  {shown:<{width}}  {sentence}")
        before = label
    return "\n".join(lines)


def faults_text(faults: Sequence[Fault]) -> str:
    """Faults, each on a line of its own; several begin with their number."""
    lines = [str(fault) for fault in faults]
    return "\n".join(lines if len(lines) == 1 else [f"{len(lines)} faults, nothing was touched:", *lines])
