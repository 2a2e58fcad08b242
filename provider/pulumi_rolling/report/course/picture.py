"""The drawing of a course: the group in service against floor and ceiling, and below it each member or operation.

Bars of one fate are one line with gaps in it, so that a thousand members are no thousand elements.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from pulumi_rolling.core.delegate.operation import State
from pulumi_rolling.report.course.course import (
    FORWARD,
    Course,
    Fate,
    Lived,
    Ran,
    Stop,
    members,
    operations,
    stops,
)
from pulumi_rolling.report.course.thinned import bars_of, columns_of


class Form(Enum):
    SVG = "svg"
    PNG = "png"


class Colour(Enum):
    """What has a colour, as it is on paper. A page that knows the reader's scheme puts its own in their place."""

    INK = "#1f2328"
    FAINT = "#d1d9e1"
    PAPER = "#fffffe"
    SERVING = "#0b6bcb"
    BOUND = "#8250d0"
    ROOM = "#efe9fb"
    READY = "#1a7f4b"
    FAILED = "#cf2a1b"
    OPEN = "#8c959e"
    STOP = "#f9e7c4"
    WORD = "#8a5a00"


@dataclass(frozen=True, slots=True)
class Shape:
    """Size of a drawing in inches, and of its letters in points."""

    width: float
    letters: float
    labelled: int
    """Members up to so many are named."""


WIDE = Shape(10.4, 10.0, 40)
NARROW = Shape(4.1, 8.5, 24)
PIXELS = 72
"""An inch of a drawing in the units of its SVG."""
_ROW, _LEAST, _MOST = 0.2, 0.7, 5.0
_UPPER, _MARGIN = 2.3, 1.1
_SHORT = 90.0
_FATES = {Fate.READY: Colour.READY, Fate.OPEN: Colour.OPEN, Fate.FAILED: Colour.FAILED}
_ENDED = {
    State.SUCCEEDED.value: Colour.READY,
    State.RETURNED.value: Colour.READY,
    State.FAILED.value: Colour.FAILED,
    State.STOPPED.value: Colour.FAILED,
    State.RETURN_FAILED.value: Colour.FAILED,
}
_PROLOGUE = re.compile(r"^.*?(?=<svg )", re.DOTALL)
_STYLE: Any = {
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "path.simplify": False,
    "axes.formatter.useoffset": False,
}


def drawn(course: Course, form: Form = Form.SVG, shape: Shape = WIDE) -> bytes:
    """The drawing by itself. SVG has its letters as text, and is the same for the same course."""
    import matplotlib as mpl

    # Sizes and ids of what is drawn follow from these alone, and no state of pyplot is touched.
    style: Any = {**_STYLE, "font.size": shape.letters, "svg.hashsalt": f"course {shape.width}"}
    with mpl.rc_context(style):
        figure = _figure(course, shape)
        made = io.BytesIO()
        nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        figure.savefig(
            made,
            format=form.value,
            dpi=150 if form is Form.PNG else PIXELS,
            metadata=nothing if form is Form.SVG else None,
        )
    return made.getvalue()


def element(course: Course, shape: Shape) -> str:
    """The drawing as an element of a page, its colours variables of the page's style."""
    text = _PROLOGUE.sub("", drawn(course, Form.SVG, shape).decode(), count=1)
    for colour in Colour:
        text = text.replace(colour.value, f"var(--{colour.name.lower()})")
    return text


def _figure(course: Course, shape: Shape) -> Any:
    from matplotlib.figure import Figure

    lived, ran, stood = members(course), operations(course), stops(course)
    rows = len(lived) or len(ran)
    lower = min(_MOST, max(_LEAST, _ROW * rows + 0.3)) if rows else 0.0
    figure = Figure(
        figsize=(shape.width, _UPPER + lower + _MARGIN), layout="constrained", facecolor=Colour.PAPER.value
    )
    time = _Time(course)
    if rows:
        upper, below = figure.subplots(2, 1, sharex=True, height_ratios=(_UPPER, lower))
        _dress(upper)
        _dress(below)
        if lived:
            _members(below, lived, time, shape, lower)
        else:
            _operations(below, ran, stood, time)
        below.set_xlabel(time.label, color=Colour.INK.value)
    else:
        upper = figure.subplots()
        _dress(upper)
        upper.set_xlabel(time.label, color=Colour.INK.value)
    _group(upper, course, time, int(shape.width * PIXELS), with_progress=bool(ran))
    _stops(upper, stood, time)
    _moments(upper, course, time)
    _legend(figure, bool(lived), bool(ran), shape)
    return figure


