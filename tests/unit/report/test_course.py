"""The course of a rollout: members from act to fate, stops, verbs, operations; as lines and as a document."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from pulumi_rolling.core.model.goal import OnFailure
from pulumi_rolling.core.model.member import Signal
from pulumi_rolling.core.model.seen import Request
from pulumi_rolling.fleets.simulated import Behaviour
from pulumi_rolling.policy.check import check_policy
from pulumi_rolling.policy.instance_refresh.feasibility import Found
from pulumi_rolling.policy.instance_refresh.limits import limits as refresh_limits
from pulumi_rolling.policy.timing import Timing
from pulumi_rolling.report.course.course import Course, Fate, members, operations, stops
from pulumi_rolling.report.course.document import course_in, document, history_json
from pulumi_rolling.report.course.history import history_text
from pulumi_rolling.report.course.lines import course_of, drive_line, head_line, point_line
from pulumi_rolling.report.course.point import End
from pulumi_rolling.report.course.stages import stages
from pulumi_rolling.simulation.builds import Build
from pulumi_rolling.simulation.driver import Manner
from pulumi_rolling.simulation.law import BootLaw
from pulumi_rolling.simulation.refreshes import RefreshScenario

from tests.courses import HALF_BAD, delegated, limits, replaced

SCHEMA = json.loads((Path(__file__).parents[3] / "docs" / "report.schema.json").read_text())
GATED = {"canary": 1, "soak": 60.0, "checkpoints": (50.0,), "approval": True, "bake": 30.0}


def refreshed(build: Build, **block: Any) -> Course:
    refresh = check_policy({"instanceRefresh": block}).accepted().instance_refresh
    rules = refresh_limits(refresh, Found(desired=10, old=10), Timing())
    return delegated(RefreshScenario(rules, 10, BootLaw(60.0, 0.3), build), rules)


@pytest.fixture(scope="module")
def good() -> Course:
    return replaced(limits(12, 4, **GATED), 12, manner=Manner(approve_after=45.0))


@pytest.fixture(scope="module")
def failed() -> Course:
    return replaced(limits(12, 4, need_percent=80.0), 12, HALF_BAD)


@pytest.fixture(scope="module")
def followed() -> Course:
    return refreshed(Build(), checkpointPercentages=[20, 100], checkpointDelay="PT2M", bakeTime="PT1M")


@pytest.fixture(params=["good", "failed", "followed"])
def course(request: pytest.FixtureRequest) -> Course:
    found: Course = request.getfixturevalue(request.param)
    return found


def test_a_good_roll_has_a_bar_for_each_member_from_its_act_until_it_was_ready(good: Course) -> None:
    """Each of twelve was asked for, seen, and ready, in that order; none of them was the cloud's own."""
    found = members(good)
    assert len({each.id for each in found}) == len(found) == 12
    assert {each.fate for each in found} == {Fate.READY}
    assert all(each.acted_at is not None and each.acted_at <= each.seen_at < each.until for each in found)
    assert (good.end, good.replaced, good.total, good.failed) == (End.SUCCEEDED, 12, 12, 0)


def test_gates_stand_from_their_beginning_to_the_word_that_opens_them(good: Course) -> None:
    """Soak, approval, checkpoint without a delay, approval, bake: each with its length, and both words as verbs."""
    found = stops(good)
    assert [stop.code for stop in found] == ["soaking", "approval", "approval", "baking"]
    # A word is heard at the look after it.
    assert [stop.until - stop.since for stop in found] == pytest.approx([60, 45, 45, 30], abs=2.0)
    assert [verb for point in good.points for verb in point.verbs] == ["approve", "approve"]


def test_floor_and_ceiling_hold_what_was_seen(good: Course) -> None:
    """No point of a good roll is outside of them."""
    told = [(p.floor, p.in_service, p.ceiling) for p in good.points]
    assert all(a is not None and b is not None and c is not None and a <= b <= c for a, b, c in told)


def test_a_failed_roll_tells_who_failed_and_the_way_back(failed: Course) -> None:
    """Three failures end it; members whose fate was open then are told so, and those of the way back are ready."""
    found = members(failed)
    forward = Counter(each.fate for each in found if each.way == "forward")
    assert forward[Fate.FAILED] == failed.failed == 3 and forward[Fate.OPEN]
    assert {each.reason for each in found if each.fate is Fate.FAILED} == {"failureSignal"}
    turned = next(point for point in failed.points if point.verdict is not None)
    assert {each.until for each in found if each.fate is Fate.OPEN} == {turned.at}
    assert {each.fate for each in found if each.way == "back"} == {Fate.READY}
    assert failed.end is End.RETURNED and failed.verdict.startswith("3 of 12 instances failed")


def test_a_member_that_the_cloud_launches_by_itself_has_no_act() -> None:
    """One that abandons its launch is followed by another, for which nobody of ours has asked."""
    course = replaced(limits(4, 1, need_percent=50.0), 4, (Behaviour(boot=30.0, abandon=True, share=0.4),))
    by_us = [each for each in members(course) if each.acted_at is not None]
    own = [each for each in members(course) if each.acted_at is None]
    assert own and len(by_us) == sum(point.launches for point in course.points)


