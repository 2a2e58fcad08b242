"""Whole instance refreshes through the handler, against the lab: how they succeed, fail and return."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from pulumi_rolling.core.model.seen import Request
from pulumi_rolling.errors import AbortedError, DeadlineExceededError, TooManyFailuresError
from pulumi_rolling.handler.context import Timeout
from pulumi_rolling.lab import Lab
from pulumi_rolling.report.course.course import Course

from tests.fleets.scripted_aws import wait_until
from tests.handler.followed_web import PATIENCE
from tests.handler.refreshed_web import BAD, RefreshedWeb


@pytest.fixture
def web(lab: Lab) -> RefreshedWeb:
    return RefreshedWeb(lab)


def test_a_group_is_refreshed_as_preview_says(lab: Lab) -> None:
    """The plan says what the service keeps and who returns; the update follows to the end and leaves no mark."""
    web = RefreshedWeb(lab, size=4)
    lab.image("ami-v2", boot=0.3)
    news = web.wants(minHealthyPercentage=100, maxHealthyPercentage=125)
    assert web.plan(news).split("\n") == [
        "web: replacing 4 instances, version 1 -> version 2, in us-east-1 of account 123456789012",
        "  changes     ImageId: ami-v1 -> ami-v2",
        "  rolls       the service itself, 1 at a time",
        "  in service  at least 4, and 5 there at most",
        "  waits for   new instances in service and healthy by the group's checks",
        "  on failure  the service returns the group to version 1 by itself",
        "              else another operation leads it back to version 1",
        "              else this program rolls it back to version 1 itself",
        "  duration    4 times a boot",
        "  API calls   at least 7",
    ]
    before = lab.history("web")[-1]["at"]
    state = web.up(news)
    assert (web.revisions(), web.stored, web.keeps_no_mark()) == ({"2"}, "2", True)
    assert (state["status"], state["previousRevision"]) == ("stable", f"{web.template}:1")
    last = state["lastRollout"]
    assert (last["replaced"], last["lowestInService"]) == (4, 4) and last["operation"]
    assert min(point["inService"] for point in lab.history("web") if point["at"] >= before) == 4
    # A busy machine may see no more of it than the beginning.
    told = re.compile(r"[0-3]/4 replaced, [45] in service, the cloud replaces \((0|25|50|75) %\)")
    assert any(told.search(line) for line in web.statuses), web.statuses
    assert web.plan(news) == ""


@pytest.mark.parametrize(
    ("image", "refresh", "statuses", "cause", "advice"),
    [
        (BAD, {}, ["RollbackSuccessful"], "ami-v2", "Name an image in the launch template that exists"),
        (
            {"inService": False},
            {"autoRollback": False},
            ["Successful", "Failed"],
            "",
            "See in the activities of group web what went wrong",
        ),
    ],
)
def test_a_bad_image_is_returned_by_the_service_or_by_us(
    lab: Lab,
    web: RefreshedWeb,
    image: dict[str, Any],
    refresh: dict[str, Any],
    statuses: list[str],
    cause: str,
    advice: str,
    last_course: Callable[[], Course],
) -> None:
    """The service gives up after its hour: the sentence has reason, cause and advice, and the group is as it was."""
    lab.image("ami-v2", **image)
    lab.refresh_rules(hour=1.0)
    told = web.fails(web.wants(**refresh), TooManyFailuresError)
    assert [status for _, status in web.refreshes()] == statuses
    assert "The instance refresh made no progress for one hour" in told and cause in told, told
    assert advice in told, told
    assert (last_course().failed > 0) is bool(cause), (
        "launches that failed are told, and one that never ends is none"
    )


def test_the_former_policy_rules_a_refresh_that_leads_back(lab: Lab, web: RefreshedWeb) -> None:
    """Its percentages are sent, and nothing of it is tried out: no checkpoints, no alarms, no bake, no rollback."""
    former: dict[str, Any] = {"minHealthyPercentage": 50, "maxHealthyPercentage": 150, "bakeTime": 60}
    web.up(web.wants("1", **former))
    lab.image("ami-v2", inService=False)
    lab.refresh_rules(hour=1.0)
    web.fails(web.wants(autoRollback=False), TooManyFailuresError)
    newest = web.asg.describe_instance_refreshes(AutoScalingGroupName="web")["InstanceRefreshes"][0]
    sent = newest["Preferences"]
    assert (sent["MinHealthyPercentage"], sent["MaxHealthyPercentage"]) == (50, 150), sent
    assert not sent.get("BakeTime") and not sent["AutoRollback"]


def test_an_abort_has_the_service_return_what_it_has_done(lab: Lab, web: RefreshedWeb) -> None:
    """While the refresh is active an abort asks for the service's own way back."""
    lab.image("ami-v2", boot=0.3)
    asked: list[Request] = []
    update = web.begun(web.wants(instanceWarmup=1), requests=lambda: tuple(asked))
    wait_until(web.is_mixed, PATIENCE)
    asked.append(Request("q1", "abort"))
    assert "aborted on request" in web.failed(update, AbortedError)
    assert web.refreshes() == [("2", "RollbackSuccessful")]
    assert any(line.startswith("back, ") for line in web.statuses), web.statuses


