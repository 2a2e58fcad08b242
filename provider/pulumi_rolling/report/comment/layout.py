"""The comment as Markdown, below the 64,000 characters that hosts take, however large the stack is.

What everybody must read comes first and in whole: the table of groups, risks, and what could not come back. Then each
group's own plan is folded away, those with risks first, as long as there is room; what is left out is counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from pulumi_rolling.report.comment.changed import changed
from pulumi_rolling.report.comment.group_plan import GroupPlan
from pulumi_rolling.report.comment.marker import kept, title
from pulumi_rolling.report.comment.pictures import bars, gantt
from pulumi_rolling.report.comment.told import Told
from pulumi_rolling.report.markdown import code, escaped
from pulumi_rolling.report.wording import NOUNS, Noun, counted, listed, span

LARGEST = 64_000
"""Characters; GitHub takes 65,536."""
SHARES = (1.0, 0.5, 0.25, 0.1)
"""Parts of each limit below that are tried, until the head fits."""
MOST_GROUPS, MOST_DRAWN, MOST_LINES = 60, 12, 30
CELL, SENTENCE = 60, 400
"""Characters of a cell and of a sentence."""
COLUMNS = {
    "atOnce": "At once",
    "inService": "In service",
    "stops": "Stops",
    "likely": "Likely",
    "atMost": "At most",
    "wayBack": "Way back",
    "calls": "Calls",
}


def comment(told: Told, before: Mapping[str, Any] | None = None) -> str:
    """``before``: what the last comment kept of itself."""
    told = told.apart()
    last = kept(told)
    for share in SHARES:
        head = "\n\n".join(filter(None, _head(told, before, share)))
        if len(head) + len(last) < LARGEST * 0.9:
            break
    room = LARGEST - len(title(told.stack)) - len(head) - len(last) - 200
    return "\n\n".join([title(told.stack), head, *_details(told, room), last]) + "\n"


def _head(told: Told, before: Mapping[str, Any] | None, share: float) -> Iterator[str]:
    def most(count: int) -> int:
        return max(1, int(count * share))

    rolling, lines = told.rolling, most(MOST_LINES)
    yield f"### {code(told.stack)}: {_headline(told)}"
    yield _list("What failed", [_item(each.name, each.words) for each in told.faults], lines)
    if before is not None:
        yield _list("Since the last comment", changed(before, told), lines)
    yield _table(rolling, most(MOST_GROUPS))
    if told.resting:
        yield f"{_many(len(told.resting), 'group')} more: nothing to replace."
    # Where some group rolls it may be by one of these: groups share a policy that is their attribute.
    policies = "Other policies that change" if rolling else "Policies that change, with nobody to replace"
    yield _list(policies, _policies_alone(told), lines)
    yield _drawn(rolling[: most(MOST_DRAWN)], len(rolling))
    risks = [_item(group.group, risk) for group in told.groups for risk in group.risks]
    yield _list("Risks", risks, lines)
    yield from _lost(told, lines)


def _headline(told: Told) -> str:
    if told.failed:
        return "the preview failed"
    rolling = len(told.rolling)
    rolls = f"{_many(rolling, 'group')} roll{'s' if rolling == 1 else ''}, {_replaced(told.rolling)} replaced"
    counts = Counter(each.words for each in told.changes)
    resources = ", ".join(f"{count} to {operation}" for operation, count in sorted(counts.items()))
    unknown = told.lost is None and not told.first
    rest = resources or ("what else changes is not known" if unknown else "no resource changes")
    return "; ".join([rolls if rolling else "no group rolls", rest])


def _replaced(groups: Sequence[GroupPlan]) -> str:
    """``6 instances and 2 tasks``."""
    total = Counter[Noun]()
    for each in groups:
        total[each.noun] += each.replaces
    return " and ".join(counted(total[noun], noun) for noun in NOUNS if total[noun])


def _table(groups: Sequence[GroupPlan], most: int) -> str:
    if not groups:
        return ""
    columns = [key for key in COLUMNS if any(group.brief.get(key) for group in groups)]
    lines = [
        f"| Group | Replaces | {' | '.join(COLUMNS[key] for key in columns)} |",
        f"|---|--:|{'---|' * len(columns)}",
    ]
    for group in groups[:most]:
        cells = [_short(group.brief.get(key, ""), CELL) for key in columns]
        lines.append(
            f"| {escaped(_short(group.group, CELL))} | {group.replaces} | "
            f"{' | '.join(escaped(cell) or '-' for cell in cells)} |"
        )
    more = f"\n\nand {_many(len(groups) - most, 'group')} more." if len(groups) > most else ""
    return "\n".join(lines) + more


def _drawn(groups: Sequence[GroupPlan], total: int) -> str:
    chart = gantt(groups)
    if not chart:
        return ""
    assumed = next((group.drawing.assumed for group in groups if group.drawing.assumed), None)
    sentence = "The likely course, each group from its own beginning"
    if assumed is not None:
        sentence += f"; where no boot was seen yet, each is drawn with {span(assumed)}"
    more = f"; {total - len(groups)} groups are not drawn" if total > len(groups) else ""
    return f"{sentence}{more}.\n\n{chart}"


def _lost(told: Told, most: int) -> Iterator[str]:
    if told.failed:
        return
    if told.first:
        yield "Nothing is deployed yet: if this update fails, there is nothing to return to."
    elif told.lost is None:
        yield "What could not come back if this update failed is not known here."
    elif not told.lost:
        yield "If this update fails, all of it can come back, as far as a preview can tell."
    else:
        lines = [
            f"- {escaped(_short(lost.reason, SENTENCE))}: {code(_short(item.urn, SENTENCE))}"
            + (f" ({escaped(_short(item.words, SENTENCE))})" if item.words else "")
            for lost in told.lost
            for item in lost.items
        ]
        yield _list("If this update fails, these would not come back as they were", lines, most)


def _list(heading: str, lines: Sequence[str], most: int) -> str:
    if not lines:
        return ""
    shown = [line if line.startswith("- ") else f"- {line}" for line in lines[:most]]
    beyond = len(lines) - most
    return "\n".join([f"**{heading}**", "", *shown, *([f"- and {beyond} more"] if beyond > 0 else [])])


def _item(name: str, sentence: str) -> str:
    return f"- {code(_short(name, CELL))}: {escaped(_short(sentence, SENTENCE))}"


def _details(told: Told, room: int) -> Iterator[str]:
    """Folded parts, as many as fit. ``room``: characters for all of them."""
    parts: list[tuple[str, Callable[[bool], str]]] = [
        *((alike[0].group, _of_groups(alike, told)) for alike in _alike(told)),
        *([("the list of resources", _of_resources(told))] if told.changes else []),
    ]
    left = []
    for name, part in parts:
        text = next((text for whole in (True, False) if len(text := part(whole)) + 2 <= room), None)
        if text is None:
            left.append(name)
            continue
        room -= len(text) + 2
        yield text
    if left:
        names = _short(listed(left), 2 * CELL)
        yield f"There is no room for {_many(len(left), 'plan')} ({escaped(names)}): the preview's own output has all."


def _alike(told: Told) -> list[list[GroupPlan]]:
    """Groups whose folded parts would say the same, together."""
    found: dict[object, list[GroupPlan]] = {}
    for group in told.rolling:
        rows = tuple((label, sentence.replace(group.group, "")) for label, sentence in group.rows)
        said = (rows, group.differences, _policy(group, told), group.drawing, group.replaces)
        found.setdefault(said, []).append(group)
    return list(found.values())


def _policy(group: GroupPlan, told: Told) -> tuple[str, ...]:
    return next((lines for urn, lines in told.policies.items() if _same(urn, group.urn)), ())


def _of_groups(alike: Sequence[GroupPlan], told: Told) -> Callable[[bool], str]:
    group, others = alike[0], [each.group for each in alike[1:]]

    def made(whole: bool) -> str:
        most = MOST_LINES if whole else 5
        lines = ["| | |", "|---|---|"]
        lines += [f"| {escaped(label)} | {escaped(sentence)} |" for label, sentence in group.rows]
        names = ", ".join(code(_short(name, CELL)) for name in others[:MOST_GROUPS])
        parts = [
            f"The same plan as of {names}{' …' if len(others) > MOST_GROUPS else ''}." if others else "",
            "\n".join(lines) if group.rows else "",
            bars(group.drawing) if whole else "",
            _list("The revision", [escaped(each) for each in group.differences], most),
            _list("The policy", [escaped(each) for each in _policy(group, told)], most),
        ]
        more = f" (and {_many(len(others), 'group')} more alike)" if others else ""
        return _folded(f"{group.headline}{more}", parts)

    return made


def _policies_alone(told: Told) -> list[str]:
    return [
        _item(urn.rpartition("::")[2], line)
        for urn, lines in told.policies.items()
        if not any(_same(urn, group.urn) for group in told.rolling)
        for line in lines
    ]


def _same(policy: str, group: str) -> bool:
    """A policy with outputs that a group has as an attribute is a resource beside it, of the group's name."""
    return policy == group or policy.rpartition("::")[2] == group.rpartition("::")[2]


def _of_resources(told: Told) -> Callable[[bool], str]:
    def made(whole: bool) -> str:
        lines = [f"{escaped(each.words)}: {code(_short(each.urn, SENTENCE))}" for each in told.changes]
        return _folded(f"{_many(len(lines), 'resource')}", [_list("Changes", lines, 200 if whole else 20)])

    return made


def _folded(summary: str, parts: Sequence[str]) -> str:
    # A blank line after the summary lets the host read what follows as Markdown.
    body = "\n\n".join(filter(None, parts))
    shown = summary.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f"<details><summary>{shown}</summary>\n\n{body}\n\n</details>"


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _short(text: str, most: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 2].rstrip()} …"
