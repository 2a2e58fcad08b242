"""People elsewhere are told of rollouts on the lab, by webhook and topic, and no rollout ends otherwise for it."""

from __future__ import annotations

import builtins
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from pulumi_rolling.core.model.seen import Request
from pulumi_rolling.errors import AbortedError, OrphanedError, PolicyErrors, TooManyFailuresError
from pulumi_rolling.lab import Lab
from pulumi_rolling.notify import sending

from tests.fleets.scripted_aws import wait_until
from tests.handler.followed_web import PATIENCE
from tests.handler.lab_web import LabWeb
from tests.handler.refreshed_web import RefreshedWeb
from tests.house.sources import TOP
from tests.in_lab import client
from tests.notify.inbox import Inbox, inbox

REFUSED = "http://127.0.0.1:9/hooks/secret-of-mine"


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch) -> Iterator[Inbox]:
    with inbox() as opened:
        monkeypatch.setenv("ROLLING_NOTIFY", opened.url)
        yield opened


def untold(web: LabWeb) -> list[str]:
    """Warnings that somebody could not be told."""
    return [each for each in web.warned if each.startswith("people could not be told")]


def planned(web: LabWeb, olds: dict[str, Any], news: dict[str, Any]) -> str:
    said: list[str] = []
    web.handler.diff(olds, news, replace(web.context, dry_run=True, say=said.append))
    return "\n".join(said)


def test_a_roll_that_waits_for_approval_tells_start_wait_and_end(lab: Lab, box: Inbox) -> None:
    """The messages are the row's sentences with facts beside them; preview has said where they go, and no secret."""
    web = LabWeb(lab, "ami-v1", "ami-v2")
    olds = web.deploy(web.news("1"))
    assert box.heard == [], "nothing was rolled"
    news = web.news("2", canary=1, approval=True)
    plan = planned(web, olds, news)
    assert f"start, failure, waits and end are told to {box.label}" in plan and "secret" not in plan
    rolled = web.in_background(olds, news)
    wait_until(lambda: "waiting" in box.events, PATIENCE)
    tags = web.group["tags"]
    assert tags["rolling:told"].split()[2] == "started" and "approval=" in tags["rolling:told"]
    assert "secret" not in json.dumps(tags)
    client("autoscaling").create_or_update_tags(Tags=[tag("rolling:request.1a", "approve")])
    rolled.result(PATIENCE)
    assert box.events == ["started", "waiting", "ended"]
    start, wait, end = box.heard
    assert start["sentence"] == "web: begins to roll from version 1 to version 2"
    assert wait["sentence"].startswith("run 'rolling approve web' or 'reject': waiting for approval after")
    assert (wait["reason"], wait["total"], wait["urn"]) == ("approval", 2, web.context.urn)
    document = (TOP / "docs" / "notifications.md").read_text()
    example = re.search(r"^```json\n(.+)\n```$", document, re.MULTILINE)
    assert example is not None and list(json.loads(example[1])) == list(wait), "the docs show all keys"
    assert (end["succeeded"], end["sentence"]) == (True, "web: done, on version 2")
    assert web.group["tags"] == {} and untold(web) == []


def test_a_failing_roll_tells_the_failure_and_how_it_ended(lab: Lab, box: Inbox) -> None:
    """The end has the sentence of the error; what began to go back was told before."""
    web = LabWeb(lab, "ami-v1", "ami-v2")
    olds = web.deploy(web.news("1"))
    lab.image("ami-v2", boot=0.05, launchError="InvalidAMIID.NotFound")
    with pytest.raises(TooManyFailuresError) as caught:
        web.update(olds, web.news("2"))
    assert box.events == ["started", "failed", "ended"]
    failed, ended = box.heard[1:]
    assert failed["sentence"].endswith("; going back to version 1"), failed
    assert (ended["succeeded"], ended["sentence"]) == (False, f"web: {caught.value}")


def test_a_refresh_of_the_service_tells_the_same(lab: Lab, box: Inbox) -> None:
    """The delegate machine's rollouts are told alike: started, failed, ended."""
    web = RefreshedWeb(lab)
    lab.image("ami-v2", inService=False)
    told = web.fails(web.wants("2"), AbortedError, requests=lambda: (Request("a1", "abort"),))
    assert box.events == ["started", "failed", "ended"]
    assert box.heard[2]["sentence"] == f"web: {told}"
    box.heard.clear()
    web.up(web.wants("3"))
    assert box.events == ["started", "ended"] and box.heard[1]["succeeded"] is True


def test_a_drive_that_ends_before_its_rollout_tells_that_and_the_next_tells_no_start_again(
    lab: Lab, box: Inbox
) -> None:
    """The engine is gone: the message says what to do; the next run goes on, and tells its end alone."""
    web = LabWeb(lab, "ami-v1", "ami-v2")
    olds, news = web.deploy(web.news("1")), web.news("2", canary=1, approval=True)
    web.context = replace(web.context, orphaned=lambda: "waiting" in box.events)
    with pytest.raises(OrphanedError):
        web.update(olds, news)
    assert box.events == ["started", "waiting", "stopped"]
    assert "Run 'pulumi cancel' and 'pulumi up' to go on." in box.heard[2]["sentence"]
    client("autoscaling").create_or_update_tags(Tags=[tag("rolling:request.1a", "approve")])
    web.context = replace(web.context, orphaned=lambda: False)
    web.update(olds, news)
    assert box.events == ["started", "waiting", "stopped", "ended"]


