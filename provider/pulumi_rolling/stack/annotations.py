"""Faults as annotations of a pipeline that shows them beside the change: lines that GitHub Actions reads in a log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

WITHIN = "GITHUB_ACTIONS"
MOST = 10
"""Errors that GitHub shows of one step."""


def annotated(faults: Iterable[tuple[str, str]], variables: Mapping[str, str]) -> list[str]:
    """A line for each fault, a title and a sentence; none elsewhere than in GitHub Actions."""
    if variables.get(WITHIN) != "true":
        return []
    return [f"::error title={_property(title)}::{_message(text)}" for title, text in faults][:MOST]


def _message(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")
