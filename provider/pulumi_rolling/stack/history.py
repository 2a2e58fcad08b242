"""What `pulumi stack history` tells of the newest updates."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from pulumi_rolling.stack.command import Pulumi

RETURNED = "rolling: returned to "
"""How the message of a return begins. A return is a good deployment like any other."""
SLACK = timedelta(seconds=5)
"""The engine notes the end, in whole seconds, before it writes the state for the last time."""
LITTLE = timedelta(seconds=1)
"""For a state with an operation in it, which another update may have begun at once."""


@dataclass(frozen=True)
class Update:
    """One entry of history. Its start names it: `version` is 0 for every entry of a backend that keeps none.

    `deployed`: the newest entry that deployed, which is this one unless it is a refresh, an import or a rename.
    `succeeded_at`: the newest one that deployed and succeeded, of the few that were read.
    """

    started: str
    ended: datetime
    kind: str
    succeeded: bool
    message: str
    commit: str
    configuration: Mapping[str, Any]
    version: int = 0
    deployed: str = ""
    succeeded_at: str = ""

    @property
    def deploys(self) -> bool:
        return self.kind in DEPLOYING

    @property
    def is_success(self) -> bool:
        return self.deploys and self.succeeded

    def is_of(self, written_at: str, slack: timedelta = SLACK) -> bool:
        """Whether a state written then is the one that this update left: nothing has written it since."""
        return not written_at or datetime.fromisoformat(written_at) <= self.ended + slack


DEPLOYING = ("update", "destroy")
"""Kinds of entries after which the state is what somebody wanted; a refresh makes no failed update a good one."""


def newest(pulumi: Pulumi) -> Update | None:
    """The newest entry, with secrets of the configuration readable; None where nothing was ever deployed.

    It succeeded where the newest entry that deployed has succeeded, too.
    """
    found = _updates(pulumi, "10", "--show-secrets")
    if not found:
        return None
    deployed = next((update for update in found if update.deploys), found[-1])
    succeeded = found[0].succeeded and deployed.succeeded
    good = next((update.started for update in found if update.is_success), "")
    return replace(found[0], succeeded=succeeded, deployed=deployed.started, succeeded_at=good)


def newest_success(pulumi: Pulumi) -> Update | None:
    """The newest entry that deployed and succeeded, of the last hundred."""
    return next((update for update in _updates(pulumi, "100") if update.is_success), None)


def _updates(pulumi: Pulumi, size: str, *flags: str) -> list[Update]:
    said = pulumi.asked("stack", "history", "--json", "--page-size", size, *flags)
    return [_update(raw) for raw in json.loads(said or "[]") or []]


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
        version=int(raw.get("version") or 0),
    )
