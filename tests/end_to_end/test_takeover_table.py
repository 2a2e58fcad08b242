"""One row of each block of the takeover table (takeover.py) under `pulumi`; the others: tests/plugin.

The row of a kill with the record there, the same program again, is test_interruptions.py.
"""

from __future__ import annotations

import os
import re
import signal
from contextlib import suppress

from tests.end_to_end.conftest import Open
from tests.end_to_end.stage import SIZES, Stage
from tests.end_to_end.takeover import ANOTHER, FAILED, FOUND, KILLED, LOST, NO_RECORD, SAME, TAKEN_OVER, ends
from tests.end_to_end.truth import Watched


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


def test_killed_with_the_record_there(open_stage: Open) -> None:
    """Another target: goes on from the record, everybody is replaced, and all is given back as found."""
    row = KILLED[ANOTHER]
    stage = open_stage(names=[])
    template = stage.deployed_group("ami-v2", "ami-v3")
    watched = Watched(stage)
    stage.want(template, "2")
    killed_at(stage, watched)
    stage.want(template, row.wanted)
    before = watched.members()
    ran = stage.up(preview=True)
    assert ran.code == 0, ran.output
    assert TAKEN_OVER in ran.told and re.search(row.headline, ran.told), ran.output
    ends(watched, ran.output, row, before, headline=FOUND)
    watched.kept_between(5, 7)


def test_killed_with_the_record_lost(web: Stage) -> None:
    """A record that `up --refresh` removed is told, and the rollout ends as it would, from what state knows.

    The group's own resource puts back processes and those sizes that its program declares: not Desired.
    """
    row = LOST[SAME]
    watched = Watched(web)
    web.declare(image="ami-v2", group={key: size for key, size in SIZES.items() if key != "desired_capacity"})
    killed_at(web, watched)
    before = watched.members()
    ran = web.up("--refresh")
    assert ran.code == 0, ran.output
    ends(watched, ran.output, row, before)
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
    assert ran.code == 0, ran.output
    ends(watched, ran.output, LOST[SAME], before, headline=FOUND)
    assert not re.search(NO_RECORD, ran.told)


def test_failed(open_stage: Open) -> None:
    """The same program, mended, with `--refresh`: no record was left that could be lost, and the rollout is new."""
    row = FAILED[SAME]
    stage = open_stage(names=[])
    template = stage.deployed_group("ami-v2", "ami-v3")
    watched = Watched(stage)
    stage.lab.image("ami-v2", signal="FAILURE")
    stage.want(template, row.wanted)
    ran = stage.up()
    assert ran.code != 0 and "Group web is back on version 1" in ran.error
    watched.is_as_found()
    stage.lab.image("ami-v2")
    before = watched.members()
    ran = stage.up("--refresh", preview=True)
    assert ran.code == 0, ran.output
    ends(watched, ran.output, row, before)
    assert "interrupted" not in ran.output and not re.search(NO_RECORD, ran.told)
    watched.kept_between(5, 7)
