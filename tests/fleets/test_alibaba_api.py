"""The door to Alibaba Cloud: requests as its SDK signs them, errors in our tree, credentials, endpoints."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pulumi_rolling.errors import (
    DeniedFleetError,
    FleetError,
    GroupNotFoundError,
    PermanentFleetError,
    RollingError,
    TemporaryFleetError,
)
from pulumi_rolling.fleets.alibaba.api import AlibabaApi
from pulumi_rolling.fleets.alibaba.place import ECS, ESS, Endpoint, Place
from pulumi_rolling.fleets.credentials import Keys

from tests.fleets.scripted_alibaba import ScriptedAlibaba, refused


def once(work: Any) -> Any:
    return work()


@pytest.fixture
def alibaba() -> Iterator[ScriptedAlibaba]:
    scripted = ScriptedAlibaba()
    yield scripted
    scripted.close()


@pytest.fixture
def api(alibaba: ScriptedAlibaba) -> AlibabaApi:
    return AlibabaApi(alibaba.place, once, region_path="essScalingGroup.region")


def test_a_request_is_signed_and_carries_its_lists_and_flags(
    alibaba: ScriptedAlibaba, api: AlibabaApi
) -> None:
    """An independent check accepts the signature; lists are numbered, structures dotted, and None is left out."""
    alibaba.answer("TagResources", {"RequestId": "r"})
    tags = [{"Key": "rolling:said", "Value": "a b*~+ü", "Propagate": False}]
    api.call(ESS, "TagResources", ResourceIds=["asg-1", "asg-2"], Tags=tags, Nothing=None)
    assert alibaba.unsigned == [] and alibaba.versions == {("TagResources", "2022-02-22")}
    assert alibaba.sent("TagResources") == [
        {
            "RegionId": "cn-hangzhou",
            "ResourceIds.1": "asg-1",
            "ResourceIds.2": "asg-2",
            "Tags.1.Key": "rolling:said",
            "Tags.1.Value": "a b*~+ü",
            "Tags.1.Propagate": "False",
        }
    ]
    alibaba.answer("ModifyScalingGroup", {"RequestId": "r"})
    api.call(ESS, "ModifyScalingGroup", ScalingGroupId="asg-1", DesiredCapacity=3)
    assert alibaba.sent("ModifyScalingGroup") == [{"ScalingGroupId": "asg-1", "DesiredCapacity": "3"}]
    assert api.count() == 2


def test_pages_are_turned_until_all_is_seen(alibaba: ScriptedAlibaba, api: AlibabaApi) -> None:
    """By number, as many as the total says, and an empty page ends a total that was too high."""
    item = {"InstanceId": "i-1", "LifecycleState": "InService"}
    pages = [{"ScalingInstances": [item], "TotalCount": 3}] * 2
    alibaba.answer("DescribeScalingInstances", *pages, {"ScalingInstances": [], "TotalCount": 3})
    found = list(api.pages(ESS, "DescribeScalingInstances", "ScalingInstances", PageSize=1))
    assert [len(page) for page in found] == [1, 1, 0]
    assert [sent["PageNumber"] for sent in alibaba.sent("DescribeScalingInstances")] == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (refused("Throttling.User"), TemporaryFleetError),
        (refused("Rejected.Throttling"), TemporaryFleetError),
        (refused("ScalingActivityInProgress"), TemporaryFleetError),
        (refused("IncorrectScalingGroupStatus"), TemporaryFleetError),
        (refused("InternalError", status=500), TemporaryFleetError),
        (refused("NeverHeardOf", status=503), TemporaryFleetError),
        (refused("InvalidScalingGroupId.NotFound", status=404), GroupNotFoundError),
        (refused("Forbidden.RAM", status=403), DeniedFleetError),
        (refused("SignatureDoesNotMatch", status=403), PermanentFleetError),
        (refused("IncorrectCapacity.MinSize"), PermanentFleetError),
        ({"Code": "NoSuchVersion", "Message": "no"}, PermanentFleetError),
    ],
)
def test_each_refusal_becomes_one_of_ours(
    alibaba: ScriptedAlibaba, api: AlibabaApi, answer: Any, kind: type[FleetError]
) -> None:
    """By its code, also where it came with status 200, and sent once."""
    alibaba.answer("RemoveInstances", answer)
    with pytest.raises(kind) as caught:
        api.call(ESS, "RemoveInstances", ScalingGroupId="asg-1", InstanceIds=["i-1"])
    assert type(caught.value) is kind and caught.value.code == answer["Code"]
    assert len(alibaba.calls) == 1


def test_a_refusal_tells_the_request_and_what_to_allow(alibaba: ScriptedAlibaba, api: AlibabaApi) -> None:
    """Alibaba's sentence on one line, the id of the request, the action; no address, which no tag may hold."""
    alibaba.answer("RemoveInstances", refused("Forbidden.RAM", "not allowed,\n see https://help.x.", 403))
    with pytest.raises(DeniedFleetError) as caught:
        api.call(ESS, "RemoveInstances", ScalingGroupId="asg-1", InstanceIds=["i-1"])
    assert str(caught.value) == (
        "RemoveInstances was refused (Forbidden.RAM): not allowed, see help.x (request REQ-1). "
        "Allow ess:RemoveInstances."
    )


