"""The next `pulumi up` after a rollout that failed or was killed: what it says, whom it replaces, where it ends.

The same table stands in docs/failure-modes.md. Rows: failed or killed; the same program again, reverted, or with
another target; the record of the rollout on the group, or lost. It is lost when the group's own resource, after
`--refresh`, removes tags that its program does not know.
"""

from __future__ import annotations

import os
import re
import signal
from contextlib import suppress
from dataclasses import dataclass, replace

import pytest

from tests.end_to_end.conftest import Open
from tests.end_to_end.stage import Ran, Stage
from tests.end_to_end.truth import Watched

TAKEN_OVER = "an interrupted rollout to version 2 was found; it is taken over from the group's record"
NO_RECORD = (
    r"\d instances are not of version 1, which this resource deployed last, and the group carries no record"
)


@dataclass(frozen=True)
class Row:
    """``wanted``: what the program says now. ``stays``: revision whose members are kept, if any."""

    wanted: str
    headline: str
    image: str
    version: str
    stays: str | None


def killed_at(stage: Stage, watched: Watched) -> None:
    """`pulumi` and the provider die when two new members are in service."""
    stage.lab.image("ami-v2", boot=1.5)
    process = stage.start_up()

    def is_midway() -> bool:
        members = stage.lab.group("web")["members"]
        return len([m for m in members if (m["revision"], m["lifecycle"]) == ("2", "InService")]) >= 2

    stage.wait_for(is_midway, "two new members in service")
    for pid in (process.pid, *stage.providers()):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    process.wait()
    assert any(key.startswith("rolling:record") for key in stage.lab.group("web")["tags"])
    assert stage.cancel().code == 0


def attached(open_stage: Open) -> tuple[Stage, str]:
    """A group that the program does not declare, deployed at version 1; versions 2 and 3 are there to be wanted."""
    stage = open_stage(names=[])
    template = stage.found_group()
    for image in ("ami-v2", "ami-v3"):
        stage.new_version(template, image)
    stage.want(template, "1")
    ran = stage.up()
    assert ran.code == 0, ran.output
    return stage, template


def ends(watched: Watched, ran: Ran, row: Row, before: dict[str, str]) -> None:
    assert ran.code == 0, ran.output
    assert re.search(row.headline, ran.output), ran.output
    watched.runs(row.image, 6, row.version)
    watched.is_as_found()
    kept = before.keys() & watched.members().keys()
    if row.stays is None:
        assert not kept, "everybody is replaced"
    else:
        assert kept and {before[member] for member in kept} == {row.stays}


KILLED = {
    "same program": Row(
        "2", r"web: replacing \d instances, version 1 -> version 2, in us-east-1", "ami-v2", "2", "2"
    ),
    "reverted": Row(
        "1", r"web: replacing \d instances, version 2 -> version 1, in us-east-1", "ami-v1", "1", "1"
    ),
    "another target": Row(
        "3", r"web: replacing \d instances, version 1 -> version 3, in us-east-1", "ami-v3", "3", None
    ),
}


@pytest.mark.parametrize("row", KILLED.values(), ids=KILLED)
def test_killed_with_the_record_there(row: Row, open_stage: Open) -> None:
    """Goes on from the record: only members of a revision that is not wanted are replaced, all given back as found."""
    stage, template = attached(open_stage)
    watched = Watched(stage)
    stage.want(template, "2")
    killed_at(stage, watched)
    stage.want(template, row.wanted)
    plan = stage.preview()
    before = watched.members()
    old = sum(revision != row.wanted for revision in before.values())
    assert f"web: replacing {old} instances" in plan.output, (before, plan.output)
    assert TAKEN_OVER in plan.output and re.search(row.headline, plan.output), plan.output
    ends(watched, stage.up(), replace(row, headline="found an interrupted rollout"), before)
    watched.kept_between(5, 7)


LOST = {
    "same program": Row("ami-v2", NO_RECORD, "ami-v2", "2", "2"),
    "reverted": Row("ami-v1", NO_RECORD, "ami-v1", "3", "1"),
    "another target": Row("ami-v3", NO_RECORD, "ami-v3", "3", None),
}


@pytest.mark.parametrize("row", LOST.values(), ids=LOST)
def test_killed_with_the_record_lost(row: Row, web: Stage) -> None:
    """`up --refresh` lets the group's own resource put back sizes and processes and remove the record: it is said, and
    the rollout still ends as it would, from what state knows."""
    watched = Watched(web)
    web.declare(image="ami-v2")
    killed_at(web, watched)
    before = watched.members()
    web.declare(image=row.wanted)
    ends(watched, web.up("--refresh"), row, before)
    assert max(p["total"] for p in watched.points()) <= 8


def test_ignored_tags_save_the_record(open_stage: Open) -> None:
    """With the aws provider's ignoreTags for the prefix, `up --refresh` leaves the record, and it is gone on with."""
    stage = open_stage()
    path = "aws:ignoreTags.keyPrefixes[0]"
    assert stage.run("config", "set", "--path", path, "rolling:").code == 0
    assert stage.up().code == 0
    watched = Watched(stage)
    stage.declare(image="ami-v2")
    killed_at(stage, watched)
    before = watched.members()
    ran = stage.up("--refresh")
    row = Row("ami-v2", "found an interrupted rollout", "ami-v2", "2", "2")
    ends(watched, ran, row, before)
    assert not re.search(NO_RECORD, ran.output)


FAILED = {
    "same program": Row(
        "2", r"web: replacing 6 instances, version 1 -> version 2, in us-east-1", "ami-v2", "2", None
    ),
    "reverted": Row("1", r"2 unchanged", "ami-v1", "1", "1"),
    "another target": Row(
        "3", r"web: replacing 6 instances, version 1 -> version 3, in us-east-1", "ami-v3", "3", None
    ),
}


@pytest.mark.parametrize("refresh", [(), ("--refresh",)], ids=["record there", "record lost"])
@pytest.mark.parametrize("row", FAILED.values(), ids=FAILED)
def test_failed(row: Row, refresh: tuple[str, ...], open_stage: Open) -> None:
    """A failed rollout is back where it came from and leaves no record, so there is none to lose: the next is new."""
    stage, template = attached(open_stage)
    watched = Watched(stage)
    stage.lab.image("ami-v2", signal="FAILURE")
    stage.want(template, "2")
    ran = stage.up()
    assert ran.code != 0 and "Group web is back on version 1" in ran.error
    watched.is_as_found()
    stage.lab.image("ami-v2")
    before = watched.members()
    stage.want(template, row.wanted)
    ran = stage.up(*refresh, preview=True)
    ends(watched, ran, row, before)
    assert "interrupted" not in ran.output and not re.search(NO_RECORD, ran.output)
    watched.kept_between(5, 7)
