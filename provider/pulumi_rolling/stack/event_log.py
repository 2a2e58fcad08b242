"""The engine's event log: one JSON object a line, told while `pulumi` runs.

`pulumi up|preview --event-log FILE` writes it; the flag is there where PULUMI_DEBUG_COMMANDS is set. The engine opens
the file anew for each stage, so that after `pulumi up` it holds the update and not the preview before it. The engine
masks secret properties as `[secret]`. It does not mask what a program or a provider wrote into a message: a log
belongs into a folder that only its owner reads, and is deleted once it is read.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

from pulumi_rolling.stack.deployment import Entry

VARIABLES = {"PULUMI_DEBUG_COMMANDS": "true"}
"""What `pulumi` needs in its environment to know the flag."""
FLAG = "--event-log"
SLOW_TO_END = "exited prematurely"
"""The engine's error for a plugin that on a busy machine did not hear in five seconds that the stage is over. The stage
keeps its exit code. A plugin that died earlier leaves the error of the call that it did not answer, too."""


class Phase(Enum):
    """Where an operation on a resource stands; the value is the engine's name of the event."""

    BEGUN = "resourcePreEvent"
    DONE = "resOutputsEvent"
    FAILED = "resOpFailedEvent"


@dataclass(frozen=True)
class Begun:
    """The stage has begun."""

    configuration: Mapping[str, str]


@dataclass(frozen=True)
class Step:
    """One operation on one resource. `old` and `new` have fewer fields than an entry of state has."""

    phase: Phase
    operation: str
    urn: str
    old: Entry | None
    new: Entry | None


@dataclass(frozen=True)
class Message:
    """A diagnostic. `urn` is empty where it speaks of no resource; `severity` is the engine's word."""

    urn: str
    severity: str
    text: str
    ephemeral: bool = False

    @property
    def is_fault(self) -> bool:
        """Whether the stage fails with it."""
        return self.severity == "error" and not self.ephemeral and SLOW_TO_END not in self.text


@dataclass(frozen=True)
class Summary:
    """The end of a stage. `result`: succeeded, failed or canceled; empty where an older engine does not say."""

    preview: bool
    result: str
    seconds: int
    changes: Mapping[str, int]


@dataclass(frozen=True)
class Closed:
    """The last line of a stage: what the file holds after it belongs to another one."""


Event = Begun | Step | Message | Summary | Closed


@dataclass
class Tail:
    """An event log that is still being written, or is not there yet."""

    path: Path
    _at: int = 0
    _head: bytes = b""
    _sequence: int = -1
    _closed: bool = field(default=False)

    def more(self) -> tuple[Event, ...]:
        """What was written since the last call. A torn last line waits for its rest.

        Where the engine has begun another stage, the first event is that stage's `Begun`.
        """
        try:
            written = self.path.read_bytes()
        except FileNotFoundError:
            return ()
        if self._is_another(written):
            self._at, self._sequence, self._closed = 0, -1, False
        self._head = written[: len(self._head) or HEAD]
        lines, newline, _torn = written[self._at :].rpartition(b"\n")
        self._at += len(lines) + len(newline)
        return tuple(event for line in lines.splitlines() for event in self._told(line))

    def _is_another(self, written: bytes) -> bool:
        """Whether the file was emptied and written anew, by whatever shows it."""
        if len(written) < self._at or not written.startswith(self._head):
            return True
        fresh = written[self._at :]
        if self._closed:
            return bool(fresh)
        line, newline, _ = fresh.partition(b"\n")
        if not newline:
            return False
        raw = _json(line)
        return raw is None or int(raw.get("sequence", self._sequence + 1)) <= self._sequence

    def _told(self, line: bytes) -> Iterable[Event]:
        raw = _json(line)
        if raw is None:
            return
        self._sequence = int(raw.get("sequence", self._sequence))
        event = event_of(raw)
        if isinstance(event, Closed):
            self._closed = True
        if event is not None:
            yield event


HEAD = 64
"""Bytes by which the beginning of a file is known again: sequence and time stand in them."""


def read(path: Path) -> tuple[Event, ...]:
    """All events of a log that is complete, or torn because `pulumi` was killed. None where there is no log."""
    return Tail(path).more()


def event_of(raw: Mapping[str, Any]) -> Event | None:
    """The event of one line; None for the kinds that nobody here asks for."""
    for phase in Phase:
        if phase.value in raw:
            return _step(phase, raw[phase.value].get("metadata") or {})
    if "diagnosticEvent" in raw:
        said = raw["diagnosticEvent"]
        return Message(
            str(said.get("urn") or ""),
            str(said.get("severity") or ""),
            str(said.get("message") or ""),
            bool(said.get("ephemeral")),
        )
    if "summaryEvent" in raw:
        ended = raw["summaryEvent"]
        return Summary(
            bool(ended.get("isPreview")),
            str(ended.get("result") or ""),
            int(ended.get("durationSeconds") or 0),
            ended.get("resourceChanges") or {},
        )
    if "preludeEvent" in raw:
        return Begun(raw["preludeEvent"].get("config") or {})
    return Closed() if "cancelEvent" in raw else None


def _step(phase: Phase, metadata: Mapping[str, Any]) -> Step:
    urn, kind = str(metadata.get("urn") or ""), str(metadata.get("type") or "")
    operation = str(metadata.get("op") or "")
    return Step(
        phase, operation, urn, _entry(urn, kind, metadata.get("old")), _entry(urn, kind, metadata.get("new"))
    )


def _entry(urn: str, kind: str, state: Mapping[str, Any] | None) -> Entry | None:
    return None if state is None else Entry({"urn": urn, "type": kind, **state})


def _json(line: bytes) -> dict[str, Any] | None:
    """The object on a line; None for half a line, which the engine leaves where it is killed."""
    try:
        raw = json.loads(line)
    except ValueError:
        return None
    return raw if isinstance(raw, dict) else None
