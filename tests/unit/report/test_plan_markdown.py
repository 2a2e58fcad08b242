"""The plan as Markdown: the rows of the text, set as a table."""

from __future__ import annotations

from pulumi_rolling.errors import Fault
from pulumi_rolling.report.plan_markdown import faults_markdown, preview_markdown
from pulumi_rolling.report.plan_text import preview_text
from pulumi_rolling.report.preview import rows

from tests.unit.report.conftest import Planner


def test_the_same_rows_as_the_text(planner: Planner) -> None:
    """Both forms tell the same facts, since both set the same rows."""
    preview = planner.preview(planner.lock_step(10, 12, MaxBatchSize=4), notes=("Note this.",))
    markdown, text = preview_markdown(preview), preview_text(preview)
    assert markdown.startswith("### web: replacing 10 instances, version 1 -> version 2\n")
    for label, sentence in rows(preview):
        assert f"| {label} | {sentence} |" in markdown
        assert sentence in text


def test_warnings_stand_below_the_table(planner: Planner) -> None:
    """A warning is a quote of its own, not a row among others."""
    markdown = preview_markdown(planner.preview(planner.sliding(2, 3), warnings=("Mind the gap.",)))
    assert markdown.endswith("\n\n> **Warning:** Mind the gap.")
    assert "| warning" not in markdown


def test_foreign_characters_stay_what_they_are(planner: Planner) -> None:
    """A value with a pipe or a tag breaks no table and hides nothing."""
    preview = planner.preview(planner.sliding(2, 3), differences=("Name: a|b -> <b>c_d\ne",))
    assert r"| changes | Name: a\|b -> \<b>c\_d e |" in preview_markdown(preview)


def test_faults_are_a_list() -> None:
    """Each fault has its path as code."""
    assert faults_markdown([Fault("a.b", "is wrong.")]).endswith("\n- `a.b`: is wrong.")