class _Time:
    """Seconds since the beginning in a unit that the length of the course asks for."""

    def __init__(self, course: Course) -> None:
        self._from = course.head.started_at
        name, self._unit = "seconds", 1.0
        if course.seconds > 2 * 3600:
            name, self._unit = "hours", 3600.0
        elif course.seconds > 120:
            name, self._unit = "minutes", 60.0
        self.label = f"{name} since the beginning"
        self.ends = max(self.at(course.last_at), 1e-3)

    def at(self, moment: float) -> float:
        return max(0.0, moment - self._from) / self._unit


def _dress(panel: Any) -> None:
    ink, faint = Colour.INK.value, Colour.FAINT.value
    panel.set_facecolor("none")
    panel.grid(axis="x", color=faint, linewidth=0.6)
    panel.set_axisbelow(True)
    panel.tick_params(colors=ink, color=faint)
    for side, spine in panel.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set_color(faint)


def _group(panel: Any, course: Course, time: _Time, columns: int, *, with_progress: bool) -> None:
    """In service as it was seen, what it may not fall below or exceed, and where no member is told how far it came."""
    from matplotlib.ticker import MaxNLocator

    told = [point for point in course.points if point.in_service is not None]
    points = columns_of(told, course.seconds, columns)
    at = [time.at(point.at) for point in points]
    most = [float("nan") if point.ceiling is None else point.ceiling for point in points]
    least = [float("nan") if point.floor is None else point.floor for point in points]
    seen = [point.in_service or 0 for point in points]
    bound = {"color": Colour.BOUND.value, "linewidth": 1.1, "linestyle": (0, (5, 3))}
    panel.fill_between(at, least, most, step="post", color=Colour.ROOM.value, linewidth=0, zorder=0)
    panel.step(at, most, where="post", **bound)
    panel.step(at, least, where="post", **bound)
    panel.step(at, seen, where="post", color=Colour.SERVING.value, linewidth=1.8)
    if with_progress:
        came = [point.replaced for point in points]
        panel.step(at, came, where="post", color=Colour.READY.value, linewidth=1.4)
    high = max([1.0, *seen, *(value for value in most if value == value)])
    low = 0.0 if with_progress else _lower_end(seen, least, high)
    panel.set_ylim(low, high + 0.24 * (high - low))
    panel.set_xlim(0, time.ends * 1.02)
    panel.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
    panel.set_ylabel(f"{course.head.noun[1]} in service", color=Colour.INK.value)


def _lower_end(seen: Sequence[int], least: Sequence[float], high: float) -> float:
    """Of a large group that loses few at a time all would be one line, were it drawn from nothing on."""
    lowest = min([high, *seen, *(value for value in least if value == value)])
    return 0.0 if lowest < 0.6 * high else lowest - 0.6 * (high - lowest) - 1


def _stops(panel: Any, found: Sequence[Stop], time: _Time) -> None:
    for stop in found:
        since, until = time.at(stop.since), time.at(stop.until)
        edge = {"edgecolor": Colour.PAPER.value, "linewidth": 1.0}
        panel.axvspan(since, until, facecolor=Colour.STOP.value, zorder=0.5, **edge)
        panel.text(
            (since + until) / 2,
            0.03,
            stop.code,
            transform=panel.get_xaxis_transform(),
            rotation=90 if until - since < time.ends / 8 else 0,
            ha="center",
            va="bottom",
            color=Colour.WORD.value,
        )


def _moments(panel: Any, course: Course, time: _Time) -> None:
    """Verbs, verdicts and drivers that took over, each a line with its word, one below the other where they crowd."""
    told = [*_told(course)]
    last, level = -1.0, 0
    for at, word, colour in sorted(told):
        place = time.at(at)
        level = level + 1 if last >= 0 and place - last < time.ends / 6 else 0
        last = place
        panel.axvline(place, color=colour.value, linewidth=1.1, linestyle=(0, (1, 1.5)))
        right = place > 0.8 * time.ends
        panel.annotate(
            word,
            xy=(place, 0.995 - 0.075 * (level % 3)),
            xycoords=panel.get_xaxis_transform(),
            xytext=(-4 if right else 4, 0),
            textcoords="offset points",
            ha="right" if right else "left",
            va="top",
            color=colour.value,
        )


