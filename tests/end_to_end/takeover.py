"""The table of the next update after a rollout that failed or was killed; docs/failure-modes.md has the same one.

Rows: failed or killed; the same program again, reverted, or with another target; the record of the rollout on the
group, or lost. The record is lost when the group's own resource, after `--refresh`, removes tags that its program
does not know. Every row is tried through the plugin (tests/plugin/test_takeover_table.py), and one of each block
under `pulumi` (test_takeover_table.py).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tests.end_to_end.truth import Watched
from tests.unwrapped import unwrapped

SAME, REVERTED, ANOTHER = "same program", "reverted", "another target"
TAKEN_OVER = "an interrupted rollout to version 2 was found; it is taken over from the group's record"
FOUND = "found an interrupted rollout"
NO_RECORD = (
    r"\d instances? (?:is|are) not of version 1, which this resource deployed last, "
    r"and the group carries no record"
)


@dataclass(frozen=True)
class Row:
    """``wanted``: what the program says now. ``stays``: revision whose members are kept, if any."""

    wanted: str
    headline: str
    image: str
    version: str
    stays: str | None


KILLED = {
    SAME: Row("2", r"web: replacing \d instances, version 1 -> version 2, in us-east-1", "ami-v2", "2", "2"),
    REVERTED: Row(
        "1", r"web: replacing \d instances, version 2 -> version 1, in us-east-1", "ami-v1", "1", "1"
    ),
    ANOTHER: Row(
        "3", r"web: replacing \d instances, version 1 -> version 3, in us-east-1", "ami-v3", "3", None
    ),
}
LOST = {
    SAME: Row("ami-v2", NO_RECORD, "ami-v2", "2", "2"),
    REVERTED: Row("ami-v1", NO_RECORD, "ami-v1", "3", "1"),
    ANOTHER: Row("ami-v3", NO_RECORD, "ami-v3", "3", None),
}
FAILED = {
    SAME: Row("2", r"web: replacing 6 instances, version 1 -> version 2, in us-east-1", "ami-v2", "2", None),
    ANOTHER: Row(
        "3", r"web: replacing 6 instances, version 1 -> version 3, in us-east-1", "ami-v3", "3", None
    ),
}


def ends(watched: Watched, said: str, row: Row, before: dict[str, str], headline: str | None = None) -> None:
    """The run said its headline, all run what is wanted, and of those ``before`` only ``row.stays`` are left."""
    assert re.search(headline or row.headline, unwrapped(said)), said
    watched.runs(row.image, 6, row.version)
    watched.is_as_found()
    kept = before.keys() & watched.members().keys()
    if row.stays is None:
        assert not kept, "everybody is replaced"
    else:
        assert kept and {before[member] for member in kept} == {row.stays}
