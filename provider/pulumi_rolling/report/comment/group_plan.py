"""The plan of one group as a comment has it: from the document that its provider wrote, or from its text alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pulumi_rolling.report.drawn import Drawing, drawing_of
from pulumi_rolling.report.wording import INSTANCE, NOUNS, Noun, Row

VERSION = 1
_MANY = {word: noun for noun in NOUNS for word in noun}
_WORDS = "|".join(_MANY)
_HEADLINE = re.compile(
    rf"^(?P<group>\S.*?): (?:replacing (?:up to )?(?P<count>\d+) (?P<noun>{_WORDS})\b"
    rf"|nothing to replace|no (?:{_WORDS}) to replace|ROLLING_SKIP )"
)
_BRIEF = {"in service": "inService", "duration": "atMost", "on failure": "wayBack", "API calls": "calls"}
"""Columns that a text alone can fill."""
_AT_ONCE = ("window", "round", "rolls")
"""Beginnings of the labels that say how many go at once."""


@dataclass(frozen=True, slots=True)
class GroupPlan:
    """``brief``: a few words for each column of a table of groups."""

    urn: str
    group: str
    headline: str
    replaces: int = 0
    rows: tuple[Row, ...] = ()
    brief: Mapping[str, str] = field(default_factory=dict)
    risks: tuple[str, ...] = ()
    differences: tuple[str, ...] = ()
    drawing: Drawing = field(default_factory=Drawing)
    noun: Noun = INSTANCE


def of_document(document: Mapping[str, Any]) -> GroupPlan | None:
    """What the provider wrote; None for another version, or for what it did not write."""
    if document.get("version") != VERSION:
        return None
    try:
        return GroupPlan(
            urn=str(document["urn"]),
            group=str(document["group"]),
            headline=str(document["headline"]),
            replaces=int(document["replaces"]),
            rows=tuple((str(label), str(sentence)) for label, sentence in document["rows"]),
            brief={str(key): str(value) for key, value in document["brief"].items()},
            risks=tuple(map(str, document["risks"])),
            differences=tuple(map(str, document["differences"])),
            drawing=drawing_of(document["drawing"]),
            noun=_noun(document.get("noun")),
        )
    except (KeyError, TypeError, ValueError):
        return None


def of_text(urn: str, text: str) -> GroupPlan | None:
    """A plan as a diagnostic tells it; None where the text is none."""
    head, *lines = text.strip().splitlines() or [""]
    found = _HEADLINE.match(head)
    if found is None:
        return None
    told = list(_rows(lines))
    brief = {_BRIEF[label]: sentence for label, sentence in reversed(told) if label in _BRIEF}
    at_once = next((sentence for label, sentence in told if label.startswith(_AT_ONCE)), "")
    return GroupPlan(
        urn=urn,
        group=found["group"],
        headline=head,
        replaces=int(found["count"] or 0),
        rows=tuple(row for row in told if row[0] not in ("changes", "warning")),
        brief={**brief, **({"atOnce": at_once} if at_once else {})},
        risks=tuple(sentence for label, sentence in told if label == "warning"),
        differences=tuple(sentence for label, sentence in told if label == "changes"),
        noun=_MANY.get(found["noun"] or "", INSTANCE),
    )


def _noun(given: object) -> Noun:
    """A document of an earlier version tells none."""
    return next((noun for noun in NOUNS if given == list(noun)), INSTANCE)


def _rows(lines: list[str]) -> list[Row]:
    """Rows as ``plan_text`` sets them: an empty label is that of the row above."""
    rows: list[Row] = []
    for line in lines:
        label, _, sentence = line.removeprefix("  ").partition("  ")
        if sentence.strip():
            rows.append((label or (rows[-1][0] if rows else ""), sentence.strip()))
    return rows
