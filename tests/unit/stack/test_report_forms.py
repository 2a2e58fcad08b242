"""The report as text, JSON and Markdown, and the places where pipelines show it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from pulumi_rolling.stack.compared import Difference, Found
from pulumi_rolling.stack.exit_codes import ExitCode
from pulumi_rolling.stack.kept import Copy
from pulumi_rolling.stack.outcome import Act, Failure, Orphan, Report, Returned, Took
from pulumi_rolling.stack.report_json import ACTS, RESULTS, report_json
from pulumi_rolling.stack.report_markdown import MOST, report_markdown
from pulumi_rolling.stack.report_text import report_text
from pulumi_rolling.stack.step_summary import shown
from pulumi_rolling.stack.wish import Left, Why

URN = "urn:pulumi:dev::trial::acme:web:Thing::"
TO = Copy("2026-11-29T06:17:52Z", "the good one", "0123456789abcdef", "{}", None)
FULL = Report(
    ExitCode.PARTLY_RETURNED,
    "dev",
    TO,
    failures=(Failure(f"{URN}late", "create", "AccessDenied: not authorized to perform: ec2:RunInstances"),),
    returned=(
        Returned(f"{URN}a", Act.REVIVED, "a-1"),
        Returned(f"{URN}b", Act.UPDATED, "b-1"),
        Returned(f"{URN}new", Act.DELETED, "new-1"),
    ),
    left=(Left(f"{URN}fort", Why.PROTECTED), Left(f"{URN}gone", Why.GONE)),
    open=(Found(f"{URN}w", Difference.INPUTS, "size"),),
    go_on="rolling rollback",
    took=Took(182, 41),
    outputs=("address",),
    orphans=(Orphan(f"{URN}lost", "creating"),),
    environments=("acme/base",),
    backup=".rolling/dev/backup.json",
)
TEXT = """\
The update failed, and stack dev has returned in part to the deployment of
2026-11-29T06:17:52Z (the good one), commit 0123456789ab.
The update took 3 min 2 s and the return took 41 s.

What failed:
  urn:pulumi:dev::trial::acme:web:Thing::late
    create: AccessDenied: not authorized to perform: ec2:RunInstances

These live again under their old ids:
  urn:pulumi:dev::trial::acme:web:Thing::a
    a-1

These have their former inputs again:
  urn:pulumi:dev::trial::acme:web:Thing::b

These were deleted:
  urn:pulumi:dev::trial::acme:web:Thing::new
    new-1

These are not as they were:
  urn:pulumi:dev::trial::acme:web:Thing::fort
    the failed update made it protected, and nothing here takes protection away
  urn:pulumi:dev::trial::acme:web:Thing::w
    has other inputs (size)

To know beside:
  urn:pulumi:dev::trial::acme:web:Thing::gone
    it was deleted since; it is made again, empty, under a new id

Outputs that had other values meanwhile, which other stacks may have read:
  address

These may exist in the cloud and stand in no state, since Pulumi was killed:
  urn:pulumi:dev::trial::acme:web:Thing::lost
    creating

ESC environments without a fixed version, which may have changed since:
  acme/base

The state as the failed update left it:
  .rolling/dev/backup.json

