"""Create, Diff, Update, Read and Delete on a group in the lab, and each way in which an update ends."""

from __future__ import annotations

import threading
from typing import Any

import grpc
import pytest
from pulumi.runtime.proto import provider_pb2
from pulumi_rolling.engine.record.pieces import LEASE
from pulumi_rolling.plugin.wire import UNKNOWN, decode

from tests.plugin.engine_side import Failed, Resource, Web, until

Kind = provider_pb2.PropertyDiff


def test_a_group_from_create_to_delete(web: Web) -> None:
    """Deployed, unchanged, previewed, rolled, read, deleted: state tells the truth and no instance goes at the end."""
    resource, template = web.resource, web.template
    assert resource.id == "web" and resource.outputs["revision"] == f"{template}:1"
    same = resource.diff(web.news("1"))
    assert same.changes == provider_pb2.DiffResponse.DIFF_NONE

    two = web.version("ami-v2")
    changed = resource.diff(web.news(two))
    path = "autoScalingGroup.launchTemplate.version"
    assert {k: (v.kind, v.inputDiff) for k, v in changed.detailedDiff.items()} == {path: (Kind.UPDATE, True)}
    assert list(changed.diffs) == ["autoScalingGroup"] and not changed.replaces

    planned, _ = decode(resource.update(web.news(two), preview=True))
    assert planned["revision"] == f"{template}:2" and planned["previousRevision"] == f"{template}:1"
    assert planned["lastRollout"] == UNKNOWN
    (plan,) = web.plugged.heard.kept()
    assert plan.startswith("web: replacing 2 instances, version 1 -> version 2")
    assert web.images() == ["ami-v1", "ami-v1"], "a preview touches nothing"

    resource.update(web.news(two))
    assert web.images() == ["ami-v2", "ami-v2"]
    assert (
        resource.outputs["revision"] == f"{template}:2" and resource.outputs["lastRollout"]["replaced"] == 2
    )
    assert web.plugged.heard.kept() == [plan], "an update says the plan no second time"
    assert [x for x in web.plugged.heard.lines if x.ephemeral and "replaced" in x.message]

    read = resource.read()
    assert read.id == "web" and read.inputs == resource.inputs and read.properties == resource.state
    resource.delete()
    assert web.images() == ["ami-v2", "ami-v2"] and web.group()["tags"] == {}


def test_ignored_tags_make_no_revision(web: Web) -> None:
    """With the provider's ignoreTags a version that differs in such a tag alone replaces nobody."""
    tagged = {"ResourceType": "instance", "Tags": [{"Key": "commit", "Value": "abc"}]}
    made = web.ec2.create_launch_template_version(
        LaunchTemplateId=web.template,
        LaunchTemplateData={"ImageId": "ami-v1", "InstanceType": "t3.small", "TagSpecifications": [tagged]},
    )
    news = web.news(str(made["LaunchTemplateVersion"]["VersionNumber"]))
    members = {m["id"] for m in web.group()["members"]}
    web.plugged.configure(ignoreTags='["commit"]')
    web.resource.update(news, preview=True)
    assert "nothing to replace" in web.plugged.heard.kept()[-1]
    web.resource.update(news)
    assert {m["id"] for m in web.group()["members"]} == members
    web.plugged.configure()
    web.resource.update(news, preview=True)
    assert "replacing 2 instances" in web.plugged.heard.kept()[-1], "without it the tag is contents"


def test_import_finds_inputs_and_state(web: Web) -> None:
    """Read with nothing but an id: the group's own pointer, as inputs that are no difference from the group."""
    imported = Resource(web.plugged, "web", "web")
    found = imported.read()
    inputs, _ = decode(found.inputs)
    assert inputs["autoScalingGroup"]["launchTemplate"] == {"id": web.template, "version": "1"}
    imported.inputs, imported.state = found.inputs, found.properties
    assert imported.outputs["revision"] == f"{web.template}:1" and imported.outputs["status"] == "stable"
    assert imported.diff(inputs).changes == provider_pb2.DiffResponse.DIFF_NONE
    assert Resource(web.plugged, "web", "nobody").read().id == ""


