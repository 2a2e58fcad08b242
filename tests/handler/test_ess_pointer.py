"""A scaling configuration that makes itself the active one as it is made, before the roll to it begins."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pulumi_rolling.errors import TooManyFailuresError
from pulumi_rolling.fleets.alibaba.place import ECS
from pulumi_rolling.lab import AlibabaLab

from tests.handler.ess_web import EssWeb

MOVED = "another resource moved it"


@pytest.fixture
def lab(monkeypatch: pytest.MonkeyPatch) -> Iterator[AlibabaLab]:
    monkeypatch.setenv("ROLLING_POLL_SECONDS", "0.05")
    monkeypatch.setenv("ROLLING_SETTLE_SECONDS", "0.2")
    with AlibabaLab(boot=0.05) as running:
        yield running


def test_the_former_configuration_is_active_again_after_a_failure(lab: AlibabaLab) -> None:
    """The way back is what state has, and nobody is told that another resource would move the pointer again."""
    lab.image("m-2", launchError="InvalidImageId.NotFound")
    web = EssWeb(lab, "m-1", "m-2", size=2)
    state = web.deploy(web.news(1))
    former, new = web.configurations
    web.call("ModifyScalingGroup", ScalingGroupId=web.id, ActiveScalingConfigurationId=new)
    with pytest.raises(TooManyFailuresError, match=f"is back on {former}"):
        web.update(state, web.news(2))
    assert (web.group["scalingConfiguration"], web.versions()) == (former, {1})
    assert not [text for text in (*web.warned, *web.said) if MOVED in text]


def test_a_group_that_holds_the_pointer_itself_is_told_of(lab: AlibabaLab) -> None:
    """A launch template's version stands at the group, whose own resource would move it again."""
    web = EssWeb(lab, "m-1", size=2)
    body = {"InstanceType": "ecs.g7.large", "LaunchTemplateName": "web"}
    made = web.api.call(ECS, "CreateLaunchTemplate", ImageId="m-2", **body)["LaunchTemplateId"]
    state = web.deploy(web.news(1))
    web.call("ModifyScalingGroup", ScalingGroupId=web.id, LaunchTemplateId=made, LaunchTemplateVersion="1")
    news = web.news(1)
    group = {**news["essScalingGroup"], "launchTemplate": {"id": made, "version": 1}}
    group.pop("scalingConfiguration")
    web.handler.diff(state, {**news, "essScalingGroup": group}, web.preview)
    told = " ".join(" ".join(web.said).split())
    assert MOVED in told and 'ignore_changes=["launchTemplateVersion"]' in told
