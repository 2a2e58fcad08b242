"""News since the last comment, in lines. The former facts were read from a comment, so any of them may be odd."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pulumi_rolling.report.comment.marker import facts
from pulumi_rolling.report.comment.told import Told
from pulumi_rolling.report.markdown import code, escaped

NOTHING = "Nothing has changed since the last comment."


def changed(before: Mapping[str, Any], told: Told) -> tuple[str, ...]:
    """Lines of Markdown, or one that says that there are none."""
    now = facts(told)
    news = (*_ended(before, now), *_groups(_table(before, "groups"), now["groups"]), *_rest(before, now))
    return news or (NOTHING,)


def _ended(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    if bool(before.get("failed")) is not now["failed"]:
        yield "the preview fails now" if now["failed"] else "the preview no longer fails"


def _groups(before: Mapping[str, Any], now: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    for urn, plan in now.items():
        former = before.get(urn)
        name = code(str(plan["group"]))
        if not isinstance(former, Mapping):
            yield f"{name} is new here: {escaped(str(plan['headline']))}"
            continue
        if former.get("headline") != plan["headline"]:
            yield f"{name}: now {escaped(str(plan['headline']))}"
        if "rows" in former:
            yield from _rows(name, _table(former, "rows"), plan["rows"])
            yield from _risks(name, former.get("risks"), plan["risks"])
    for urn in before.keys() - now.keys():
        yield f"{code(str(_table(before, urn).get('group', urn)))} is planned no more"


def _rows(name: str, before: Mapping[str, Any], now: Mapping[str, str]) -> Iterator[str]:
    for label in dict.fromkeys([*before, *now]):
        old, new = str(before.get(label, "-")), now.get(label, "-")
        if old != new:
            yield f"{name}, {escaped(label)}: {escaped(old)} → {escaped(new)}"


def _risks(name: str, before: Any, now: list[str]) -> Iterator[str]:
    former = [str(each) for each in before] if isinstance(before, list) else []
    yield from (f"{name}, a new risk: {escaped(each)}" for each in now if each not in former)
    yield from (f"{name}, no risk any more: {escaped(each)}" for each in former if each not in now)


def _rest(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    former = _table(before, "changes")
    for urn, words in now["changes"].items():
        if former and former.get(urn) != words:
            yield f"{code(urn.rpartition('::')[2])}: {escaped(words)}"
    for urn in former.keys() - now["changes"].keys():
        yield f"{code(str(urn).rpartition('::')[2])} is not changed any more"
    lost = before.get("lost")
    known = {str(each) for each in lost} if isinstance(lost, list) else set()
    counts = _table(before, "counts")
    if counts.get("lost") == len(known):
        yield from (f"could not come back either: {code(urn)}" for urn in now["lost"] if urn not in known)


def _table(whole: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = whole.get(key)
    return found if isinstance(found, Mapping) else {}