def test_verbs_are_told_as_they_were_done() -> None:
    """Pause and resume stand for the time between; what is skipped and an abort are told with their names."""

    def prepared(fleet: Any) -> None:
        old = fleet.members()[-1].id
        asked = [(40.0, "pause", ""), (160.0, "resume", ""), (170.0, "skip", old), (200.0, "abort", "")]
        for at, kind, member in asked:
            fleet.after(at, lambda kind=kind, member=member: fleet.request(Request(kind, kind, member)))

    course = replaced(limits(6, 1), 6, prepared=prepared)
    said = [verb.split(" ")[0] for point in course.points for verb in point.verbs]
    assert said == ["pause", "resume", "skip", "abort"]
    assert stops(course)[0].code == "paused"
    assert course.end is End.RETURNED


def test_a_roll_that_was_held_ends_by_the_word_that_it_waited_for() -> None:
    """onFailure hold: it stands until somebody ends it."""

    def prepared(fleet: Any) -> None:
        fleet.after(300.0, lambda: fleet.request(Request("abort", "abort")))

    bad = Behaviour(boot=30.0, signal=Signal.FAILURE)
    course = replaced(limits(4, 1, on_failure=OnFailure.HOLD), 4, bad, prepared=prepared)
    assert [stop.code for stop in stops(course)] == ["held"]
    assert [verb for point in course.points for verb in point.verbs] == ["abort"]


def test_a_delegated_roll_is_told_by_its_operation(followed: Course) -> None:
    """Its states in order, its stops, and how far the service had come; no member is made up."""
    (ran,) = operations(followed)
    assert [state for state, _ in ran.states] == ["running", "atGate", "baking", "succeeded"]
    assert [stop.code for stop in stops(followed)] == ["checkpoint", "baking"]
    assert members(followed) == [] and (followed.end, followed.replaced) == (End.SUCCEEDED, 10)


def test_a_service_that_returns_the_group_is_told_on_both_ways() -> None:
    """The operation fails and turns; the course ends with the group back."""
    course = refreshed(Build(bad=1.0), autoRollback=True)
    assert course.end is End.RETURNED and course.verdict
    assert {ran.way for ran in operations(course)} == {"forward", "back"}


def test_lines_bring_back_what_was_written(course: Course) -> None:
    """Head, drives and points are the same; a torn line and one of somebody else's are left out."""
    lines = [head_line(course.head), *map(drive_line, course.drives), *map(point_line, course.points)]
    torn = lines[-1][: len(lines[-1]) // 2]
    assert course_of([*lines, torn, "[1]", '{"point": 3}', '{"drive": {}}']) == course
    assert course_of(lines[1:]) is None, "without a head"
    assert course_of([lines[0].replace('"version":1', '"version":2')]) is None


def test_a_document_is_as_its_schema_says_and_can_be_read_back(course: Course) -> None:
    """docs/report.schema.json names every key; through JSON and back it is the same course."""
    told = json.loads(json.dumps(document(course)))
    jsonschema.Draft202012Validator(closed(SCHEMA)).validate(told)
    assert course_in(told) == course
    assert course_in({**told, "version": 2}) is None and course_in({}) is None


def test_a_history_is_as_its_schema_says(good: Course, failed: Course) -> None:
    """The list has the summaries of its rolls and the same version."""
    whole = closed(SCHEMA)
    judge = jsonschema.Draft202012Validator({"$ref": "#/$defs/history", "$defs": whole["$defs"]})
    judge.validate(json.loads(json.dumps(history_json([good, failed]))))


def closed(schema: Any) -> Any:
    """The schema with no other keys than it names."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    more = {"additionalProperties": False} if schema.get("type") == "object" else {}
    return {**{key: closed(value) for key, value in schema.items()}, **more}


def test_history_has_a_row_for_each_roll(good: Course, failed: Course) -> None:
    """Id, group, revisions, outcome, how long, replaced and failed; an end that is not known is said."""
    head, first, second, third = history_text([good, failed, replace(good, points=good.points[:3])]).split(
        "\n"
    )
    assert head.split() == ["id", "when", "outcome", "took", "replaced", "failed", "group", "from", "→", "to"]
    assert first.startswith("4e8386c2  ") and "the old revision → the new revision" not in first
    assert first.endswith("  12/12     0       web    version 1 → version 2") and "  succeeded  " in first
    assert "  returned " in second and "  3       web  " in second and "  not ended  " in third


def test_history_tells_groups_of_one_name_apart(good: Course) -> None:
    """Of two regions, say: by stack and resource, and only where the name alone would not do."""
    other = replace(good, head=replace(good.head, resource="web-eu"))
    by_hand = replace(good, head=replace(good.head, stack="", resource=""))
    one, two = history_text([good, other]).split("\n")[1:]
    assert "  web (shop/prod web)     version 1" in one and "  web (shop/prod web-eu)  version 1" in two
    assert "(" not in history_text([good, good, by_hand])


def test_what_follows_for_one_reason_is_one_stage(good: Course, failed: Course) -> None:
    """A roll of twelve is told in a dozen stages; a failure, a verdict and a word stand in one of their own."""
    assert 8 < len(stages(good)) < 16
    told = [event for stage in stages(failed) for event in stage.events]
    assert sum("failed: sent FAILURE" in event for event in told) == 3
    assert any(event.startswith("the way ended: 3 of 12") for event in told)
    assert [stage.tone for stage in stages(failed)].count("bad") == 3


def test_a_large_roll_is_told_in_few_stages() -> None:
    """A hundred failures among five hundred members are no hundred stages."""
    some = (Behaviour(boot=90.0, spread=0.4, signal=Signal.FAILURE, share=0.1),)
    course = replaced(limits(500, 50, need_percent=80.0), 500, some)
    assert course.failed > 30 and len(stages(course)) < 40
