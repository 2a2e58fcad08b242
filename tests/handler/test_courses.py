"""What the handler keeps of the rolls that it carries out: by us, by the cloud, killed, gone on with, in a bucket."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import boto3
import pytest
from pulumi_rolling.core.model.seen import Request
from pulumi_rolling.courses.folder import Folder
from pulumi_rolling.errors import OrphanedError, RolloutError
from pulumi_rolling.lab import Lab
from pulumi_rolling.report.course.course import Course, Fate, members, operations
from pulumi_rolling.report.course.document import course_in
from pulumi_rolling.report.course.point import End

from tests.fleets.scripted_aws import wait_until
from tests.handler.driver_process import start
from tests.handler.lab_web import URN, LabWeb
from tests.handler.refreshed_web import RefreshedWeb

NAMED = "Name a folder in ROLLING_HISTORY that can be written, or 'off'."


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    monkeypatch.setenv("ROLLING_HISTORY", str(tmp_path / "rolls"))
    return Folder(tmp_path / "rolls")


@pytest.fixture
def bucket(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> Any:
    made = boto3.client("s3")
    made.create_bucket(Bucket="courses")
    monkeypatch.setenv("ROLLING_HISTORY_BUCKET", "s3://courses/team")
    return made


def courses(folder: Folder) -> list[Course]:
    """The oldest first."""
    read = [folder.read(head.id) for head in folder.heads()]
    return sorted([each for each in read if each is not None], key=lambda each: each.head.started_at)


def is_standing(course: Course | None) -> bool:
    """It waits for approval, and will until somebody says a word."""
    return course is not None and any(point.stands == "approval" for point in course.points[-1:])


def said(web: LabWeb) -> list[str]:
    """What was warned of the course; the policy has warnings of its own."""
    return [warning for warning in web.warned if "the course of" in warning]


def in_bucket(bucket: Any) -> dict[str, Course | None]:
    listed = bucket.list_objects_v2(Bucket="courses").get("Contents", [])
    return {
        each["Key"]: course_in(
            json.loads(bucket.get_object(Bucket="courses", Key=each["Key"])["Body"].read())
        )
        for each in listed
    }


def test_a_roll_and_a_failed_one_are_kept_as_the_lab_saw_them(lab: Lab, folder: Folder) -> None:
    """Each course has its id, stack, revisions, every member that was launched, and how it ended."""
    lab.image("ami-v3", signal="FAILURE")
    web = LabWeb(lab, "ami-v1", "ami-v2", "ami-v3", size=3)
    state = web.deploy(web.news("1"))
    assert courses(folder) == [], "nothing was rolled"
    state = web.update(state, web.news("2"))
    launched = set(web.members(lambda member: member["revision"] == 2))
    with pytest.raises(RolloutError):
        web.update(state, web.news("3", waitOnResourceSignals=True))
    good, bad = courses(folder)
    assert good.head.id == state["lastRollout"]["id"]
    assert (good.head.stack, good.head.resource, good.strategy) == ("trial/dev", "web", "rollingUpdate")
    assert (good.came_from, good.to, good.end) == ("version 1", "version 2", End.SUCCEEDED)
    assert {m.id for m in members(good) if m.fate is Fate.READY} >= launched
    assert (good.replaced, good.failed, good.lowest) == (3, 0, state["lastRollout"]["lowestInService"])
    assert (bad.end, bad.to) == (End.RETURNED, "version 3") and "sent FAILURE" in bad.verdict
    assert {m.fate for m in members(bad) if m.way == "forward"} >= {Fate.FAILED}
    assert said(web) == []


def test_a_refresh_of_the_cloud_is_kept_by_its_operation(lab: Lab, folder: Folder) -> None:
    """Its id is that of lastRollout, and its states lead to the end."""
    web = RefreshedWeb(lab)
    state = web.update(web.state, web.wants("2"))
    (course,) = courses(folder)
    (ran,) = operations(course)
    assert (ran.id, ran.states[-1][0], ran.theirs) == (state["lastRollout"]["operation"], "succeeded", False)
    assert (course.strategy, course.end, course.replaced) == ("instanceRefresh", End.SUCCEEDED, 2)


def test_a_roll_whose_process_is_killed_goes_on_in_the_same_course(
    lab: Lab, folder: Folder, bucket: Any
) -> None:
    """kill -9 at a gate, and the next update: one course, two drivers, no member told twice; in the bucket as well."""
    web = LabWeb(lab, "ami-v1", "ami-v2", size=3)
    gated: dict[str, Any] = {"canary": 1, "approval": True, "minInstancesInService": 1}
    state = web.deploy(web.news("1", **gated))
    news = web.news("2", **gated)
    process = start(URN, state, news)
    try:
        wait_until(lambda: any(map(is_standing, courses(folder))), 60.0)
        wait_until(lambda: any(map(is_standing, in_bucket(bucket).values())), 60.0)
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
    (left,) = courses(folder)
    assert left.end is None
    ids = count()
    web.context = replace(web.context, requests=lambda: (Request(f"approve-{next(ids)}", "approve"),))
    web.update(state, news)
    (course,) = courses(folder)
    assert len(course.drives) == 2 and course.head == left.head and course.end is End.SUCCEEDED
    assert course.points[: len(left.points)] == left.points
    assert any("approve" in point.verbs for point in course.points)
    found = [member.id for member in members(course) if member.fate is Fate.READY]
    assert len(found) == len(set(found)) == 3
    wait_until(lambda: list(in_bucket(bucket).values()) == [course], 60.0)
    assert said(web) == []


def test_a_machine_that_has_nothing_takes_the_course_from_the_bucket(
    lab: Lab, folder: Folder, bucket: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pipeline's folder does not last; the course in the bucket goes on, and is whole on both."""
    web = LabWeb(lab, "ami-v1", "ami-v2", size=2)
    gated: dict[str, Any] = {"canary": 1, "approval": True}
    state = web.deploy(web.news("1", **gated))
    news, ours = web.news("2", **gated), web.context
    web.context = replace(ours, orphaned=lambda: any(map(is_standing, courses(folder))))
    with pytest.raises(OrphanedError):
        web.update(state, news)
    wait_until(lambda: list(in_bucket(bucket).values()) == courses(folder), 60.0)
    monkeypatch.setenv("ROLLING_HISTORY", str(tmp_path / "another"))
    ids = count()
    web.context = replace(ours, requests=lambda: (Request(f"approve-{next(ids)}", "approve"),))
    web.update(state, news)
    (left,), (course,) = courses(folder), courses(Folder(tmp_path / "another"))
    assert left.end is None and course.points[: len(left.points)] == left.points
    assert len(course.drives) == 2 and course.end is End.SUCCEEDED
    wait_until(lambda: in_bucket(bucket) == {f"team/web/{course.head.id}.json": course}, 60.0)


