"""Courses in a folder: lines that survive a kill, old ones that go, and faults that are said once and end nothing."""

from __future__ import annotations

import os
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pulumi_rolling.courses import courier
from pulumi_rolling.courses.folder import Folder
from pulumi_rolling.courses.keeper import Keeper, Kept
from pulumi_rolling.courses.settings import Address, address_in, file_name, folder_in
from pulumi_rolling.errors import PolicyErrors
from pulumi_rolling.report.course.course import Course, Drive, Head
from pulumi_rolling.report.course.lines import head_line, point_line
from pulumi_rolling.report.course.point import End

from tests.courses import HALF_BAD, limits, replaced

HEAD = Head("r1", "web", "autoScalingGroup", 100.0, "shop/prod", "web")
DRIVE = Drive(100.0, "rollingUpdate", "replace", "version 2", "version 1")

NAMED = "Name a folder in ROLLING_HISTORY that can be written, or 'off'."


@pytest.fixture(scope="module")
def rolled() -> Course:
    return replaced(limits(12, 4, need_percent=80.0), 12, HALF_BAD)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "state" / "rolls")


def kept(folder: Folder, course: Course, said: list[str], most: int = 1 << 20) -> Keeper:
    """A keeper that has been told each point of a course as its own."""
    keeper = Keeper(Kept(HEAD, DRIVE), folder, None, said.append, most)
    for point in course.points:
        keeper.take(point)
    return keeper


def test_a_course_is_read_back_as_it_was_kept(folder: Folder, rolled: Course) -> None:
    """Head, drive and points stand in a file that is its owner's alone."""
    said: list[str] = []
    kept(folder, rolled, said)
    assert folder.read("r1") == Course(HEAD, (DRIVE,), rolled.points) and said == []
    assert [head.id for head in folder.heads()] == ["r1"]
    path = folder.root / file_name("r1")
    assert (path.stat().st_mode & 0o777, folder.root.stat().st_mode & 0o777) == (0o600, 0o700)


def test_a_driver_that_goes_on_goes_on_in_the_same_course(folder: Folder, rolled: Course) -> None:
    """The torn line of a driver that was killed is left out, and what comes after it is whole."""
    kept(folder, replace(rolled, points=rolled.points[:4]), [])
    with (folder.root / file_name("r1")).open("a") as file:
        file.write(point_line(rolled.points[4])[:30])
    again = replace(DRIVE, at=rolled.points[4].at)
    keeper = Keeper(Kept(HEAD, again, folder.read("r1")), folder, None, pytest.fail)
    for point in rolled.points[4:]:
        keeper.take(point)
    assert folder.read("r1") == keeper.course == Course(HEAD, (DRIVE, again), rolled.points)


def test_a_clock_that_is_set_back_hides_no_end(folder: Folder, rolled: Course) -> None:
    """A roll whose last driver began by a later clock has ended all the same, and no step is told before another."""
    ahead = replace(DRIVE, at=rolled.points[-1].at + 5.0)
    keeper = Keeper(Kept(HEAD, ahead), folder, None, pytest.fail)
    for point in rolled.points:
        keeper.take(point)
    found = folder.read("r1")
    assert found is not None and found.end is End.RETURNED and found.seconds >= 0.0
    assert {point.at for point in found.points} == {ahead.at}


def test_a_course_that_another_machine_has_begun_is_whole_here(folder: Folder, rolled: Course) -> None:
    """What the bucket had of it is written before what is new."""
    found = Course(HEAD, (DRIVE,), rolled.points[:4])
    again = replace(DRIVE, at=rolled.points[4].at)
    Keeper(Kept(HEAD, again, found), folder, None, pytest.fail).take(rolled.points[4])
    assert folder.read("r1") == Course(HEAD, (DRIVE, again), rolled.points[:5])


def test_a_course_that_grows_too_long_keeps_its_landmarks(folder: Folder, rolled: Course) -> None:
    """Its verdict and its end stand there, and that steps between are missing."""
    kept(folder, rolled, [], most=1500)
    found = folder.read("r1")
    assert found is not None and found.cut and len(found.points) < len(rolled.points)
    assert (found.end, found.verdict) == (End.RETURNED, rolled.verdict)
    assert folder.size("r1") < 1500 + 1500


def test_what_changes_nothing_is_no_point(folder: Folder, rolled: Course) -> None:
    """A look that brings the same again, with another time left, is not kept."""
    keeper = Keeper(Kept(HEAD, DRIVE), folder, None, pytest.fail)
    quiet = replace(rolled.points[0], acts=())
    for left in (90, 60, 30):
        keeper.take(replace(quiet, at=200.0 - left, why=f"{left} s left"))
    assert len(keeper.course.points) == 1