def test_another_name_replaces_the_resource(web: Web) -> None:
    """The name is what a group is known by; the path that replaces is the one that the diff names."""
    news = web.news("1")
    news["autoScalingGroup"] = {**news["autoScalingGroup"], "name": UNKNOWN}
    changed = web.resource.diff(news)
    assert changed.replaces
    assert changed.detailedDiff["autoScalingGroup.name"].kind == Kind.UPDATE_REPLACE


def test_a_secret_stays_secret_in_state(web: Web) -> None:
    """A secret trigger is secret in the outputs that the engine keeps."""
    resource = Resource(web.plugged, "web")
    state = resource.create(web.news("1", triggers=["hush"]), secrets=(("triggers", 0),))
    assert decode(state)[1] == {("triggers", 0)}


def test_after_a_way_back_the_failure_is_clean(web: Web) -> None:
    """FAILED_PRECONDITION, nothing to keep: the group is as it was, and the same update stands to be done."""
    web.lab.image("ami-bad", signal="FAILURE")
    news = web.news(web.version("ami-bad"))
    before = web.resource.state
    with pytest.raises(Failed, match="is back on version 1") as failed:
        web.resource.update(news)
    assert failed.value.code is grpc.StatusCode.FAILED_PRECONDITION and failed.value.left is None
    assert web.images() == ["ami-v1", "ami-v1"] and web.group()["tags"] == {}
    assert web.resource.state == before
    assert web.resource.diff(news).changes == provider_pb2.DiffResponse.DIFF_SOME


def test_cancel_returns_the_group(web: Web) -> None:
    """Ctrl-C during a roll: ABORTED and back; the same process takes no other rollout until it is configured anew."""
    web.lab.image("ami-slow", boot=30.0)
    slow = web.news(web.version("ami-slow"))
    update = web.in_background(slow)
    until(lambda: any(m["image"] == "ami-slow" for m in web.group()["members"]))
    launched = {m["id"] for m in web.group()["members"] if m["image"] == "ami-slow"}
    web.plugged.cancel()
    failed = update.exception(timeout=60)
    assert isinstance(failed, Failed) and failed.code is grpc.StatusCode.ABORTED and failed.left is None
    assert failed.text.startswith("cancelled (Ctrl-C); ") and "back on version 1" in failed.text
    assert web.images() == ["ami-v1", "ami-v1"] and web.group()["tags"] == {}
    assert launched

    with pytest.raises(Failed) as late:
        web.resource.update(slow)
    assert late.value.code is grpc.StatusCode.ABORTED
    assert web.images() == ["ami-v1", "ami-v1"]
    web.plugged.configure()
    web.lab.image("ami-slow", boot=0.05)
    web.resource.update(slow)
    assert web.images() == ["ami-slow", "ami-slow"]


def test_cancel_with_nothing_under_way_is_no_failure(web: Web) -> None:
    """The engine sends Cancel at every normal end."""
    web.plugged.cancel()
    web.plugged.configure()
    web.resource.update(web.news(web.version("ami-v2")))
    assert web.images() == ["ami-v2", "ami-v2"]


def test_a_timeout_of_the_operation_is_the_deadline_of_the_roll(web: Web) -> None:
    """customTimeouts.update ends the way forward; the way back takes the time that it needs, and is named."""
    web.lab.image("ami-slow", boot=30.0)
    web.lab.image("ami-v1", boot=0.6)
    with pytest.raises(Failed, match=r"Raise customTimeouts\.update") as failed:
        web.resource.update(web.news(web.version("ami-slow")), timeout=0.8)
    assert failed.value.code is grpc.StatusCode.FAILED_PRECONDITION
    assert web.images() == ["ami-v1", "ami-v1"]


