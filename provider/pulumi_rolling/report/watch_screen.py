"""`rolling watch` on a terminal: a line, a bar, and a table of the members on the move, drawn in place."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from pulumi_rolling.report.counted import counted
from pulumi_rolling.report.stack_watch import HEADINGS, WatchedGroup, asks, cells
from pulumi_rolling.report.standing import Either
from pulumi_rolling.report.watch import line, member_rows

MOST_ROWS = 20
_BAR = 40


class Screen:
    """Draws each standing over the one before, while it is entered."""

    def __init__(self, console: Console | None = None) -> None:
        self._live = Live(console=console, auto_refresh=False)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def show(self, standing: Either) -> None:
        self._live.update(picture(standing), refresh=True)


class StackScreen(Screen):
    """The same for a stack: a table with a row for each of its groups."""

    def show_all(self, groups: Sequence[WatchedGroup]) -> None:
        self._live.update(side_by_side(groups), refresh=True)


def side_by_side(groups: Sequence[WatchedGroup]) -> RenderableType:
    """What somebody must do is never cut: the last column wraps."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in HEADINGS:
        table.add_column(
            heading, no_wrap=heading != HEADINGS[-1], overflow="ellipsis", min_width=len(heading)
        )
    for group in groups:
        style = "bold" if asks(group) else ""
        if group.ending is not None:
            style = "green" if group.ending.succeeded else "red"
        table.add_row(*(Text(cell) for cell in cells(group)), style=style)
    return table


def picture(standing: Either) -> RenderableType:
    now = counted(standing)
    parts: list[RenderableType] = [Text(line(standing), style="bold"), _bar(now.replaced, now.total)]
    rows = member_rows(standing)
    if rows:
        table = Table(box=None, pad_edge=False)
        for label in ("instance", "zone", "age", "state", "signal"):
            table.add_column(label, no_wrap=label == "instance")
        for row in rows[:MOST_ROWS]:
            cells = (row.id, row.zone, row.age, row.state, row.signal)
            table.add_row(*(Text(cell) for cell in cells), style="red" if row.failed else "")
        parts.append(table)
    if len(rows) > MOST_ROWS:
        parts.append(Text(f"and {len(rows) - MOST_ROWS} more"))
    return Group(*parts)


def _bar(done: int, total: int) -> RenderableType:
    row = Table.grid(padding=(0, 1))
    row.add_row(ProgressBar(total=max(1, total), completed=done, width=_BAR), Text(f"{done}/{total}"))
    return row
