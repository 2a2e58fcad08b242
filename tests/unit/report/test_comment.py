"""One comment for a stack: what it tells, how it is folded, and what it remembers."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from pulumi_rolling.core.delegate.limits import DelegateLimits, Foreseen, ForeseenGate, WayBack
from pulumi_rolling.core.delegate.observation import Delegated
from pulumi_rolling.core.delegate.plan import begin
from pulumi_rolling.core.delegate.plan import plan as delegate_plan
from pulumi_rolling.core.model.goal import Goal
from pulumi_rolling.core.replace.boots import add_boots
from pulumi_rolling.core.replace.rollout import Boots
from pulumi_rolling.report.comment.changed import NOTHING, changed
from pulumi_rolling.report.comment.group_plan import GroupPlan, of_document, of_text
from pulumi_rolling.report.comment.layout import LARGEST, comment
from pulumi_rolling.report.comment.marker import LARGEST as MOST_KEPT
from pulumi_rolling.report.comment.marker import read
from pulumi_rolling.report.comment.pictures import gantt
from pulumi_rolling.report.comment.told import Lost, Named, Told
from pulumi_rolling.report.hazards import hazards
from pulumi_rolling.report.plan_text import preview_text
from pulumi_rolling.report.preview import Preview
from pulumi_rolling.report.preview_document import preview_document
from pulumi_rolling.report.wording import TASK

from tests.unit.report.conftest import V1, V2, Planner

URN = "urn:pulumi:dev::shop::rolling:index:RollingGroup::"
CAREFUL: dict[str, Any] = {
    "WaitOnResourceSignals": True,
    "PauseTime": "PT5M",
    "MaxBatchSize": 25,
    "MinInstancesInService": 900,
    "canary": {"size": 5, "soak": "PT10M"},
    "checkpoints": {"percents": [10, 50], "delay": "PT15M"},
    "approval": True,
    "bakeTime": "PT10M",
}
QUICK_BOOTS = add_boots(Boots(), [80.0, 90.0, 100.0, 95.0])


def documented(preview: Preview, name: str = "web", around: Sequence[str] = ()) -> GroupPlan:
    """As the provider writes it and the command reads it."""
    plan = of_document(json.loads(json.dumps(preview_document(preview, URN + name, around))))
    assert plan is not None
    return plan


@pytest.fixture
def thousand(planner: Planner) -> GroupPlan:
    made = planner.sliding(1000, 1100, **CAREFUL)
    return documented(planner.preview(made, last_boots=QUICK_BOOTS, differences=("ImageId: ami-1 -> ami-2",)))


def copies(plan: GroupPlan, count: int) -> tuple[GroupPlan, ...]:
    return tuple(
        replace(plan, urn=f"{URN}group-{number}", group=f"group-{number}") for number in range(count)
    )


def test_a_plan_is_told_in_a_table_a_drawing_and_rows(thousand: GroupPlan) -> None:
    """Each column of the table, each phase of the drawing, each row and difference stands in the comment."""
    text = comment(Told("dev", groups=(thousand,), lost=()))
    [line] = [line for line in text.splitlines() if line.startswith("| web |")]
    assert line.startswith("| web | 1000 | 25 | at least 975 | canary 5, 2 checkpoints, approval | ")
    assert line.endswith(f" | to version 1 | {thousand.brief['calls']} |")
    assert "99-116 min | 4 h 20 min and approvals | to" in line
    tasks = re.findall(r"^    (\S.*?) :", gantt([thousand]), re.MULTILINE)
    assert tasks == [
        "canary, 5 instances",
        "soak, watched",
        "approval, somebody approves",
        "to 10 %, 95 instances",
        "checkpoint, watched",
        "approval, somebody approves",
        "to 50 %, 400 instances",
        "checkpoint, watched",
        "approval, somebody approves",
        "the rest, 500 instances",
        "bake, watched",
    ]
    assert "| canary | 5 instances first, watched for 10 min once ready; a failed one ends the roll |" in text
    assert "- ImageId: ami-1 -> ami-2" in text
    assert "all of it can come back" in text and "where no boot was seen" not in text


def test_a_likely_time_is_never_longer_than_the_longest(planner: Planner) -> None:
    """Boots that took more than the pause count as the pause, in the table as in the row of the plan."""
    signals = {"WaitOnResourceSignals": True, "PauseTime": "PT1M"}
    tight = planner.preview(planner.sliding(6, 7, MinInstancesInService=6, **signals), last_boots=QUICK_BOOTS)
    text = comment(Told("dev", groups=(documented(tight),)))
    assert "| about 6 min | 6 min |" in text
    assert "| duration | about 6 min, by the boots seen before; at most 6 min |" in text


def test_a_delegated_plan_is_told_alike() -> None:
    """Gates, way back and drawing of a roll by the service; boots that nobody has seen are said to be drawn so."""
    gates = (ForeseenGate("25", percent=25.0, lasts=600.0), ForeseenGate("hook", by_word=True))
    limits = DelegateLimits(
        foreseen=Foreseen(batch=5, lowest=15, most=20, gates=gates, bake=300.0), otherwise=WayBack.REPLACE
    )
    seen = Delegated(0.0, (), V1.digest, runs={V1.digest: 20}, desired=20, in_service=20)
    made = delegate_plan(limits, begin(Goal("plan", V2, V1), 0.0), seen)
    plan = documented(Preview("api", made, "version 1", "version 2", returns_to="version 1"), "api")
    assert [phase.name for phase in plan.drawing.phases] == [
        "to 25 %",
        "checkpoint",
        "approval",
        "the rest",
        "bake",
    ]
    text = comment(Told("dev", groups=(plan,)))
    assert "| api | 20 | 5 | at least 15 | 2 checkpoints | to version 1 |" in text
    assert "each is drawn with 3 min" in text and "is not known here" in text
    assert (
        text.splitlines()[2]
        == "### `dev`: 1 group rolls, 20 instances replaced; what else changes is not known"
    )


def test_tasks_are_told_as_tasks(thousand: GroupPlan) -> None:
    """Heading, drawing and the plan that is read off its text alone have the noun of the kind."""
    limits = DelegateLimits(foreseen=Foreseen(batch=1, lowest=2, most=3))
    seen = Delegated(0.0, (), V1.digest, runs={V1.digest: 2}, desired=2, in_service=2)
    made = delegate_plan(limits, begin(Goal("plan", V2, V1), 0.0), seen)
    preview = Preview("prod/api", made, "web:1", None, returns_to="web:1", noun=TASK)
    plan = documented(preview, "api")
    assert [phase.what for phase in plan.drawing.phases] == ["2 tasks"]
    assert "### `dev`: 1 group rolls, 2 tasks replaced" in comment(Told("dev", groups=(plan,)))
    both = comment(Told("dev", groups=(plan, thousand)))
    assert "### `dev`: 2 groups roll, 1000 instances and 2 tasks replaced" in both
    spoken = of_text(f"{URN}api", preview_text(preview))
    assert spoken is not None
    assert (spoken.group, spoken.replaces, spoken.noun, spoken.rows) == ("prod/api", 2, TASK, plan.rows)
    moves = preview_text(replace(preview, plan=None, to="web:2", moves_alone=True))
    alone = of_text(f"{URN}api", moves)
    assert alone is not None and (alone.group, alone.replaces) == ("prod/api", 0)


def test_groups_of_one_name_are_told_apart(thousand: GroupPlan) -> None:
    """In table and drawing by their resources: one of each region, say."""
    us, eu = (replace(thousand, urn=f"{URN}{name}") for name in ("us", "eu"))
    text = comment(Told("dev", groups=(us, eu), lost=()))
    assert "| web (us) | 1000 |" in text and "| web (eu) | 1000 |" in text
    assert "section web (us)" in text and "section web (eu)" in text
    assert "| web | 1000 |" in comment(Told("dev", groups=(us,), lost=()))


def test_fifty_groups_of_a_thousand_are_folded(thousand: GroupPlan) -> None:
    """Plans that are alike are told once; where none are, those that have no room are counted; all are in the table."""
    changes = tuple(Named(f"{URN}group-{number}", "update") for number in range(50))
    alike = copies(thousand, 50)
    text = comment(Told("dev", groups=alike, changes=changes, lost=()))
    assert len(text) < LARGEST / 2 and text.count("<details>") == 2
    assert "(and 49 groups more alike)</summary>" in text and "The same plan as of `group-1`, " in text

    others = tuple(replace(each, differences=(f"ImageId: {each.group}",)) for each in alike)
    text = comment(Told("dev", groups=others, changes=changes, lost=()))
    assert len(text) <= LARGEST and read(text) is not None
    assert all(f"| group-{number} | 1000 |" in text for number in range(50))
    left = re.search(r"no room for (\d+) plans", text)
    assert left is not None and text.count("<details>") + int(left.group(1)) == 51


words = some.text(max_size=2000)


@settings(max_examples=15, deadline=None)
@given(count=some.integers(0, 400), text=words, faults=some.integers(0, 50), lost=some.integers(0, 300))
def test_no_comment_is_longer_than_hosts_take(count: int, text: str, faults: int, lost: int) -> None:
    """Whatever names and sentences a stack has, the comment has room in one post and ends with its marker."""
    plan = GroupPlan(
        "", text, text, 3, (("in service", text),), {"atOnce": text, "calls": text}, (text, text), (text,)
    )
    named = tuple(Named(f"urn::{number}::{text}", text) for number in range(lost))
    told = Told(
        text,
        groups=copies(plan, count),
        changes=named,
        faults=named[:faults],
        lost=(Lost(text, named),),
    )
    made = comment(told, {"groups": {str(number): {} for number in range(300)}})
    assert len(made) <= LARGEST
    assert made.startswith("<!-- rolling-preview ") and read(made) is not None


def test_the_largest_stack_has_a_whole_comment() -> None:
    """Where even the first parts are too long, they are shortened and counted; of each plan only its head is kept."""
    full = dict.fromkeys(("atOnce", "inService", "stops", "likely", "atMost", "wayBack", "calls"), "|" * 99)
    groups = tuple(
        GroupPlan(
            f"urn::{number}",
            f"g{number}",
            sha256(str(number).encode()).hexdigest(),
            3,
            tuple(("x", sha256(b"%d" % (9 * number + row)).hexdigest()) for row in range(9)),
            full,
            ("|" * 999,),
        )
        for number in range(70)
    )
    made = comment(Told("dev", groups=groups, lost=()))
    assert len(made) <= LARGEST and "and 40 groups more." in made and "- and 55 more" in made
    kept = read(made)
    assert kept is not None and len(made.splitlines()[-1]) <= MOST_KEPT
    assert kept["groups"]["urn::3"].keys() == {"group", "headline"} and len(kept["groups"]) == 70


def test_the_text_alone_gives_a_plan(planner: Planner) -> None:
    """A diagnostic of `pulumi preview --json` has the rows; what is no plan is none."""
    preview = planner.preview(planner.lock_step(10, 12, MaxBatchSize=4), warnings=("Mind.",), notes=("So.",))
    spoken, written = of_text(f"{URN}web", preview_text(preview)), documented(preview)
    assert spoken is not None
    assert (spoken.group, spoken.replaces, spoken.rows) == ("web", 10, written.rows)
    assert spoken.risks == ("Mind.",) and spoken.brief["inService"] == "at least 6 (floor 0)"
    for other in ("", "web: sent FAILURE", "updating", "Warning: this\n  is no plan"):
        assert of_text(URN, other) is None
    assert of_document({"version": 2}) is None and of_document({"version": 1, "urn": ""}) is None


def test_what_changed_is_told_by_what_the_last_comment_kept(planner: Planner, thousand: GroupPlan) -> None:
    """Rows, risks, groups, resources and losses: what is new, what is another, what is gone; or that nothing is."""
    lost = (Lost("It is deleted", (Named("urn::a::db"),)),)
    first = Told("dev", groups=(thousand,), changes=(Named("urn::a::db", "delete"),), lost=lost)
    kept = read(comment(first))
    assert kept is not None and changed(kept, first) == (NOTHING,)
    assert NOTHING in comment(first, kept)

    slower = documented(planner.preview(planner.sliding(1000, 1100, **{**CAREFUL, "MaxBatchSize": 5})))
    other = replace(slower, urn=f"{URN}api", group="api")
    worse = (Lost("It is deleted", (Named("urn::a::db"), Named("urn::a::disk"))),)
    told = "\n".join(
        changed(
            kept,
            Told("dev", groups=(replace(slower, risks=("Mind.",)), other), changes=(), lost=worse),
        )
    )
    assert "`web`, window: 25 at a time" in told and "→ 5 at a time" in told
    assert "`web`, a new risk: Mind." in told
    assert "`api` is new here: web: replacing 1000 instances" in told
    assert "`db` is not changed any more" in told and "could not come back either: `urn::a::disk`" in told
    assert "`web` is planned no more" in "\n".join(changed(kept, Told("dev", lost=lost)))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<!-- rolling-kept -->",
        "<!-- rolling-kept aGVsbG8= -->",
        "<!-- rolling-kept eJyrrgUAAXUA+Q== -->",
        "<!-- rolling-kept e -->",
    ],
)
def test_a_comment_that_others_have_written_tells_nothing(text: str) -> None:
    """An odd marker is no marker, and no error."""
    assert read(text) is None


def test_names_break_nothing(planner: Planner) -> None:
    """A name with a pipe, a tag or the end of a comment stays text, in table, summary and drawing."""
    plan = replace(
        documented(planner.preview(planner.sliding(2, 3))), group="a|b<c>:d;#", headline="<b>a</b>"
    )
    text = comment(Told("dev --> <b>", groups=(plan,)))
    assert r"| a\|b\<c>:d;# | 2 |" in text and "<summary>&lt;b&gt;a" in text
    assert "section a b c d" in text
    assert text.splitlines()[0] == "<!-- rolling-preview dev-b- -->"


def test_hazards_are_those_of_the_plan(planner: Planner) -> None:
    """A floor below MaxSize, a pause that boots outlast, a timeout that is too short, and no way back."""
    signals = {"WaitOnResourceSignals": True, "PauseTime": "PT1M"}
    tight = planner.sliding(6, 7, MinInstancesInService=6, timeout="PT2M", **signals)
    said = "\n".join(hazards(planner.preview(tight, last_boots=QUICK_BOOTS, returns_to=None)))
    assert "no way back: there is no other revision" in said
    assert "the floor (6) is just below MaxSize (7): one instance is replaced at a time" in said
    assert "pauseTime (1 min) is shorter than boots took in the last roll" in said
    assert "the timeout (2 min) ends the roll before it can be done" in said
    assert "onFailure is leave" in hazards(planner.preview(tight, leaves=True))[0]
    assert "onFailure is hold" in hazards(planner.preview(planner.hold(6, 8)))[0]
    everybody = planner.lock_step(4, 8, MaxBatchSize=4, MinInstancesInService=0)
    assert "no instance is in service for a while" in hazards(planner.preview(everybody))
    easy = planner.sliding(6, 8, MinInstancesInService=5, WaitOnResourceSignals=True, PauseTime="PT10M")
    assert hazards(planner.preview(easy, last_boots=QUICK_BOOTS)) == ()
