"""What `pulumi preview --json` wrote, read as the events that the engine told meanwhile.

There are two forms: one document with steps and diagnostics, and, where PULUMI_ENABLE_STREAMING_JSON_PREVIEW is set,
a line for each event.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pulumi_rolling.errors import CommandError
from pulumi_rolling.stack.changes import Change, of_events, of_preview
from pulumi_rolling.stack.event_log import Event, Message, Summary, event_of


@dataclass(frozen=True)
class ToldPreview:
    """`ended`: the preview came to its end, so that all changes are told."""

    changes: tuple[Change, ...]
    messages: tuple[Message, ...]
    ended: bool


def of_log(events: Iterable[Event]) -> ToldPreview:
    """A preview in an event log; `--expect-no-changes` fails only after it has ended."""
    told = tuple(events)
    return ToldPreview(
        of_events(told),
        tuple(each for each in told if isinstance(each, Message) and not each.ephemeral),
        any(isinstance(each, Summary) and each.result != "failed" for each in told),
    )


def of_output(text: str) -> ToldPreview:
    """Standard output of `pulumi preview --json`. Raises CommandError for anything else."""
    try:
        document = json.loads(text)
    except ValueError:
        return of_log(_events(text))
    if isinstance(document, dict) and ("steps" in document or "diagnostics" in document):
        return _of_digest(document)
    return of_log(_events(text))


def _of_digest(digest: Mapping[str, Any]) -> ToldPreview:
    messages = tuple(
        Message(str(each.get("urn") or ""), str(each.get("severity") or ""), str(each.get("message") or ""))
        for each in digest.get("diagnostics") or []
    )
    failed = any(each.is_fault for each in messages)
    ended = digest.get("changeSummary") is not None and not failed
    return ToldPreview(of_preview(digest), messages, ended)


def _events(text: str) -> list[Event]:
    found = []
    for line in text.splitlines():
        try:
            raw = json.loads(line)
        except ValueError as error:
            raise _no_preview() from error
        event = event_of(raw) if isinstance(raw, dict) else None
        if event is not None:
            found.append(event)
    if not found:
        raise _no_preview()
    return found


def _no_preview() -> CommandError:
    return CommandError("this is not what `pulumi preview --json` writes", code=2)
