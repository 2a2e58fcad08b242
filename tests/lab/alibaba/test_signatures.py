"""Signatures: three published vectors, and what the lab refuses of a request that is signed otherwise."""

from __future__ import annotations

import hashlib
import json
import urllib.error
import urllib.request

import pytest
from alibabacloud_ess20220222.client import Client
from alibabacloud_tea_openapi.exceptions import AlibabaCloudException
from aliyunsdkcore.auth.composer.rpc_signature_composer import get_signed_url
from pulumi_rolling.lab.alibaba.signature import Arrived, Claim, claim, computed

from tests.lab.alibaba.bench import AlibabaBench

OF_ESS = {
    "TimeStamp": "2014-08-15T11:10:07Z",
    "Format": "xml",
    "AccessKeyId": "testid",
    "Action": "DescribeScalingGroups",
    "SignatureMethod": "HMAC-SHA1",
    "RegionId": "cn-qingdao",
    "SignatureNonce": "1324fd0e-e2bb-4bb1-917c-bd6e437f1710",
    "SignatureVersion": "1.0",
    "Version": "2014-08-28",
}
"""The parameters of ESS's page "Signatures"."""
OF_SDK = {
    "AccessKeyId": "accessKeyId",
    "Action": "",
    "Format": "JSON",
    "RegionId": "regionId",
    "SignatureMethod": "HMAC-SHA1",
    "SignatureNonce": "MOCK_UUID",
    "SignatureType": "",
    "SignatureVersion": "1.0",
    "Timestamp": "mock date",
    "Version": "",
}
"""The parameters of a test in Alibaba's SDK for Go."""
EMPTY = hashlib.sha256(b"").hexdigest()
IMAGE = "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd"
V3 = {
    "host": "ecs.cn-shanghai.aliyuncs.com",
    "x-acs-action": "RunInstances",
    "x-acs-content-sha256": EMPTY,
    "x-acs-date": "2023-10-26T10:22:32Z",
    "x-acs-signature-nonce": "3156853299f313e23d1673dc12e1703d",
    "x-acs-version": "2014-05-26",
}


def _arrived(method: str, query: dict[str, str], headers: dict[str, str] | None = None) -> Arrived:
    return Arrived(method, "/", tuple(query.items()), (), headers or {}, b"")


@pytest.mark.parametrize(
    ("query", "secret", "signature"),
    [
        (OF_ESS, "testsecret", "SmhZuLUnXmqxSEZ/GqyiwGqmf+M="),
        (OF_SDK, "accessKeySecret", "7loPmFjvDnzOVnQeQNj85S6nFGY="),
    ],
)
def test_hmac_sha1_as_published(query: dict[str, str], secret: str, signature: str) -> None:
    """The signature of all parameters is the printed one, and the claim is read from the same parameters."""
    request = _arrived("GET", query | {"Signature": signature})
    claimed = claim(request)
    assert claimed == Claim(query["AccessKeyId"], signature, query["SignatureNonce"], 1)
    assert claimed is not None
    assert computed(request, claimed, secret) == signature


def test_acs3_as_published() -> None:
    """The signature of the RunInstances example is the printed one."""
    signature = "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    names = ";".join(sorted(V3))
    header = f"ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders={names},Signature={signature}"
    request = _arrived("POST", {"ImageId": IMAGE, "RegionId": "cn-shanghai"}, V3 | {"authorization": header})
    claimed = claim(request)
    assert claimed is not None
    assert (claimed.key_id, claimed.version, claimed.signature) == ("YourAccessKeyId", 3, signature)
    assert computed(request, claimed, "YourAccessKeySecret") == signature


def _answer(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url) as answer:
            return answer.status, ""
    except urllib.error.HTTPError as refused:
        with refused:
            body = json.load(refused)
        assert set(body) == {"Code", "Message", "RequestId", "HostId", "Recommend"}
        return refused.code, body["Code"]


def _signed(bench: AlibabaBench, secret: str = "lab", key: str = "lab") -> str:
    """A URL that the earlier SDK signed by HMAC-SHA1."""
    given = {"Action": "DescribeScalingGroups", "Version": "2014-08-28", "RegionId": "cn-hangzhou"}
    path, _ = get_signed_url(given, key, secret, "JSON", "GET", {})
    return f"http://{bench.address}{path}"


def test_what_is_signed_otherwise_is_refused(bench: AlibabaBench) -> None:
    """Five faults with their codes: no signature, another secret, an unknown key, an altered query, a nonce again."""
    url = _signed(bench)
    assert _answer(url) == (200, "")
    assert _answer(url) == (400, "SignatureNonceUsed")
    bench.lab.rules(nonceOnce=False)
    assert _answer(url) == (200, "")
    assert _answer(f"{url}&PageSize=50") == (403, "SignatureDoesNotMatch")
    assert _answer(_signed(bench, secret="another")) == (403, "SignatureDoesNotMatch")
    assert _answer(_signed(bench, key="stranger")) == (400, "InvalidAccessKeyId.NotFound")
    unsigned = f"http://{bench.address}/?Action=DescribeScalingGroups&Version=2014-08-28"
    assert _answer(unsigned) == (400, "MissingParameter")


def test_acs3_with_another_secret_is_refused(bench: AlibabaBench) -> None:
    """The newer SDK gets the same codes."""
    request = bench.models.DescribeScalingGroupsRequest(region_id="cn-hangzhou")
    for config, code in (
        (bench.config(secret="another"), "SignatureDoesNotMatch"),
        (bench.config(key="stranger"), "InvalidAccessKeyId.NotFound"),
    ):
        with pytest.raises(AlibabaCloudException) as refused:
            Client(config).describe_scaling_groups(request)
        assert refused.value.code == code


def test_unknown_versions_and_actions_are_refused(bench: AlibabaBench) -> None:
    """A version tells the product; an action that is not modelled is not found."""
    assert bench.refusal("DescribeScalingGroups", "2014-05-27") == (400, "NoSuchVersion")
    assert bench.refusal("DescribeAlarms") == (404, "InvalidAction.NotFound")


def test_lists_of_more_than_nine_are_signed_in_the_order_of_their_names(bench: AlibabaBench) -> None:
    """Both SDKs sort by the name alone, where the tenth comes between the first and the second."""
    ids = [f"asg-{number}" for number in range(12)]
    assert bench.call("DescribeScalingGroups", ScalingGroupIds=ids)["TotalCount"] == 0
    assert bench.older("DescribeScalingGroups", ScalingGroupId=ids)["TotalCount"] == 0