def test_an_answer_cut_short_and_a_server_that_is_gone_are_temporary(
    alibaba: ScriptedAlibaba, api: AlibabaApi
) -> None:
    """What parses and lacks its groups is no answer; nor is a refused connection."""
    alibaba.answer("DescribeScalingGroups", {"RequestId": "r"})
    with pytest.raises(TemporaryFleetError, match="without ScalingGroups"):
        api.call(ESS, "DescribeScalingGroups")
    gone = AlibabaApi(Place.of("cn-hangzhou", "http://127.0.0.1:9", Keys("a", "b")), once)
    with pytest.raises(TemporaryFleetError, match="got no answer"):
        gone.call(ESS, "DescribeScalingGroups")


def test_a_proxy_of_the_environment_is_not_asked_for_this_machine(
    alibaba: ScriptedAlibaba, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lab is reached although HTTP_PROXY names something else."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    alibaba.answer("DescribeScalingGroups", {"ScalingGroups": [], "TotalCount": 0})
    AlibabaApi(alibaba.place, once).call(ESS, "DescribeScalingGroups")
    assert alibaba.operations() == ["DescribeScalingGroups"] and alibaba.unsigned == []


def test_no_region_is_one_clear_line() -> None:
    """With the path of the input that is missing; nothing is sent."""
    with pytest.raises(PermanentFleetError, match=r"Set essScalingGroup\.region or ALICLOUD_REGION"):
        AlibabaApi(Place(""), once, region_path="essScalingGroup.region").call(ESS, "DescribeScalingGroups")


def test_credentials_are_those_given_then_the_providers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Inputs win over ALICLOUD_*, and without either Alibaba's chain is asked."""
    monkeypatch.delenv("ALICLOUD_ACCESS_KEY", raising=False)
    assert Place.of("cn-hangzhou").keys is None
    monkeypatch.setenv("ALICLOUD_ACCESS_KEY", "ak")
    monkeypatch.setenv("ALICLOUD_SECRET_KEY", "sk")
    monkeypatch.setenv("ALICLOUD_SECURITY_TOKEN", "token")
    assert Place.of("cn-hangzhou").keys == Keys("ak", "sk", "token")
    mine = Place.of("cn-hangzhou", keys=Keys("mine", "secret"))
    assert mine.keys == Keys("mine", "secret") and "secret" not in repr(mine) and "mine" not in str(mine)


def test_endpoints_are_alibabas_unless_something_else_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Central and regional ones; the provider's variables; an input for ESS alone, but a loopback one for all."""
    assert Place.of("cn-hangzhou").endpoint(ESS) == Endpoint("ess.aliyuncs.com")
    assert Place.of("ap-southeast-3").endpoint(ESS) == Endpoint("ess.ap-southeast-3.aliyuncs.com")
    assert Place.of("cn-hangzhou").endpoint(ECS) == Endpoint("ecs.cn-hangzhou.aliyuncs.com")
    monkeypatch.setenv("ALIBABA_CLOUD_ENDPOINT_ESS", "127.0.0.1:4567")
    monkeypatch.setenv("ECS_ENDPOINT", "ecs-vpc.cn-hangzhou.aliyuncs.com")
    place = Place.of("cn-hangzhou")
    assert place.endpoint(ESS) == Endpoint("127.0.0.1:4567", secure=False)
    assert place.endpoint(ECS) == Endpoint("ecs-vpc.cn-hangzhou.aliyuncs.com")
    outer = Place.of("cn-hangzhou", "https://ess-vpc.cn-hangzhou.aliyuncs.com")
    assert outer.endpoint(ESS).host == "ess-vpc.cn-hangzhou.aliyuncs.com" and outer.endpoint(
        ECS
    ).host.startswith("ecs")
    inner = Place.of("cn-hangzhou", "http://localhost:1")
    assert inner.endpoint(ESS) == inner.endpoint(ECS) == Endpoint("localhost:1", secure=False)
    with pytest.raises(PermanentFleetError, match="cannot be used"):
        Place.of("cn-hangzhou", "http://localhost:port")


def test_without_the_extra_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing SDK is no traceback."""
    monkeypatch.setitem(sys.modules, "alibabacloud_tea_openapi.client", None)
    place = Place("cn-hangzhou", (("ess", Endpoint("missing.example")),), Keys("a", "b"))
    with pytest.raises(RollingError, match=r"Run pip install 'pulumi-rolling\[alibaba\]'"):
        AlibabaApi(place, once).call(ESS, "DescribeScalingGroups")


def test_without_credentials_one_line_says_what_to_set(tmp_path: Path) -> None:
    """Alibaba's chain, which reads the environment as it is imported, finds nothing and is not asked again."""
    program = (
        "from pulumi_rolling.fleets.alibaba.api import AlibabaApi\n"
        "from pulumi_rolling.fleets.alibaba.place import Place\n"
        "AlibabaApi(Place.of('cn-hangzhou', 'http://127.0.0.1:9'), lambda work: work()).call('ess', 'X')"
    )
    bare = {"HOME": str(tmp_path), "ALIBABA_CLOUD_ECS_METADATA_DISABLED": "true"}
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=bare)
    last = told.stderr.strip().splitlines()[-1]
    assert "PermanentFleetError: X was not sent, since no credentials of Alibaba Cloud were found" in last
    assert last.endswith("Set ALICLOUD_ACCESS_KEY and ALICLOUD_SECRET_KEY.")


def test_the_sdk_is_not_imported_before_a_call_needs_it() -> None:
    """Those who roll something else pay nothing for it."""
    program = (
        "import sys\nimport pulumi_rolling.handler.kinds, pulumi_rolling.fleets.alibaba.api\n"
        "print([name for name in sys.modules if name.partition('.')[0] in "
        "('alibabacloud_tea_openapi', 'alibabacloud_credentials', 'darabonba', 'Tea', 'aiohttp')])"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
