"""Risks as people and as programs read them: text for a terminal of 80 columns, JSON with a version."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from pulumi_rolling.stack.foresight import Danger, Risk

WIDTH = 80
HEADLINE = "If this update fails, these would not come back as they were:"
NOTHING = "If this update fails, all of it can come back, as far as a preview can tell."
FIRST = "Nothing is deployed yet: if this update fails, there is nothing to return to."
VERSION = 1

KEYS = {
    Danger.DATA_DELETED_FIRST: "dataDeletedFirst",
    Danger.DELETED_FIRST: "deletedFirst",
    Danger.ORIGINAL_DELETED: "originalDeleted",
    Danger.DATA_DELETED: "dataDeleted",
    Danger.DELETED: "deleted",
    Danger.DATA_REPLACED: "dataReplaced",
    Danger.DROPPED: "dropped",
    Danger.PROTECTED: "protected",
    Danger.DELETE_HOOKS: "deleteHooks",
    Danger.RETAINED: "retained",
    Danger.IMPORTED: "imported",
    Danger.PROVIDER: "providerMajor",
    Danger.ASSET: "asset",
    Danger.HOOKS: "hooks",
    Danger.SECRETS: "secretsProvider",
    Danger.ENVIRONMENT: "environment",
}
"""Names of the dangers in JSON; they never change."""


def risks_text(risks: Sequence[Risk]) -> str:
    """Each danger once, with what it concerns below it. A URN stands on one line, however long it is."""
    if not risks:
        return NOTHING
    lines = [HEADLINE]
    for danger, each in groupby(risks, lambda risk: risk.danger):
        sentence = danger.value[0].upper() + danger.value[1:]
        lines += ["", *textwrap.wrap(f"{sentence}:", WIDTH, initial_indent="  ", subsequent_indent="  ")]
        for risk in each:
            lines.append(f"    {risk.urn}")
            lines += _indented(risk.detail)
    return "\n".join(lines)


def risks_json(risks: Sequence[Risk]) -> dict[str, Any]:
    """Keys may be added, and never change their meaning."""
    return {
        "version": VERSION,
        "risks": [
            {
                "urn": risk.urn,
                "danger": KEYS[risk.danger],
                "sentence": risk.danger.value,
                **({"detail": risk.detail} if risk.detail else {}),
            }
            for risk in risks
        ],
    }


def _indented(text: str) -> list[str]:
    return textwrap.wrap(
        text, WIDTH, initial_indent="      ", subsequent_indent="      ", break_long_words=False
    )