def _told(course: Course) -> Iterator[tuple[float, str, Colour]]:
    for drive in course.drives[1:]:
        yield drive.at, "taken up again", Colour.INK
    for point in course.points:
        for verb in point.verbs:
            yield point.at, verb, Colour.WORD
        if point.verdict is not None and not point.verbs:
            yield point.at, f"failed: {point.verdict.code}", Colour.FAILED
        if point.back_failed is not None:
            yield point.at, f"way back: {point.back_failed.code}", Colour.FAILED


def _members(panel: Any, lived: Sequence[Lived], time: _Time, shape: Shape, height: float) -> None:
    """A bar from act to fate. One that the cloud launched by itself begins where it was first seen."""
    thick = max(0.35, min(8.0, 0.62 * (height - 0.2) * PIXELS / len(lived)))
    for fate, colour in _FATES.items():
        across: list[float] = []
        down: list[float] = []
        for row, each in bars_of(lived, fate):
            # No bar is so short that nobody sees it.
            since, until = time.at(each.began_at), time.at(each.until)
            across += [since, max(until, since + time.ends / 400), float("nan")]
            down += [row, row, float("nan")]
        if across:
            # Few that failed among many are to be seen.
            wide = max(thick, 0.9) if fate is Fate.FAILED else thick
            panel.plot(across, down, color=colour.value, linewidth=wide, solid_capstyle="butt")
    failed = [(time.at(e.until), row) for row, e in enumerate(lived) if e.fate is Fate.FAILED]
    if failed and len(lived) <= _SHORT:
        style = {"color": Colour.INK.value, "linestyle": "none", "markersize": 5, "clip_on": False}
        panel.plot([at for at, _ in failed], [row for _, row in failed], marker="x", **style)
    turned = [row for row, each in enumerate(lived) if each.way != FORWARD]
    if turned and turned[0]:
        panel.axhline(turned[0] - 0.5, color=Colour.INK.value, linewidth=0.7)
    panel.set_ylim(len(lived) - 0.4, -0.6)
    _names(panel, lived, shape)


def _names(panel: Any, lived: Sequence[Lived], shape: Shape) -> None:
    if len(lived) <= shape.labelled:
        names = [_brief(each.id) for each in lived]
        panel.set_yticks(range(len(lived)), names, fontsize=shape.letters * 0.8)
        panel.tick_params(axis="y", length=0)
        return
    from matplotlib.ticker import MaxNLocator

    panel.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=5))
    panel.set_ylabel("in order of launch", color=Colour.INK.value)


def _brief(name: str) -> str:
    return name if len(name) <= 12 else f"{name[:3]}…{name[-6:]}"


def _operations(panel: Any, ran: Sequence[Ran], stood: Sequence[Stop], time: _Time) -> None:
    """An operation as a bar, lighter where it stood, with its last state as a word."""
    for row, each in enumerate(ran):
        since, until = time.at(each.began_at), time.at(each.until)
        last = each.states[-1][0] if each.states else ""
        colour = _ENDED.get(last, Colour.SERVING)
        panel.barh(row, max(until - since, time.ends / 150), left=since, height=0.5, color=colour.value)
        for stop in stood:
            left, right = max(since, time.at(stop.since)), min(until, time.at(stop.until))
            if left < right:
                panel.barh(row, right - left, left=left, height=0.5, color=Colour.STOP.value)
        panel.annotate(
            last,
            xy=(until, row - 0.25),
            xytext=(0, 2),
            textcoords="offset points",
            ha="right" if until > time.ends / 4 else "left",
            va="bottom",
            color=Colour.INK.value,
        )
    panel.set_ylim(len(ran) - 0.4, -0.9)
    panel.set_yticks(range(len(ran)), [_brief(each.id.rpartition("/")[2]) for each in ran])


def _legend(figure: Any, members_drawn: bool, with_progress: bool, shape: Shape) -> None:
    from matplotlib.lines import Line2D

    def line(colour: Colour, label: str, **style: Any) -> Any:
        return Line2D([], [], color=colour.value, label=label, **style)

    handles = [
        line(Colour.SERVING, "in service", linewidth=1.8),
        line(Colour.BOUND, "floor and ceiling", linestyle=(0, (5, 3))),
    ]
    if members_drawn:
        names = (("ready", Colour.READY), ("failed", Colour.FAILED), ("not known", Colour.OPEN))
        handles += [line(colour, label, linewidth=6) for label, colour in names]
    if with_progress:
        handles.append(line(Colour.READY, "replaced", linewidth=1.4))
    figure.legend(
        handles=handles,
        loc="outside upper left",
        ncols=5 if shape.width > 6 else 3,
        frameon=False,
        labelcolor=Colour.INK.value,
        handlelength=1.6,
    )
