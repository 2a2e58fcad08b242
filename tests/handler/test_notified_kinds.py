"""People are told alike of every kind of group, and by the attribute as by the resource."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from pulumi_rolling.errors import TooManyFailuresError
from pulumi_rolling.lab import AlibabaLab, Lab

from tests.fleets.scripted_aws import wait_until
from tests.handler.deployed_web import BREAKER, CRASHES, DeployedWeb
from tests.handler.ess_web import EssWeb
from tests.handler.followed_web import PATIENCE
from tests.handler.refreshed_web import RefreshedWeb
from tests.handler.test_hooked_groups import Hooked, hooked
from tests.notify.inbox import Inbox, inbox

__all__ = ["hooked"]


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch) -> Iterator[Inbox]:
    with inbox() as opened:
        monkeypatch.setenv("ROLLING_NOTIFY", opened.url)
        yield opened


def test_of_an_ecs_service(lab: Lab, box: Inbox) -> None:
    """Start and end, as of a group that we roll ourselves."""
    web = DeployedWeb(lab)
    box.heard.clear()
    web.up(web.wants("web:2"))
    assert box.events == ["started", "ended"]
    assert "web" in box.heard[1]["group"] and box.heard[1]["succeeded"] is True
    assert web.keeps_no_mark()


def test_of_groups_that_are_new_only_what_goes_wrong_is_told(lab: Lab, box: Inbox) -> None:
    """A service and a group that come up whole are no news; one whose tasks crash tells its failure and its end."""
    lab.image("ami-v1", boot=0.6)
    RefreshedWeb(lab, serving=0)
    lab.image("app:1", boot=0.6)
    web = DeployedWeb(lab, deployed=False)
    said: list[str] = []
    web.handler.check(None, web.inputs("web:1"), replace(web.context, dry_run=True, say=said.append))
    plan = " ".join(" ".join(said).split())
    assert f" failure and waits are told to {box.label}" in plan and "start" not in plan
    web.handler.create(web.wants("web:1"), web.context)
    assert box.events == []
    lab.reset()
    lab.image("app:1", **CRASHES)
    web = DeployedWeb(lab, deployed=False, deploymentCircuitBreaker=BREAKER)
    with pytest.raises(TooManyFailuresError):
        web.handler.create(web.wants("web:1"), web.context)
    # Where ECS has given up before the first look, we begin a deployment of our own, and that start is told.
    assert box.events[-2:] == ["failed", "ended"] and box.heard[-1]["succeeded"] is False
    assert box.heard[-1]["failed"] > 0


def test_of_a_scaling_group_of_alibaba(monkeypatch: pytest.MonkeyPatch, box: Inbox) -> None:
    """What was told fits into a tag of ESS, and is taken off with the others."""
    for name, seconds in (("POLL", "0.05"), ("SETTLE", "0.5")):
        monkeypatch.setenv(f"ROLLING_{name}_SECONDS", seconds)
    with AlibabaLab(boot=0.05) as lab:
        lab.rules(parallel=True)
        web = EssWeb(lab, "m-1", "m-2")
        olds = web.deploy(web.news(1))
        rolled = web.in_background(olds, web.news(2, canary=1, approval=True))
        wait_until(lambda: "waiting" in box.events, PATIENCE)
        assert "approval=" in web.group["tags"]["rolling:told"]
        web.call(
            "TagResources", ResourceType="scalinggroup", ResourceIds=[web.id],
            Tags=[{"Key": "rolling:request.1a", "Value": "approve"}],
        )  # fmt: skip
        rolled.result(PATIENCE)
        assert box.events == ["started", "waiting", "ended"] and web.group["tags"] == {}


def test_by_the_attribute(hooked: Hooked, box: Inbox) -> None:
    """Preview says where it will be told, and the update tells it."""
    hooked.update(hooked.outputs(), dry_run=True)
    assert f"are told to {box.label}" in " ".join(" ".join(hooked.engine.said).split())
    assert box.heard == []
    hooked.update(hooked.outputs())
    assert box.events == ["started", "ended"]
