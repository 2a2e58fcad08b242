"""A course as one page of HTML that needs no network: what it came to, the drawing, why at each step, each member.

Whatever was read off a cloud or a tag is text here, and never markup.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from pulumi_rolling.report.course.course import Course, Fate, Lived, members, operations
from pulumi_rolling.report.course.history import moves, outcome_word, when
from pulumi_rolling.report.course.picture import NARROW, WIDE, element
from pulumi_rolling.report.course.point import End
from pulumi_rolling.report.course.stages import Stage, stages
from pulumi_rolling.report.course.style import STYLE
from pulumi_rolling.report.wording import span

MOST_STAGES = 300
MOST_MEMBERS = 2000
_GOOD = {End.SUCCEEDED: "good", End.RETURNED: "warned"}
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def page(course: Course) -> str:
    title = escape(f"{course.group}: {moves(course)}")
    return "\n".join(
        (
            "<!doctype html>",
            '<html lang="en"><head><meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark">',
            f"<title>{title}</title><style>{STYLE}</style></head><body><main>",
            *_head(course),
            *_drawing(course),
            *_stages(course),
            *_members(members(course), course.head.started_at),
            *_operations(course),
            f"<footer>Roll {escape(course.head.id)}, as <code>rolling report</code> tells it. The same for programs: "
            f"<code>rolling report {escape(course.head.id)} --format json</code></footer>",
            "</main></body></html>",
            "",
        )
    )


def _head(course: Course) -> Iterator[str]:
    kind = "open" if course.end is None else _GOOD.get(course.end, "bad")
    yield f'<header><h1>{escape(course.group)} <span class="badge {kind}">{outcome_word(course)}</span></h1>'
    yield f"<p class=lead>{escape(moves(course))}</p></header>"
    for words in filter(None, (course.verdict, course.back_failed)):
        yield f"<p class=why>{escape(words[0].upper() + words[1:])}.</p>"
    if course.cut:
        yield "<p class=why>It grew too long to keep every step: only its landmarks are here from some point on.</p>"
    yield "<dl>"
    for name, told in _facts(course):
        yield f"<div><dt>{name}</dt><dd>{escape(told)}</dd></div>"
    yield "</dl>"


def _facts(course: Course) -> Iterator[tuple[str, str]]:
    yield "began", when(course.head.started_at)
    yield ("took" if course.end is not None else "so far"), span(course.seconds)
    yield "replaced", f"{course.replaced} of {course.total}"
    yield "failed", str(course.failed)
    if course.lowest is not None:
        floors = [point.floor for point in course.points if point.floor is not None]
        floor = f" (floor {max(floors)})" if floors else ""
        yield "fewest in service", f"{course.lowest}{floor}"
    yield "strategy", course.strategy
    if course.head.stack:
        yield "stack", course.head.stack
    if course.head.resource:
        yield "resource", course.head.resource
    if len(course.drives) > 1:
        yield "drivers", f"{len(course.drives)}, one after the other"


def _drawing(course: Course) -> Iterator[str]:
    """Two of them, of which a page shows the one that fits its width."""
    fewest = "" if course.lowest is None else f", at the fewest {course.lowest} in service"
    told = f"{course.replaced} of {course.total} replaced in {span(course.seconds)}{fewest}"
    for name, shape in (("wide", WIDE), ("narrow", NARROW)):
        label = escape(f"The roll over time: {told}")
        yield f'<figure class="{name}" role="img" aria-label="{label}">{element(course, shape)}</figure>'


def _stages(course: Course) -> Iterator[str]:
    found = stages(course)
    yield "<section><h2>What happened, and why</h2><div class=scroll><table><thead><tr>"
    yield "<th>after<th>in service<th>why<th>what</tr></thead><tbody>"
    yield f"{_rows(course, found)}</tbody></table></div></section>"


def _rows(course: Course, found: list[Stage]) -> str:
    half = MOST_STAGES // 2
    if len(found) <= MOST_STAGES:
        return "".join(_stage(course, each) for each in found)
    left = len(found) - 2 * half
    gap = f"<tr><td colspan=4 class=gap>{left} more steps, in the JSON</tr>"
    return "".join(
        (
            *(_stage(course, each) for each in found[:half]),
            gap,
            *(_stage(course, each) for each in found[-half:]),
        )
    )


def _stage(course: Course, stage: Stage) -> str:
    after = span(stage.since - course.head.started_at)
    serving = "" if stage.lowest is None else _range(stage.lowest, stage.highest)
    what = "; ".join(stage.events)
    return (
        f'<tr class="{stage.tone}"><td>{after}<td>{serving}<td>{escape(stage.why)}<td>{escape(what)}</tr>\n'
    )


def _range(lowest: int, highest: int | None) -> str:
    return str(lowest) if highest is None or highest == lowest else f"{lowest} to {highest}"


def _members(lived: list[Lived], began: float) -> Iterator[str]:
    if not lived:
        return
    rows = "".join(_member(each, began) for each in lived[:MOST_MEMBERS])
    more = len(lived) - MOST_MEMBERS
    gap = f"<tr><td colspan=4 class=gap>{more} more, in the JSON</tr>" if more > 0 else ""
    shown = " open" if len(lived) <= 20 else ""
    yield f"<details{shown}><summary>Each member ({len(lived)})</summary><div class=scroll><table><thead><tr>"
    yield f"<th>member<th>launched<th>took<th>came to</tr></thead><tbody>{rows}{gap}</tbody></table></div>"
    told = "Launched: when our act asked for it; a member of the cloud's own is told from where it was seen."
    yield f"<p class=note>{told}</p></details>"


def _member(lived: Lived, began: float) -> str:
    launched = "by the cloud" if lived.acted_at is None else f"after {span(lived.acted_at - began)}"
    fate = "not known" if lived.fate is Fate.OPEN else lived.fate.value
    came_to = f"{fate}: {lived.words}" if lived.words else fate
    tone = "bad" if lived.fate is Fate.FAILED else ""
    cells = (lived.id, launched, span(lived.until - lived.began_at), came_to)
    return f'<tr class="{tone}">{_cells(cells)}</tr>\n'


def _operations(course: Course) -> Iterator[str]:
    found = operations(course)
    if not found:
        return
    yield "<section><h2>Operations of the service</h2><div class=scroll><table><thead><tr>"
    yield "<th>operation<th>whose<th>took<th>states</tr></thead><tbody>"
    for ran in found:
        states = ", ".join(f"{state} after {span(at - course.head.started_at)}" for state, at in ran.states)
        whose = "somebody else's" if ran.theirs else "ours"
        yield f"<tr>{_cells((ran.id, whose, span(ran.until - ran.began_at), states))}</tr>"
    yield "</tbody></table></div></section>"


def _cells(texts: Iterable[str]) -> str:
    return "".join(f"<td>{escape(text)}" for text in texts)