def test_a_way_back_that_fails_keeps_the_mixed_group_in_state(web: Web) -> None:
    """UNKNOWN with what was left: old inputs, the revision to return to, how it stands; the next update goes on."""
    web.lab.image("ami-bad", signal="FAILURE")
    web.lab.image("ami-v1", signal="FAILURE")
    news = web.news(web.version("ami-bad"))
    with pytest.raises(Failed, match="failed as well") as failed:
        web.resource.update(news)
    assert failed.value.code is grpc.StatusCode.UNKNOWN
    outputs = web.resource.outputs
    assert outputs["status"] == "interrupted" and outputs["revision"] == f"{web.template}:1"
    assert outputs["autoScalingGroup"]["launchTemplate"]["version"] == "1", "old inputs"
    assert len(web.resource.init_errors) == 1 and outputs["lastRollout"]["failed"] >= 1
    assert web.resource.diff(news).changes == provider_pb2.DiffResponse.DIFF_SOME
    assert web.resource.read().id == "web"
    web.resource.update(news, preview=True)
    told = web.plugged.heard.kept()[-1]
    assert told.startswith(
        "web: nothing to replace, all instances run version 1, in us-east-1 of account 123456789012 note "
    ), told
    assert "this update returns the group and ends with its failure" in told and "ami-bad" not in told

    web.lab.image("ami-bad")
    web.lab.image("ami-v1")
    with pytest.raises(Failed, match="is back on version 1"):
        web.resource.update(news)
    web.resource.update(news)
    assert web.images() == ["ami-bad", "ami-bad"] and web.resource.outputs["status"] == "stable"


def test_a_create_that_cannot_return_is_kept(web: Web) -> None:
    """A first rollout that fails with onFailure leave: the resource is in state as mixed, with its id."""
    web.lab.image("ami-bad", signal="FAILURE")
    fresh = Resource(web.plugged, "web")
    with pytest.raises(Failed) as failed:
        fresh.create(web.news(web.version("ami-bad"), onFailure="leave"))
    assert failed.value.code is grpc.StatusCode.UNKNOWN
    assert fresh.id == "web" and fresh.outputs["status"] == "mixed"
    assert fresh.outputs["revision"] == f"{web.template}:1", "where it came from"


def test_a_stop_leaves_the_record_and_no_lease(web: Web) -> None:
    """A second Ctrl-C: whoever is rolling stops at once and gives the lease back; the next process goes on."""
    web.lab.image("ami-slow", boot=30.0)
    news = web.news(web.version("ami-slow"))
    update = web.in_background(news)
    until(lambda: any(m["image"] == "ami-slow" for m in web.group()["members"]))
    web.plugged.provider.operations.stop()
    assert web.plugged.provider.operations.settle(5.0)
    failed = update.exception(timeout=60)
    assert isinstance(failed, Failed) and failed.code is grpc.StatusCode.ABORTED
    tags = web.group()["tags"]
    assert LEASE not in tags and "rolling:record.0" in tags


class Held:
    """Stands in for the handler: operations that end when they are let go."""

    def __init__(self, count: int) -> None:
        self.begun = threading.Semaphore(0)
        self.go = threading.Event()
        self.count = count

    def update(self, _olds: Any, news: Any, _context: Any) -> Any:
        self.begun.release()
        assert self.go.wait(30)
        return news

    def check(self, _olds: Any, news: Any, _context: Any) -> Any:
        return news, []


def test_many_operations_keep_nobody_waiting(plugged: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """While a hundred groups roll in one process, Check and Cancel are answered."""
    held = Held(100)
    monkeypatch.setattr(plugged.provider.at_rest, "whole", lambda: held)
    request = provider_pb2.UpdateRequest(id="x", urn="urn:pulumi:d::t::rolling:index:RollingGroup::x")
    updates = [plugged.stub.Update.future(request, timeout=60) for _ in range(held.count)]
    for _ in range(held.count):
        assert held.begun.acquire(timeout=30)
    assert not plugged.check({}).failures
    plugged.cancel()
    held.go.set()
    assert all(update.result() is not None for update in updates)