@pytest.mark.parametrize("policy", ["rollingUpdate", "instanceRefresh"])
def test_targets_that_are_broken_change_nothing_but_a_warning_each(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, policy: str
) -> None:
    """One refuses, one never answers: the roll ends well, says so once of each, and repeats no URL."""
    monkeypatch.setattr(sending, "PATIENCE", 0.2)
    with inbox() as silent:
        silent.answers.clear()
        labels = ("http://127.0.0.1:9:", f"{silent.label}: no answer")
        monkeypatch.setenv("ROLLING_NOTIFY", f"{REFUSED} {silent.url}")
        web = LabWeb(lab, "ami-v1", "ami-v2", "ami-v3") if policy == "rollingUpdate" else RefreshedWeb(lab)
        if isinstance(web, RefreshedWeb):
            web.up(web.wants("2"))
        else:
            web.update(web.deploy(web.news("1")), web.news("2"))
        assert web.revisions() == {"2"}
        told = untold(web)
        assert len(told) == 2 and all(any(label in each for each in told) for label in labels), told
        assert "secret" not in str(told)


def test_a_topic_gets_the_sentence_with_the_credentials_of_the_group(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """People who subscribe read the sentence; event and group stand in attributes, to filter by."""
    sns, sqs = client("sns"), client("sqs")
    topic = sns.create_topic(Name="rolls")["TopicArn"]
    queue = sqs.create_queue(QueueName="heard")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    monkeypatch.setenv("ROLLING_NOTIFY", topic)
    web = LabWeb(lab, "ami-v1", "ami-v2")
    web.update(web.deploy(web.news("1")), web.news("2"))
    assert untold(web) == []
    answer = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)
    heard = [json.loads(each["Body"]) for each in answer["Messages"]]
    by_event = {each["MessageAttributes"]["event"]["Value"]: each for each in heard}
    assert set(by_event) == {"started", "ended"}
    assert by_event["ended"]["Message"] == "web: done, on version 2"
    assert by_event["ended"]["Subject"] == "Rollout of web (trial/dev web): done"
    document = json.loads(by_event["ended"]["MessageAttributes"]["document"]["Value"])
    assert (document["group"], document["succeeded"]) == ("web", True)


def test_a_topic_that_is_not_there_is_a_warning_with_amazons_own_sentence(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The roll ends well."""
    arn = "arn:aws:sns:us-east-1:123456789012:nowhere"
    monkeypatch.setenv("ROLLING_NOTIFY", arn)
    web = LabWeb(lab, "ami-v1", "ami-v2")
    web.update(web.deploy(web.news("1")), web.news("2"))
    (warned,) = untold(web)
    assert warned.startswith(f"people could not be told of web at {arn}: Publish was refused (NotFound")


def test_without_the_extra_preview_says_in_one_line_what_to_install(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The update says it once as a warning, and rolls."""
    load = builtins.__import__

    def without(name: str, *given: Any) -> Any:
        if name.partition(".")[0] == "apprise":
            raise ModuleNotFoundError("No module named 'apprise'", name="apprise")
        return load(name, *given)

    monkeypatch.setenv("ROLLING_NOTIFY", "slack://T/B/secret-of-mine")
    web = LabWeb(lab, "ami-v1", "ami-v2")
    olds, news = web.deploy(web.news("1")), web.news("2")
    monkeypatch.setattr(builtins, "__import__", without)
    line = "slack://: apprise is not installed. Run pip install 'pulumi-rolling[notify]'."
    plan = planned(web, olds, news)
    assert [each for each in plan.splitlines() if line in each] and "secret" not in plan, plan
    web.update(olds, news)
    assert untold(web) == [f"people could not be told of web at {line}"]


def test_what_is_no_target_is_refused_in_preview_and_before_anything_is_touched(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A word that is neither URL nor topic is a fault with the variable's name; a refresh reads on."""
    web = LabWeb(lab, "ami-v1", "ami-v2")
    olds, news = web.deploy(web.news("1")), web.news("2")
    monkeypatch.setenv("ROLLING_NOTIFY", "slack")
    with pytest.raises(PolicyErrors, match="ROLLING_NOTIFY: word 1 is neither a URL"):
        planned(web, olds, news)
    with pytest.raises(PolicyErrors, match="ROLLING_NOTIFY: word 1 is neither a URL"):
        web.update(olds, news)
    assert web.revisions() == {"1"} and web.group["tags"] == {}
    assert web.handler.read(olds) is not None


def tag(key: str, value: str) -> dict[str, Any]:
    return {
        "ResourceId": "web",
        "ResourceType": "auto-scaling-group",
        "Key": key,
        "Value": value,
        "PropagateAtLaunch": False,
    }
