"""`rolling history` and `rolling report`: what is kept in the folder, as text, JSON, page and picture; their errors."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from pulumi_rolling.courses.folder import Folder
from pulumi_rolling.report.course.course import Course
from pulumi_rolling.report.course.lines import drive_line, head_line, point_line

from tests.courses import limits, replaced

from .conftest import Ran

Rolling = Callable[..., Ran]


@pytest.fixture(scope="module")
def rolled() -> Course:
    return replaced(limits(4, 2), 4)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rolled: Course) -> Folder:
    """Three rolls: two of web in the stack shop/prod, one of api in shop/dev."""
    made = Folder(tmp_path / "rolls")
    for day, (ident, group, stack) in enumerate(
        [("aa11", "web", "shop/prod"), ("aa22", "api", "shop/dev"), ("bb33", "web", "shop/prod")]
    ):
        began = rolled.head.started_at + 86400 * day
        head = replace(rolled.head, id=ident, group=group, stack=stack, started_at=began)
        lines = [*map(drive_line, rolled.drives), *map(point_line, rolled.points)]
        made.append(ident, "".join([head_line(head), *lines]))
    monkeypatch.setenv("ROLLING_HISTORY", str(made.root))
    monkeypatch.chdir(tmp_path)
    return made


@pytest.mark.parametrize(
    ("what", "ids"),
    [
        ([], ["bb33", "aa22", "aa11"]),
        (["web"], ["bb33", "aa11"]),
        (["prod"], ["bb33", "aa11"]),
        (["shop/dev"], ["aa22"]),
        (["organization/shop/dev"], ["aa22"]),
        (["web", "--last", "1"], ["bb33"]),
    ],
)
def test_history_lists_the_newest_first(
    rolling: Rolling, folder: Folder, what: list[str], ids: list[str]
) -> None:
    """All, or those of a group, or of a stack by any of its names; as text and as JSON."""
    lines = rolling("history", *what).out.splitlines()[1:]
    assert [line.split()[0] for line in lines] == ids and all("succeeded" in line for line in lines)
    told = json.loads(rolling("history", *what, "--format", "json").out)
    assert told["version"] == 1 and [roll["id"] for roll in told["rolls"]] == ids


def test_a_history_of_nothing_says_where_it_looked(rolling: Rolling, folder: Folder) -> None:
    """Standard output stays empty, for programs; to find none is no fault."""
    assert rolling("history", "db") == Ran(0, "", f"No roll of db is kept in {folder.root}.\n")
    assert json.loads(rolling("history", "db", "--format", "json").out) == {"version": 1, "rolls": []}


def test_a_report_is_written_whole_into_a_file_of_its_id(rolling: Rolling, folder: Folder) -> None:
    """The page by default, here found by the beginning of its id; nothing else is left in the folder.

    Others may read it as they may any new file of the user's, so that a server can show it.
    """
    mask = os.umask(0o027)
    assert rolling("report", "bb").out == "roll-bb33.html\n"
    assert Path("roll-bb33.html").read_text().startswith("<!doctype html>")
    assert sorted(path.name for path in Path().iterdir()) == ["roll-bb33.html", "rolls"]
    assert os.umask(mask) == 0o027 and Path("roll-bb33.html").stat().st_mode & 0o777 == 0o640


def test_a_report_has_the_form_and_the_place_that_are_asked_for(rolling: Rolling, folder: Folder) -> None:
    """A picture in a file, and JSON on standard output."""
    assert rolling("report", "aa11", "--format", "png", "-o", "a.png").out == "a.png\n"
    assert Path("a.png").read_bytes().startswith(b"\x89PNG")
    assert rolling("report", "aa11", "--format", "svg", "-o", "-").out.startswith("<?xml")
    told = json.loads(rolling("report", "aa11", "--format", "json").out)
    assert told["roll"]["id"] == "aa11" and told["roll"]["outcome"] == "succeeded"


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["report", "aa"], 1, "rolling: aa begins the id of 2 rolls: aa11, aa22."),
        (["report", "zz"], 1, "rolling: No roll zz is kept in "),
        (["report", "aa11", "-o", "nowhere/x.html"], 1, "rolling: nowhere/x.html cannot be written: No such"),
        (["report", "aa11", "--format", "word"], 2, "Usage: "),
    ],
)
def test_what_cannot_be_told_is_one_line(
    rolling: Rolling, folder: Folder, arguments: list[str], code: int, said: str
) -> None:
    """An id of two rolls, of none, and a file that cannot be written."""
    ran = rolling(*arguments)
    assert (ran.code, ran.out) == (code, "") and ran.err.startswith(said)


def test_a_page_without_the_extra_says_what_to_install(
    rolling: Rolling, folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line names the extra; the JSON needs none."""
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    said = "rolling: matplotlib is not installed. Run pip install 'pulumi-rolling[report]'.\n"
    assert rolling("report", "bb33") == Ran(1, "", said)
    assert rolling("report", "bb33", "--format", "json").code == 0


@pytest.mark.parametrize("command", [["history"], ["report", "aa"]])
def test_where_nothing_is_kept_the_switches_are_named(
    rolling: Rolling, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    """Neither a folder nor a bucket."""
    monkeypatch.setenv("ROLLING_HISTORY", "off")
    ran = rolling(*command)
    assert ran.code == 2 and re.search("ROLLING_HISTORY: is off, and ROLLING_HISTORY_BUCKET", ran.err)