@pytest.mark.parametrize(
    ("refresh", "timeout", "path"),
    [
        ({"timeout": "PT1S"}, None, "updatePolicy.instanceRefresh.timeout"),
        ({}, Timeout(1.0, "customTimeouts.update"), "customTimeouts.update"),
    ],
)
def test_a_deadline_returns_the_group_and_names_where_it_is_set(
    lab: Lab, web: RefreshedWeb, refresh: dict[str, Any], timeout: Timeout | None, path: str
) -> None:
    """The policy's timeout and the operation's own end the refresh, and the sentence says which one to raise."""
    lab.image("ami-v2", inService=False)
    told = web.fails(web.wants(**refresh), DeadlineExceededError, timeout=timeout)
    assert "longer than its timeout of PT1S" in told and f"Raise {path}" in told, told


def test_where_the_service_cannot_return_the_plan_says_who_does(lab: Lab) -> None:
    """The group points at $Default: the service refuses, so another refresh leads back to the number."""
    web = RefreshedWeb(lab)
    pointer = {"LaunchTemplateId": web.template, "Version": "$Default"}
    web.asg.update_auto_scaling_group(AutoScalingGroupName="web", LaunchTemplate=pointer)
    lab.image("ami-v2", inService=False)
    lab.refresh_rules(hour=1.0)
    assert "autoRollback" in str(web.faults(web.inputs(autoRollback=True)))
    news = web.wants()
    plan = web.plan(news)
    assert "on failure  another operation leads it back to version 1" in plan
    assert "$Default, and the service returns only to a number" in plan
    web.fails(news, TooManyFailuresError)
    assert web.refreshes() == [("1", "Successful"), ("2", "Failed")]


def test_what_is_to_be_left_is_left(lab: Lab, web: RefreshedWeb) -> None:
    """With onFailure leave nobody returns the group; the next update goes on from there."""
    lab.image("ami-v2", inService=False)
    lab.refresh_rules(hour=1.0)
    news = web.wants(beside={"onFailure": "leave"})
    assert "the service stops, and the group is left (onFailure: leave)" in web.plan(news)
    with pytest.raises(
        TooManyFailuresError, match="was left as it is: what was replaced stays on version 2"
    ) as caught:
        web.up(news)
    assert caught.value.left is not None and caught.value.left["status"] == "mixed"
    assert (web.stored, web.keeps_no_mark()) == ("1", True)
    web.up(web.wants("3"))
    assert (web.revisions(), web.stored) == ({"3"}, "3")


def test_an_alarm_of_the_policy_is_the_services_own(lab: Lab, web: RefreshedWeb) -> None:
    """One that does not exist is refused beforehand by its place; one that rings has the service return the group."""
    lab.alarm("errors", "OK")
    missing = web.faults(web.inputs(alarms=["errors", "nobody-made-it"]))
    assert missing.keys() == {"updatePolicy.instanceRefresh.alarms[1]"}
    news = web.wants(alarms=["errors"], instanceWarmup=1)
    assert "  alarms      errors: ALARM ends the roll" in web.plan(news)
    update = web.begun(news)
    wait_until(web.is_mixed, PATIENCE)
    lab.alarm("errors", "ALARM")
    told = web.failed(update, TooManyFailuresError)
    assert "errors" in told, told


