"""Where a group with an update policy is, and as whom: its own provider, or the stack's settings of another cloud."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest
from pulumi_rolling.resource.attribute.values import settled
from pulumi_rolling.resource.provider_option import said_of_place

from tests.resource.program import run

KEYS = {"accessKey": "a", "secretKey": "s"}


def _alicloud(name: str = "explicit") -> pulumi.ProviderResource:
    """As pulumi_alicloud makes one: lists are JSON, names are Python's."""
    said = {
        "region": "cn-beijing",
        "access_key": "a",
        "secret_key": "s",
        "endpoints": '[{"ess": "127.0.0.1:1"}]',
    }
    return pulumi.ProviderResource("alicloud", name, {**said, "security_token": None})


def _said(package: str, make: Any, config: dict[str, str] | None = None) -> Any:
    heard: list[Any] = []

    async def program() -> None:
        heard.append(await settled(said_of_place(make(), package)))

    run(lambda: pulumi.export("done", pulumi.Output.from_input(program())), config)
    return heard[0]


@pytest.mark.parametrize(
    "make",
    [
        lambda: pulumi.ResourceOptions(provider=_alicloud()),
        lambda: pulumi.ResourceOptions(providers=[_alicloud()]),
    ],
)
def test_an_explicit_provider_is_read(make: Any) -> None:
    """Region, endpoints and keys by its own names; the stack's settings are not asked beside it."""
    said = _said("alicloud", make, {"alicloud:region": "cn-hangzhou", "alicloud:securityToken": "t"})
    assert said == {"region": "cn-beijing", **KEYS, "endpoints": '[{"ess": "127.0.0.1:1"}]'}


def test_without_one_the_stack_says_it() -> None:
    """Only what is set; of AWS the house reads the stack's settings itself."""
    config = {"alicloud:region": "cn-hangzhou", "alicloud:accessKey": "a", "alicloud:secretKey": "s"}
    assert _said("alicloud", pulumi.ResourceOptions, config) == {"region": "cn-hangzhou", **KEYS}
    assert _said("aws", pulumi.ResourceOptions, {"aws:region": "eu-west-1"}) == {}


def test_a_provider_of_another_cloud_is_passed_by() -> None:
    """A group of AWS does not go where Alibaba's provider leads."""
    assert _said("aws", lambda: pulumi.ResourceOptions(provider=_alicloud())) == {}
