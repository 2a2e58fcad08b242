"""How the tags of a group are shared out among the record of its rollout and what may stand beside it.

The record has what it needs at its worst; the policy stands beside it only where room is left, and what is left then is
the record's to say more in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pulumi_rolling.engine.record.room import check_room, room_left
from pulumi_rolling.handler.notified import tags_for_telling
from pulumi_rolling.handler.operation import Operation
from pulumi_rolling.handler.recorded import policy_marks


@dataclass(frozen=True, slots=True)
class Room:
    policy: Mapping[str, str]
    """The tags of the policy; none where there is no room for them."""
    record: int
    """Tags that the record may take."""
    crowded: str | None
    """Why the record would not fit."""

    @property
    def notes(self) -> tuple[str, ...]:
        if self.policy or self.crowded:
            return ()
        return (
            "the group's tags leave no room for the policy beside the record: should this process die, 'pulumi up' "
            "goes on with the rollout, and 'rolling finish' and 'rolling return' cannot",
        )


def shared_out(operation: Operation, tags: Mapping[str, str], needed: int, remedy: str) -> Room:
    """``tags``: of the group. ``needed``: for the record at its worst, with lease and requests."""
    shelf, told, policy = operation.fleet.shelf, tags_for_telling(), policy_marks(operation)
    crowded = check_room(tags, needed + told, shelf, remedy)
    if check_room(tags, needed + told + len(policy), shelf):
        policy = {}
    return Room(policy, room_left(tags, shelf, told + len(policy)), crowded)