def test_a_last_checkpoint_below_100_is_told_as_what_it_is(lab: Lab, web: RefreshedWeb) -> None:
    """The service calls it a success: the update says who is left, and the next one replaces them."""
    lab.image("ami-v2", boot=0.2)
    news = web.wants(checkpointPercentages=[50], checkpointDelay=0)
    assert "  leaves      1 instance as they are: the last checkpoint ends it" in web.plan(news)
    state = web.up(news)
    assert (state["status"], web.revisions()) == ("mixed", {"1", "2"})
    assert any("1 instance is not of version 2" in line for line in web.warned), web.warned
    assert "replacing 1 instance" in web.plan(web.wants())
    assert web.up(web.wants())["status"] == "stable" and web.revisions() == {"2"}


def test_triggers_replace_members_that_match(lab: Lab, web: RefreshedWeb) -> None:
    """Another trigger replaces all members of the version that is there."""
    before = set(web.members())
    news = web.wants("1", {"triggers": ["again"]})
    assert "replacing 2 instances, all of version 1 again" in web.plan(news)
    web.up(news)
    assert not before & set(web.members()) and web.revisions() == {"1"}


def test_what_was_done_before_the_first_look_is_counted(lab: Lab, web: RefreshedWeb) -> None:
    """At 100 percent the service tells of none that are left, and not of how many: the count is that of the begin."""
    lab.image("ami-v2", boot=0.0)
    last = web.up(web.wants(minHealthyPercentage=0))["lastRollout"]
    assert last["replaced"] == 2 and web.refreshes() == [("2", "Successful")]


def test_a_version_of_equal_contents_moves_the_pointer_alone(lab: Lab, web: RefreshedWeb) -> None:
    """The service would replace everybody for another number."""
    before = set(web.members())
    made = web.ec2.create_launch_template_version(
        LaunchTemplateId=web.template, LaunchTemplateData={"ImageId": "ami-v1", "InstanceType": "t3.small"}
    )
    version = str(made["LaunchTemplateVersion"]["VersionNumber"])
    assert "nothing to replace, only the pointer moves" in web.plan(web.wants(version))
    state = web.up(web.wants(version))
    assert (set(web.members()), web.stored, web.refreshes()) == (before, version, [])
    assert state["revision"] == f"{web.template}:{version}" and web.plan(web.wants(version)) == ""


def test_a_group_changes_its_strategy_and_back(lab: Lab, web: RefreshedWeb) -> None:
    """The former policy says nothing of how the other strategy returns, and stands in nobody's way."""
    state = web.update(web.state, web.news("2"))
    assert web.revisions() == {"2"}
    web.state = state
    web.up(web.wants("3"))
    assert (web.revisions(), web.refreshes()) == ({"3"}, [("3", "Successful")])
    assert web.update(web.state, web.news("2"))["status"] == "stable" and web.revisions() == {"2"}


def test_drift_is_seen_by_refresh_and_mended_by_the_next_update(lab: Lab, web: RefreshedWeb) -> None:
    """Somebody refreshed the group by hand: state tells what it runs, and the program has the last word."""
    web.others("2")
    wait_until(lambda: web.stored == "2", PATIENCE)
    read = web.handler.read(web.state)
    assert read is not None and (read["revision"], read["status"]) == (f"{web.template}:2", "stable")
    web.state = read
    web.up(web.wants("1"))
    assert (web.revisions(), web.stored) == ({"1"}, "1")


def test_a_fresh_group_is_waited_for(lab: Lab) -> None:
    """A create whose members all match replaces none, and ends when Desired are in service."""
    lab.image("ami-v1", boot=1.0)
    web = RefreshedWeb(lab, serving=0)
    assert lab.group("web")["inService"] == 2 and web.refreshes() == []