def test_the_oldest_go_where_there_are_too_many_or_too_much(folder: Folder) -> None:
    """The newest by their last line stay; the very newest also where it alone is too much."""
    for number in range(6):
        folder.append(f"r{number}", head_line(replace(HEAD, id=f"r{number}")))
        os.utime(folder.root / file_name(f"r{number}"), (number, number))
    folder.prune(most=4)
    assert [head.id for head in folder.heads()] == ["r5", "r4", "r3", "r2"]
    folder.prune(most_bytes=2 * folder.size("r5"))
    assert [head.id for head in folder.heads()] == ["r5", "r4"]
    folder.prune(most_bytes=1)
    assert [head.id for head in folder.heads()] == ["r5"]


def test_a_file_that_another_process_removes_meanwhile_is_no_fault(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many groups roll at once, and each prunes when it begins."""
    folder.append("r1", head_line(HEAD))
    gone = folder.root / file_name("r2")
    monkeypatch.setattr(Path, "glob", lambda root, pattern: [gone, root / file_name("r1")])
    folder.prune()
    assert [head.id for head in folder.heads()] == ["r1"]


def test_a_folder_that_cannot_be_written_is_said_once(tmp_path: Path, rolled: Course) -> None:
    """A file in its place: the course goes on in memory, and nobody is told a second time."""
    (tmp_path / "file").touch()
    said: list[str] = []
    keeper = kept(Folder(tmp_path / "file" / "rolls"), rolled, said)
    assert said == [f"the course of web is not kept in {tmp_path}/file/rolls: Not a directory. {NAMED}"]
    assert keeper.course.end is End.RETURNED


def test_what_is_none_of_ours_in_the_folder_is_passed_over(folder: Folder) -> None:
    """Neither a strange file nor an empty one is a roll."""
    folder.append("r1", head_line(HEAD))
    (folder.root / "strange.jsonl").write_bytes(b"\xff\xfe not ours\n")
    (folder.root / "empty.jsonl").touch()
    assert [head.id for head in folder.heads()] == ["r1"] and folder.read("strange") is None


@pytest.mark.parametrize("ident", ["../../etc/passwd", "a/b", ".", "..", "r 1", "é"])
def test_an_id_that_somebody_forged_leads_nowhere_else(folder: Folder, ident: str) -> None:
    """Ids come from the group's tags, which others may write."""
    folder.append(ident, head_line(replace(HEAD, id=ident)))
    assert [path.parent for path in folder.root.rglob("*")] == [folder.root]
    found = folder.read(ident)
    assert found is not None and found.head.id == ident


def test_where_courses_are_kept_follows_from_the_environment(tmp_path: Path) -> None:
    """The user's own folder for state, or another, or none."""
    home = Path.home()
    below = Path("pulumi-rolling") / "rolls"
    assert folder_in({}) == home / ".local" / "state" / below
    assert folder_in({"XDG_STATE_HOME": str(tmp_path)}) == tmp_path / below
    assert folder_in({"XDG_STATE_HOME": "not/absolute"}) == home / ".local" / "state" / below
    assert folder_in({"ROLLING_HISTORY": "~/rolls"}) == home / "rolls"
    assert folder_in({"ROLLING_HISTORY": " OFF "}) is None


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("", None),
        ("s3://courses", Address("courses")),
        ("s3://courses/a/b/", Address("courses", "a/b/")),
    ],
)
def test_an_address_of_s3_is_a_bucket_and_a_prefix(given: str, address: Address | None) -> None:
    """A slash at its end changes nothing; a group's name is one name in the key, whatever is in it."""
    assert address_in({"ROLLING_HISTORY_BUCKET": given}) == address
    assert Address("courses", "a/").key("prod/web", "r1") == "a/prod%2Fweb/r1.json"


@pytest.mark.parametrize("given", ["courses", "gs://courses", "s3://", "s3:///a"])
def test_an_address_that_is_none_is_refused_by_its_name(given: str) -> None:
    """The error names the variable and what it must look like."""
    with pytest.raises(PolicyErrors, match=r"ROLLING_HISTORY_BUCKET: must be s3://BUCKET"):
        address_in({"ROLLING_HISTORY_BUCKET": given})


def test_a_bucket_that_never_answers_is_said_at_the_end(
    rolled: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The end waits for its patience and no longer, and nothing is lost in silence."""
    monkeypatch.setattr(courier, "AGAIN", 0.05)
    let_go, said = threading.Event(), list[str]()

    class Silent:
        def put(self, course: Course) -> None:
            let_go.wait()

    bucket: Any = Silent()
    keeper = Keeper(Kept(rolled.head, rolled.drives[0]), None, courier.Courier(bucket, 0.1), said.append)
    for point in rolled.points:
        keeper.take(point)
    try:
        keeper.close()
        assert said == ["the course of web is not kept in its bucket: no answer within 0.1 s"]
    finally:
        let_go.set()
