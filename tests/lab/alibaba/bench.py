"""The tests of Alibaba's lab share this: Alibaba's own clients, groups in one line, and time that passes in a jump."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeVar

from alibabacloud_ess20220222 import models as ess_models
from alibabacloud_ess20220222.client import Client as EssClient
from alibabacloud_tea_openapi import utils_models
from alibabacloud_tea_openapi.client import Client as OpenApi
from alibabacloud_tea_openapi.exceptions import AlibabaCloudException
from alibabacloud_tea_openapi.models import Config
from aliyunsdkcore.client import AcsClient
from aliyunsdkcore.request import CommonRequest
from darabonba.runtime import RuntimeOptions
from pulumi_rolling.lab import AlibabaLab

from tests.lab.bench import LIMIT, HeldClock

T = TypeVar("T")
REGION = "cn-hangzhou"
NEWER, OLDER, ECS = "2022-02-22", "2014-08-28", "2014-05-26"
STEP = 0.05


def text(value: Any) -> str:
    """A parameter as the RPC style writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else str(value)


def flat(parameters: dict[str, Any]) -> dict[str, str]:
    """Lists and structures with numbered and dotted names."""
    found: dict[str, str] = {}
    for name, value in parameters.items():
        if isinstance(value, list):
            value = {str(place): item for place, item in enumerate(value, 1)}
        if isinstance(value, dict):
            found |= {f"{name}.{key}": item for key, item in flat(value).items()}
        else:
            found[name] = text(value)
    return found


class AlibabaBench:
    """A lab, its clock and its clients."""

    def __init__(self, lab: AlibabaLab, clock: HeldClock) -> None:
        self.lab = lab
        self.clock = clock
        self.models = ess_models
        self.address = lab.environment["ALIBABA_CLOUD_ENDPOINT_ESS"]
        self.ess = EssClient(self.config())
        self._open_api = OpenApi(self.config())

    def config(self, secret: str = "lab", key: str = "lab") -> Any:
        return Config(
            access_key_id=key,
            access_key_secret=secret,
            endpoint=self.address,
            protocol="http",
            region_id=REGION,
            no_proxy="127.0.0.1",
        )

    def call(self, action: str, version: str = NEWER, /, **parameters: Any) -> Any:
        """One call by Alibaba's generic client, signed by ACS3-HMAC-SHA256; the body of the answer."""
        params = utils_models.Params(
            action=action,
            version=version,
            protocol="HTTP",
            pathname="/",
            method="POST",
            auth_type="AK",
            style="RPC",
            req_body_type="formData",
            body_type="json",
        )
        request = utils_models.OpenApiRequest(query=flat({"RegionId": REGION, **parameters}))
        return self._open_api.call_api(params, request, RuntimeOptions())["body"]

    def older(self, action: str, version: str = OLDER, /, **parameters: Any) -> Any:
        """One call by the client of an earlier code base, signed by HMAC-SHA1."""
        request = CommonRequest(domain=self.address, version=version, action_name=action)
        request.set_protocol_type("http")
        request.set_method("POST")
        for name, value in flat({"RegionId": REGION, **parameters}).items():
            request.add_query_param(name, value)
        return json.loads(AcsClient("lab", "lab", REGION).do_action_with_exception(request))

    def refusal(self, action: str, version: str = NEWER, /, **parameters: Any) -> tuple[int, str]:
        """Status and code with which a call is refused."""
        try:
            self.call(action, version, **parameters)
        except AlibabaCloudException as refused:
            return int(refused.status_code), str(refused.code)
        raise AssertionError("the call was not refused")

    def eventually(self, look: Callable[[], T]) -> T:
        """Look, and let time pass, until what is seen is true; give it back."""
        deadline = self.clock.now() + LIMIT
        while True:
            seen = look()
            if seen:
                return seen
            assert self.clock.now() < deadline, f"never came true; last seen: {seen!r}"
            self.clock.jump(STEP)

    def group(self, image: str = "img-v1", enable: bool = True, **given: Any) -> str:
        """Create the group `web` with one configuration, between 0 and 10; its id."""
        wanted = {"ScalingGroupName": "web", "MinSize": 0, "MaxSize": 10, **given}
        group: str = self.call("CreateScalingGroup", **wanted)["ScalingGroupId"]
        configuration = self.configuration(group, image)
        if enable:
            self.call("EnableScalingGroup", ScalingGroupId=group, ActiveScalingConfigurationId=configuration)
        return group

    def configuration(self, group: str, image: str) -> str:
        made = self.call(
            "CreateScalingConfiguration", ScalingGroupId=group, ImageId=image, InstanceType="ecs.g7.large"
        )
        configuration: str = made["ScalingConfigurationId"]
        return configuration

    def standing(self, count: int = 3, image: str = "img-v1", **given: Any) -> str:
        """A group with an expected number whose members are all in service."""
        group = self.group(image, DesiredCapacity=count, **given)
        self.eventually(lambda: self.lab.group(group)["inService"] == count)
        return group

    def ids(self, group: str, *lifecycles: str) -> list[str]:
        """Members in these states, or all, the oldest first."""
        there = self.lab.group(group)["members"]
        return [each["id"] for each in there if not lifecycles or each["lifecycle"] in lifecycles]

    def activity(self, activity_id: str) -> dict[str, Any]:
        found = self.call("DescribeScalingActivities", ScalingActivityIds=[activity_id])
        (shown,) = found["ScalingActivities"]
        return dict(shown)

    def over(self, activity_id: str) -> dict[str, Any]:
        """The activity once it has ended."""

        def ended() -> dict[str, Any] | None:
            shown = self.activity(activity_id)
            return shown if shown["StatusCode"] != "InProgress" else None

        return self.eventually(ended) or {}

    def quiet(self, group: str) -> None:
        """No activity runs and none is due."""
        self.clock.jump(1.0)
        running = [each for each in self.lab.group(group)["activities"] if each["status"] == "InProgress"]
        assert running == []
