"""The page of a roll: one file that needs no network, readable in both schemes, safe whatever was read off a cloud."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser

import pytest
from pulumi_rolling.report.course.course import Course
from pulumi_rolling.report.course.page import page
from pulumi_rolling.report.course.picture import Colour, Form, drawn
from pulumi_rolling.report.course.style import STYLE

from tests.courses import HALF_BAD, limits, replaced

BAD = "<script>alert(1)</script>&\"'"


@pytest.fixture(scope="module")
def failed() -> Course:
    return replaced(limits(12, 4, need_percent=80.0), 12, HALF_BAD)


@pytest.fixture(scope="module")
def text(failed: Course) -> str:
    return page(failed)


class Read(HTMLParser):
    """What a page is made of. ``leads``: whatever could make a browser ask for something."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.leads: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            is_own = (value or "").startswith("#") or name.startswith("xmlns")
            if name in ("src", "href", "xlink:href", "srcset", "action", "data") and not is_own:
                self.leads.append(f"{tag} {name}={value}")


def words(text: str) -> str:
    """What a reader reads, and the style."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", text)).split())


def test_a_page_asks_nothing_of_any_network(text: str) -> None:
    """No script, no picture and no address in it; its own policy forbids the browser all of them."""
    read = Read(text)
    assert read.leads == [] and not {"script", "img", "link", "iframe", "object"} & set(read.tags)
    assert "default-src 'none'" in text and not re.search(r"url\((?!#)|@import", text)


def test_a_page_tells_how_it_ended_and_why(failed: Course, text: str) -> None:
    """Outcome, verdict, revisions, figures, every step and every member are in its words."""
    read = words(text)
    for told in (
        "returned",
        "3 of 12 instances failed",
        "version 1 → version 2",
        "0 of 12",
        "fewest in service 10 (floor 10)",
        "shop/prod",
        "suspending processes and moving the pointer",
        "failed: sent FAILURE",
        "in service",
    ):
        assert told in read, told
    assert {p.id for p in failed.points[3].failed} <= set(re.findall(r"i-\w+", read))


def test_both_drawings_take_their_colours_from_the_readers_scheme(text: str) -> None:
    """A wide one and a narrow one stand in it; no colour of paper is left, and each variable has two values."""
    assert text.count("<svg ") == 2 and text.count('role="img"') == 2
    drawings = "".join(re.findall(r"<svg .*?</svg>", text, re.DOTALL))
    assert [colour for colour in Colour if colour.value in drawings] == []
    used = set(re.findall(r"var\((--\w+)\)", drawings))
    light, _, dark = STYLE.partition("prefers-color-scheme:dark")
    assert used and all(f"{name}:#" in light and f"{name}:#" in dark for name in used)


def test_what_a_cloud_or_a_tag_says_is_text_and_no_markup(failed: Course) -> None:
    """Names of groups, members and revisions, and sentences of the cloud, stand in the page as they are."""
    drive = replace(failed.drives[0], to=BAD, came_from=BAD)
    points = tuple(
        replace(p, why=BAD, appeared=tuple(f"{BAD}{name}" for name in p.appeared)) for p in failed.points
    )
    course = replace(failed, head=replace(failed.head, group=BAD, stack=BAD), drives=(drive,), points=points)
    text = page(course)
    assert "script" not in Read(text).tags and words(text).count("<script>alert(1)</script>") > 5


def test_the_same_course_makes_the_same_page(failed: Course, text: str) -> None:
    """Nothing of the moment at which it is made is in it."""
    assert page(failed) == text


def test_a_course_of_nothing_but_its_head_is_a_page(failed: Course) -> None:
    """A roll that was killed at once, and one that moved the pointer alone, can be shown."""
    assert "not ended" in page(replace(failed, points=()))
    assert "<svg " in page(replace(failed, points=failed.points[:1]))


@pytest.mark.parametrize(
    ("form", "begins"), [(Form.SVG, b"<?xml"), (Form.PNG, b"\x89PNG")], ids=["svg", "png"]
)
def test_the_drawing_alone_is_a_picture(failed: Course, form: Form, begins: bytes) -> None:
    """It has the colours of paper, for programs that know no variables."""
    made = drawn(failed, form)
    assert made.startswith(begins) and b"var(--" not in made


def test_a_page_of_a_thousand_members_is_bounded() -> None:
    """Bars of one fate are one element, so that it stays below a megabyte, with each member by its name."""
    text = page(replaced(limits(1000, 100), 1000))
    assert len(text) < 600_000
    assert len(re.findall(r"<tr class=\"\"><td>i-", text)) == 1000
    assert all(drawing.count("<path") < 200 for drawing in re.findall(r"<svg .*?</svg>", text, re.DOTALL))


def test_nothing_is_drawn_without_the_library_and_the_error_names_it(
    failed: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The module itself loads without it."""
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ModuleNotFoundError, match="matplotlib"):
        page(failed)