To go on: rolling rollback"""


def test_the_text_says_all_in_80_columns() -> None:
    """What failed, what returned, what did not and why, what to know, and the command to go on."""
    assert report_text(FULL) == TEXT
    assert max(map(len, TEXT.splitlines())) <= 80


@pytest.mark.parametrize(
    ("report", "said"),
    [
        (
            Report(ExitCode.RETURNED, "dev", TO, go_on="rolling rollback"),
            "stack dev has returned to the deployment",
        ),
        (Report(ExitCode.SUCCEEDED, "dev", TO), "Stack dev has returned to the deployment of"),
        (
            Report(ExitCode.NOTHING_TO_RETURN_TO, "dev"),
            "The update failed, and stack dev stays as it left it.",
        ),
        (Report(ExitCode.PARTLY_RETURNED, "dev", TO, stopped="the state is locked."), "the state is locked."),
    ],
    ids=["returned", "by hand", "nothing known", "stopped"],
)
def test_a_report_without_lists_is_a_sentence(report: Report, said: str) -> None:
    """Empty parts are left out, and where nothing is open no command is told."""
    text = report_text(report)
    assert said in " ".join(text.split())
    assert ":\n" not in text and "To go on" not in text


def test_the_json_has_all_its_keys_in_every_report() -> None:
    """A program finds the same keys whether something happened or not, and each result and act has a name."""
    full, bare = report_json(FULL), report_json(Report(ExitCode.NOTHING_TO_RETURN_TO, "dev"))
    assert full.keys() == bare.keys()
    assert (full["result"], full["exitCode"], full["returnSeconds"]) == ("partlyReturned", 21, 41)
    assert full["returned"][0] == {"urn": f"{URN}a", "act": "revived", "id": "a-1"}
    assert full["returnedTo"]["commit"] == "0123456789abcdef"
    assert bare["returnedTo"] is None and bare["deploySeconds"] is None
    assert set(RESULTS) == set(ExitCode) and set(ACTS) == set(Act)
    json.dumps(full)


def test_markdown_shows_names_and_errors_as_they_are() -> None:
    """Neither a name nor a cloud's sentence makes a table, a link, a heading or code of its own."""
    odd = replace(
        FULL,
        failures=(Failure(f"{URN}a`b|c", "create", "no | `x` <script> [a](b) *z* &amp;\n# title"),),
        outputs=("`",),
    )
    text = report_markdown(odd)
    assert f"- ``{URN}a`b|c``: create: no \\| \\`x\\` \\<script> \\[a\\](b) \\*z\\* \\&amp; # title" in text
    assert "- `` ` ``" in text
    assert text.startswith("### Failed, and not returned in whole\n")
    assert "To go on: `rolling rollback`" in text


def test_markdown_cuts_a_long_list_with_its_count_and_text_does_not() -> None:
    """A page has a limit and a terminal has none."""
    long = replace(FULL, returned=tuple(Returned(f"{URN}{n}", Act.UPDATED) for n in range(MOST + 7)))
    assert f"{URN}{MOST - 1}`" in report_markdown(long)
    assert f"{URN}{MOST}`" not in report_markdown(long)
    assert "- and 7 more" in report_markdown(long)
    assert f"{URN}{MOST + 6}" in report_text(long)
    wordy = replace(FULL, failures=(Failure("u", "create", "x" * 5000),))
    assert "x" * 5000 not in report_markdown(wordy) and "x" * 5000 in report_text(wordy)


def test_github_appends_to_its_summary(tmp_path: Path) -> None:
    """What stands in the summary already stays, and nothing is printed for GitHub."""
    file = tmp_path / "summary"
    file.write_text("before\n")
    assert shown("### now", {"GITHUB_STEP_SUMMARY": str(file)}) == ""
    assert file.read_text() == "before\n\n### now\n"


def test_azure_is_told_of_a_file(tmp_path: Path) -> None:
    """The line names a file that is there when we have ended."""
    line = shown("### now", {"TF_BUILD": "True", "AGENT_TEMPDIRECTORY": str(tmp_path)})
    command, _, path = line.partition("]")
    assert command == "##vso[task.uploadsummary"
    assert Path(path).is_absolute() and Path(path).read_text() == "### now"


def test_elsewhere_nothing_is_shown(tmp_path: Path) -> None:
    """Without a pipeline nothing is written, and a summary that cannot be written disturbs nobody."""
    assert shown("### now", {}) == ""
    assert shown("### now", {"GITHUB_STEP_SUMMARY": str(tmp_path)}) == ""
    assert list(tmp_path.iterdir()) == []