def test_places_that_cannot_be_written_are_said_once_and_end_no_roll(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file in place of the folder, and a bucket that is not there: two warnings, and the group is rolled."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("ROLLING_HISTORY", str(tmp_path / "file" / "rolls"))
    monkeypatch.setenv("ROLLING_HISTORY_BUCKET", "s3://nowhere")
    web = LabWeb(lab, "ami-v1", "ami-v2")
    state = web.update(web.deploy(web.news("1")), web.news("2"))
    assert web.revisions() == {"2"} and state["status"] == "stable"
    folder, bucket = said(web)
    assert folder == f"the course of web is not kept in {tmp_path}/file/rolls: Not a directory. {NAMED}"
    assert bucket.startswith(
        "the course of web is not kept in its bucket: PutObject was refused (NoSuchBucket)"
    )


def test_an_address_that_is_none_ends_no_roll_either(
    lab: Lab, folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is said with its name, and the folder is written all the same."""
    monkeypatch.setenv("ROLLING_HISTORY_BUCKET", "courses")
    web = LabWeb(lab, "ami-v1", "ami-v2")
    web.update(web.deploy(web.news("1")), web.news("2"))
    assert [course.end for course in courses(folder)] == [End.SUCCEEDED]
    (warned,) = said(web)
    assert "ROLLING_HISTORY_BUCKET: must be s3://BUCKET" in warned


def test_a_bug_of_what_keeps_the_course_ends_no_roll(
    lab: Lab, folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever it raises is said once, and the status goes on."""

    def broken(*_: Any) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr("pulumi_rolling.report.course.replaced.point", broken)
    web = LabWeb(lab, "ami-v1", "ami-v2")
    web.update(web.deploy(web.news("1")), web.news("2"))
    assert web.revisions() == {"2"} and said(web) == ["the course of web is not kept: a bug"]
    assert any("replaced" in status for status in web.statuses)


def test_nothing_of_it_is_loaded_where_nothing_is_rolled() -> None:
    """The handler by itself brings neither the courses nor what draws them."""
    script = (
        "import sys, pulumi_rolling.handler.verbs, pulumi_rolling.handler.driving\n"
        "print([name for name in sys.modules if name.startswith(('pulumi_rolling.courses',"
        " 'pulumi_rolling.report.course', 'matplotlib'))])"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"
