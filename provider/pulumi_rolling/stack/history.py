"""What `pulumi stack history` tells of the newest updates."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pulumi_rolling.stack.command import Pulumi

RETURNED = "rolling: returned to "
"""How the message of a return begins. A return is a good deployment like any other."""
SLACK = timedelta(seconds=5)
"""The engine writes the state for the last time just before it writes the entry."""


@dataclass(frozen=True)
class Update:
    """One entry of history. Its start names it: the file backend gives every entry the version 0."""

    started: str
    ended: datetime
    kind: str
    succeeded: bool
    message: str
    commit: str
    configuration: Mapping[str, Any]

    def is_of(self, written_at: str) -> bool:
        """Whether a state written then is the one that this update left: nothing has written it since."""
        return not written_at or datetime.fromisoformat(written_at) <= self.ended + SLACK


def newest(pulumi: Pulumi) -> Update | None:
    """The newest entry, with secrets of the configuration readable; None where nothing was ever deployed."""
    said = pulumi.asked("stack", "history", "--json", "--page-size", "1", "--show-secrets")
    entries = json.loads(said or "[]") or []
    return _update(entries[0]) if entries else None


def _update(raw: Mapping[str, Any]) -> Update:
    ended = datetime.fromisoformat(str(raw.get("endTime") or raw["startTime"]))
    environment = raw.get("environment") or {}
    return Update(
        started=str(raw["startTime"]),
        ended=ended if ended.tzinfo else ended.replace(tzinfo=UTC),
        kind=str(raw.get("kind") or ""),
        succeeded=raw.get("result") == "succeeded",
        message=str(raw.get("message") or ""),
        commit=str(environment.get("git.head") or ""),
        configuration=raw.get("config") or {},
    )
