"""An ESS scaling group through the plugin: its keys are secrets, and its id is the resource's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pulumi.runtime.proto import provider_pb2
from pulumi_rolling.lab import AlibabaLab
from pulumi_rolling.plugin.wire import decode

from tests.handler.ess_web import EssWeb
from tests.plugin.engine_side import Plugged, Resource, call

KEYS = (("essScalingGroup", "accessKey"), ("essScalingGroup", "secretKey"))


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[EssWeb]:
    monkeypatch.setenv("ROLLING_POLL_SECONDS", "0.05")
    monkeypatch.setenv("ROLLING_SETTLE_SECONDS", "0.5")
    with AlibabaLab(boot=0.05) as lab:
        yield EssWeb(lab, "m-1", "m-2", size=2)


def test_a_group_from_create_to_delete(web: EssWeb, plugged: Plugged) -> None:
    """Deployed with secret keys, unchanged, rolled by us and by ESS, read, deleted; the keys stay secret in state."""
    resource = Resource(plugged)
    one, two = ({**web.news(n)} for n in (1, 2))
    resource.create(one, secrets=KEYS)
    assert resource.id == web.id and resource.outputs["revision"] == web.configurations[0]
    kept, secrets = decode(resource.state)
    assert set(KEYS) <= set(secrets) and kept["essScalingGroup"]["secretKey"] == "lab"
    assert resource.diff(one).changes == provider_pb2.DiffResponse.DIFF_NONE
    resource.update(two, preview=True)
    (plan,) = plugged.heard.kept()
    assert plan.startswith(f"{web.id}: replacing 2 instances")
    resource.update(two)
    assert web.versions() == {2} and resource.outputs["lastRollout"]["replaced"] == 2
    assert resource.read().properties == resource.state
    refresh = {"minHealthyPercentage": 0, "maxHealthyPercentage": 100}
    back = {**one, "updatePolicy": {"instanceRefresh": refresh}}
    resource.update(back, preview=True)
    assert "the service itself, " in plugged.heard.kept()[-1]
    resource.update(back)
    assert web.versions() == {1} and resource.outputs["lastRollout"]["operation"].startswith("ir-")
    assert resource.diff(back).changes == provider_pb2.DiffResponse.DIFF_NONE
    resource.delete()
    assert web.versions() == {1} and web.group["tags"] == {}


def test_an_adopted_group_is_named_by_its_id(
    web: EssWeb, plugged: Plugged, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`pulumi import` with asg-... reads what the group is made from; credentials are those of the environment."""
    for name, value in {
        "ALICLOUD_ACCESS_KEY": "lab",
        "ALICLOUD_SECRET_KEY": "lab",
        **web.lab.environment,
    }.items():
        monkeypatch.setenv(name, value)
    urn = "urn:pulumi:dev::trial::rolling:index:RollingGroup::web"
    request = provider_pb2.ReadRequest(id=web.id, urn=urn, type="rolling:index:RollingGroup")
    inputs: Any = decode(call(plugged.stub.Read, request).inputs)[0]
    assert inputs["essScalingGroup"] == {"id": web.id, "scalingConfiguration": web.configurations[0]}


def test_other_fields_of_the_group_may_not_be_secret(plugged: Plugged) -> None:
    """The id stands in plans and messages."""
    group = {"id": "asg-1", "scalingConfiguration": "asc-1", "accessKey": "a", "secretKey": "s"}
    news = {"essScalingGroup": group, "updatePolicy": {"rollingUpdate": {}}}
    faults = plugged.faults(news, secrets=(("essScalingGroup", "id"), *KEYS))
    assert "is secret" in faults["essScalingGroup.id"] and not {"essScalingGroup.secretKey"} & set(faults)
