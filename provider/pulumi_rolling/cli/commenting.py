"""One comment for a stack, put together from what its preview foretold and from the plans of its groups."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from pulumi_rolling.report.comment.group_plan import GroupPlan, of_document, of_text
from pulumi_rolling.report.comment.told import Lost, Named, Told
from pulumi_rolling.stack.event_log import Message
from pulumi_rolling.stack.foresight import Risk
from pulumi_rolling.stack.foretold import Foretold
from pulumi_rolling.stack.policy_changes import policy_changes
from pulumi_rolling.stack.told_preview import ToldPreview

FOLDER = "ROLLING_PLANS"
"""The variable that names where the providers write plans."""
_COLOURS = re.compile(r"<\{%.*?%\}>|\x1b\[[0-9;]*m")
SPOKEN = ("info", "info#err", "warning")
_FAILED = ("preview failed", "update failed")
"""What the engine says of a whole stage after each fault has been told."""


def told_of(foretold: Foretold, folder: Path, stack: str) -> Told:
    """All that a comment tells. ``folder``: where providers have written their plans."""
    told = foretold.told
    return Told(
        stack=stack,
        # A Pulumi that tells no events has come to its end all the same.
        failed=not told.ended and foretold.code != 0,
        groups=tuple(_plans(folder, told.messages)),
        changes=tuple(Named(each.urn, each.operation) for each in told.changes if each.either.is_own),
        policies=policy_changes(told.changes),
        faults=faults_of(told),
        lost=None if foretold.risks is None else tuple(_lost(foretold.risks)),
        first=foretold.first,
    )


def faults_of(told: ToldPreview) -> tuple[Named, ...]:
    """Errors of the preview, each once. Some languages tell theirs as what their program printed."""
    if errors := _said(each for each in told.messages if each.is_fault):
        return errors
    return () if told.ended else _said(each for each in told.messages if each.severity in SPOKEN)


def _said(messages: Iterable[Message]) -> tuple[Named, ...]:
    found = dict.fromkeys(
        (each.urn, _plain(each.text).removeprefix("error: ")) for each in messages if _plain(each.text)
    )
    return tuple(Named(urn, text) for urn, text in found if text not in _FAILED)


def _plans(folder: Path, messages: Iterable[Message]) -> Iterator[GroupPlan]:
    """Plans by document, and by their text where no document came."""
    written = {plan.urn: plan for plan in _documents(folder)}
    spoken: dict[str, GroupPlan] = {}
    for message in messages:
        plan = of_text(message.urn, _plain(message.text)) if message.urn else None
        if plan is not None:
            spoken[message.urn] = plan
    yield from sorted({**spoken, **written}.values(), key=lambda plan: plan.urn)


def _documents(folder: Path) -> Iterator[GroupPlan]:
    for file in sorted(folder.glob("*.json")):
        try:
            document = json.loads(file.read_text())
        except (OSError, ValueError):
            continue
        plan = of_document(document) if isinstance(document, dict) else None
        if plan is not None:
            yield plan


def _lost(risks: Iterable[Risk]) -> Iterator[Lost]:
    for danger, each in groupby(risks, lambda risk: risk.danger):
        sentence = danger.value[0].upper() + danger.value[1:]
        yield Lost(sentence, tuple(Named(risk.urn, risk.detail) for risk in each))


def _plain(text: str) -> str:
    """The text without the engine's marks for colours."""
    return _COLOURS.sub("", text).strip()
