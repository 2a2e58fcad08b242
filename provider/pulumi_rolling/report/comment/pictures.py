"""Drawings of rolls: Mermaid's Gantt chart for a host that renders it, and bars of characters for one that does not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pulumi_rolling.report.comment.group_plan import GroupPlan
from pulumi_rolling.report.drawn import Does, Drawing, Phase
from pulumi_rolling.report.wording import span

WIDTH = 40
"""Characters of the longest bar."""
DAY = 24 * 3600.0
_FOREIGN = re.compile(r"[^\w %().,/-]+")
"""Characters that end a task's or a section's name in Mermaid."""
_MARKS = {Does.REPLACE: "█", Does.WAIT: "░", Does.ASK: "?"}
_TAGS = {Does.REPLACE: "", Does.WAIT: "", Does.ASK: "milestone, "}
"""What else Mermaid could mark (active, done, crit) has black words beside its bar, on a dark page, too."""


def gantt(groups: Sequence[GroupPlan]) -> str:
    """A chart with a section for each group that has a drawing; empty where none has."""
    drawn = [group for group in groups if group.drawing.phases]
    if not drawn:
        return ""
    days = max(group.drawing.lasts for group in drawn) >= DAY
    lines = ["gantt", "    dateFormat YYYY-MM-DD", f"    axisFormat {'day %-j %H:%M' if days else '%H:%M'}"]
    for place, group in enumerate(drawn):
        lines.append(f"    section {_name(group.group)}")
        lines += _tasks(f"g{place}", group.drawing.phases)
    return "\n".join(["```mermaid", *lines, "```"])


def _tasks(section: str, phases: Sequence[Phase]) -> Iterator[str]:
    # Any day will do, as long as the axis shows hours from its midnight on.
    begins = "2000-01-01"
    for place, phase in enumerate(phases):
        ident = f"{section}p{place}"
        words = _name(f"{phase.name}, {phase.what}")
        yield f"    {words} :{_TAGS[phase.does]}{ident}, {begins}, {round(phase.lasts)}s"
        begins = f"after {ident}"


def _name(text: str) -> str:
    return _FOREIGN.sub(" ", text).strip()[:60] or "group"


def bars(drawing: Drawing) -> str:
    """A line for each phase, its bar where it lies in the whole."""
    if not drawing.phases:
        return ""
    whole = drawing.lasts or 1.0
    name = max(len(phase.name) for phase in drawing.phases)
    what = max(len(phase.what) for phase in drawing.phases)
    lines, begins = [], 0.0
    for phase in drawing.phases:
        at = min(WIDTH - 1, int(begins / whole * WIDTH))
        length = 1 if phase.does is Does.ASK else max(1, min(WIDTH - at, round(phase.lasts / whole * WIDTH)))
        bar = f"{' ' * at}{_MARKS[phase.does] * length}"
        lasts = "" if phase.does is Does.ASK else f"  {span(phase.lasts)}"
        lines.append(f"{phase.name:<{name}}  {phase.what:<{what}}  {bar:<{WIDTH}}{lasts}".rstrip())
        begins += phase.lasts
    return "\n".join(["```text", *lines, "```"])
