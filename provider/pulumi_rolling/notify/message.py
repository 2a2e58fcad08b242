"""One message about one rollout, for people and for programs. Where it goes is not known here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

VERSION = 1
"""Of the document: keys may be added and never change meaning."""


class Event(Enum):
    STARTED = "started"
    FAILED = "failed"
    """Too much has failed, and what follows has begun."""
    WAITING = "waiting"
    """Nothing goes on before somebody acts."""
    ENDED = "ended"
    STOPPED = "stopped"
    """The driver ended before the rollout did."""


@dataclass(frozen=True, slots=True)
class Message:
    event: Event
    group: str
    sentence: str
    key: str
    """Equal for two tellings of one thing: the rollout's id, what happened, and when, with dots between."""
    succeeded: bool | None = None
    """Of an end; None before it."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What a program may want beside the sentence."""
    declared_by: str = ""
    """Stack and resource, since a group of that name may stand in every stack and region."""

    @property
    def title(self) -> str:
        end = {None: self.event.value, True: "done", False: "failed"}[self.succeeded]
        whose = f" ({self.declared_by})" if self.declared_by else ""
        return f"Rollout of {self.group}{whose}: {end}"

    @property
    def is_bad(self) -> bool:
        return self.event in (Event.FAILED, Event.STOPPED) or self.succeeded is False

    def document(self) -> dict[str, Any]:
        """The message as JSON."""
        return {
            "version": VERSION,
            "event": self.event.value,
            "group": self.group,
            "title": self.title,
            "sentence": self.sentence,
            "succeeded": self.succeeded,
            "key": self.key,
            **self.facts,
        }
