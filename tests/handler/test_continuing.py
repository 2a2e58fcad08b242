"""`rolling finish` and `rolling return` on a group whose rollout was interrupted, on the lab."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest
from pulumi_rolling.cli.main import main
from pulumi_rolling.errors import OrphanedError, RollingError
from pulumi_rolling.handler import driving
from pulumi_rolling.handler.context import Defaults
from pulumi_rolling.handler.continuing import Interrupted as Continued
from pulumi_rolling.handler.continuing import interrupted_on
from pulumi_rolling.handler.ecs_service_declared import ECS_SERVICE
from pulumi_rolling.handler.handover import assessed
from pulumi_rolling.handler.operation import Operation, Situation
from pulumi_rolling.host.hook_call import Called, Given
from pulumi_rolling.host.hooked_groups import HookedGroups
from pulumi_rolling.lab import Lab

from tests.background import in_background
from tests.fleets.scripted_aws import wait_until
from tests.handler.conftest import assessed as looked_at
from tests.handler.conftest import opened
from tests.handler.deployed_web import NEVER, DeployedWeb
from tests.handler.lab_web import LabWeb
from tests.handler.refreshed_web import RefreshedWeb
from tests.handler.test_hooked_groups import Engine

SLOW, QUICK = 3.0, 0.1


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str


Rolling = Callable[..., Ran]


@pytest.fixture
def rolling(capsys: pytest.CaptureFixture[str]) -> Rolling:
    def run(*arguments: str) -> Ran:
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        told = capsys.readouterr()
        return Ran(int(ended.value.code or 0), told.out, told.err)

    return run


@dataclass
class Interrupted:
    """Group `web` of three on its way from version 1 to 2, one at a time with a floor of two; nobody drives it."""

    web: LabWeb
    olds: dict[str, object]
    news: dict[str, object]

    def is_over(self, version: str) -> bool:
        """The group is at the version with its sizes and processes, and holds nothing of ours."""
        group = self.web.group
        sizes = (group["minSize"], group["maxSize"], group["desired"])
        return (
            self.web.revisions() == {version}
            and group["launchTemplate"]["Version"] == version
            and sizes == (1, 6, 3)
            and (group["tags"], group["suspended"]) == ({}, [])
        )

    def floor(self) -> int:
        """Fewest in service since the group was whole."""
        counts: list[int] = [point["inService"] for point in self.web.lab.history("web")]
        return min(counts[counts.index(3) :])


@pytest.fixture
def interrupted(lab: Lab) -> Interrupted:
    web = LabWeb(lab, "ami-v1", "ami-v2", "ami-v3", size=3)
    olds = web.deploy(web.news("1"))
    lab.image("ami-v2", boot=SLOW)
    dead = threading.Event()
    web.context = replace(web.context, orphaned=dead.is_set)
    news = web.news("2", maxBatchSize=1, minInstancesInService=2)
    rolled = web.in_background(olds, news)
    wait_until(lambda: any(m["revision"] == "2" for m in web.group["members"]), 20.0)
    dead.set()
    with pytest.raises(OrphanedError):
        rolled.result(20)
    web.context = replace(web.context, orphaned=lambda: False)
    lab.image("ami-v2", boot=QUICK)
    return Interrupted(web, olds, news)


def comes_from(news: Mapping[str, Any], olds: Mapping[str, Any], brought: str, deployed: str) -> None:
    """A new rollout before any update returns to what the group has been brought to, not to what state has.

    Unless state says that the last rollout did not end well: then nobody knows whether what is there was brought well.
    """
    situation = looked_at(opened(news, olds))
    assert str(situation.came_from) == brought and not situation.faults
    assert not any("no record" in each for each in situation.warnings), situation.warnings
    for status in ("interrupted", "mixed"):
        again = looked_at(opened(news, {**olds, "status": status}))
        assert str(again.came_from) == deployed


def test_finish_goes_on_by_the_policy_of_the_record(interrupted: Interrupted, rolling: Rolling) -> None:
    """The group comes to its target, one at a time and above the floor; the next update only takes note of it."""
    ran = rolling("finish", "web")
    assert ran.code == 0, ran.err
    assert ran.out.startswith("web: the rollout goes on to version 2\n")
    assert "/3 replaced, " in ran.out and ran.out.endswith(
        "web: done, on version 2; the next 'pulumi up' finds it there.\n"
    )
    assert interrupted.is_over("2") and interrupted.floor() == 2
    comes_from(interrupted.web.news("3"), interrupted.olds, "version 2", "version 1")
    launched = len(interrupted.web.group["members"])
    state = interrupted.web.update(interrupted.olds, interrupted.news)
    assert state["status"] == "stable" and str(state["revision"]).endswith(":2")
    assert len(interrupted.web.group["members"]) <= launched


def test_return_takes_the_group_back(interrupted: Interrupted, rolling: Rolling) -> None:
    """The group is on its former version as it was found, and the next update rolls it again."""
    ran = rolling("return", "web")
    assert ran.code == 0, ran.err
    assert ran.out.startswith("web: going back to version 1\n") and "web: back on version 1." in ran.out
    assert interrupted.is_over("1") and interrupted.floor() == 2
    interrupted.web.update(interrupted.olds, interrupted.news)
    assert interrupted.is_over("2")


def after(fact: Callable[[], bool], *acts: Callable[[], None]) -> None:
    """In the background, once the fact is true."""

    def work() -> None:
        wait_until(fact, 20.0)
        for act in acts:
            act()

    threading.Thread(target=work, daemon=True).start()


def interrupt(number: int = signal.SIGINT) -> None:
    os.kill(os.getpid(), number)


def test_ctrl_c_returns_and_a_second_one_stops(interrupted: Interrupted, rolling: Rolling, lab: Lab) -> None:
    """Once: the group goes back, code 1. SIGTERM, as a second Ctrl-C: nothing more is done, code 130, record kept."""
    lab.image("ami-v2", boot=10 * SLOW)
    web = interrupted.web
    after(lambda: "rolling:lease" in web.group["tags"], lambda: interrupt(signal.SIGTERM))
    ran = rolling("finish", "web")
    assert ran.code == 130 and "web: stopping" in ran.err
    assert "'rolling finish web' goes on, 'rolling return web' takes it back" in ran.out
    assert "rolling:record.0" in web.group["tags"] and "rolling:lease" not in web.group["tags"]

    after(lambda: "rolling:lease" in web.group["tags"], interrupt)
    ran = rolling("finish", "web")
    assert ran.code == 1 and "going back; Ctrl-C once more stops it" in ran.err
    assert "rolling: aborted on request. Group web is back on version 1" in ran.err
    assert interrupted.is_over("1")


def test_what_cannot_be_gone_on_with_is_told(interrupted: Interrupted, rolling: Rolling) -> None:
    """A driver that lives, and a record without its policy: one line, and nothing is done."""
    web, lab = interrupted.web, interrupted.web.lab
    lab.image("ami-v2", boot=10 * SLOW)
    dead = threading.Event()
    web.context = replace(web.context, orphaned=dead.is_set)
    driven = web.in_background(interrupted.olds, interrupted.news)
    wait_until(lambda: "rolling:lease" in web.group["tags"], 20.0)
    ran = rolling("return", "web")
    assert ran.code == 1 and "web is being rolled by driver " in ran.err
    dead.set()
    with pytest.raises(OrphanedError):
        driven.result(20)
    policies = [key for key in web.group["tags"] if key.startswith("rolling:policy.")]
    assert len(policies) == 1
    web.asg.delete_tags(
        Tags=[{"ResourceId": "web", "ResourceType": "auto-scaling-group", "Key": key} for key in policies]
    )
    for verb in ("finish", "return"):
        ran = rolling(verb, "web")
        assert (ran.code, ran.err.count("\n")) == (1, 1) and "has no policy beside it. Go on" in ran.err


def test_a_rollout_that_another_driver_ended_is_not_begun_anew(
    interrupted: Interrupted, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ended after our first look or after our last one before the lease: one line, and the group is let be."""
    web, before = interrupted.web, interrupted.web.group
    marks = [
        {"ResourceId": "web", "ResourceType": "auto-scaling-group", "Key": key} for key in before["tags"]
    ]
    kept = [{**mark, "Value": before["tags"][mark["Key"]], "PropagateAtLaunch": False} for mark in marks]

    def ended_meanwhile(found: Continued) -> None:
        with pytest.raises(RollingError, match=f"Rollout {found.operation.continues} of web was ended by"):
            found.drive()
        assert (web.group["tags"], web.group["suspended"]) == ({}, before["suspended"])

    found = interrupted_on("web", Defaults(), web.context, back=False)
    web.asg.delete_tags(Tags=marks)
    ended_meanwhile(found)
    web.asg.create_or_update_tags(Tags=kept)

    def assessed_before(operation: Operation) -> tuple[Operation, Situation]:
        found = assessed(operation)
        web.asg.delete_tags(Tags=marks)
        return found

    monkeypatch.setattr(driving, "assessed", assessed_before)
    ended_meanwhile(interrupted_on("web", Defaults(), web.context, back=True))


def test_a_group_without_a_record_has_nothing_to_finish(rolling: Rolling, lab: Lab) -> None:
    """Both verbs say so in one line."""
    LabWeb(lab, "ami-v1", size=1)
    for verb in ("finish", "return"):
        ran = rolling(verb, "web")
        assert (ran.code, ran.err) == (1, "rolling: web has no rollout that was interrupted.\n")


def test_a_refresh_is_gone_on_with_and_taken_back(rolling: Rolling, lab: Lab) -> None:
    """The service's own operation is followed to its end, or returned, by the record's policy."""
    web = RefreshedWeb(lab)
    lab.image("ami-v2", boot=SLOW)
    news = web.wants("2", instanceWarmup=0)
    web.killed(news, web.is_mixed)
    ran = rolling("finish", "web")
    assert ran.code == 0 and ran.out.endswith(
        "web: done, on version 2; the next 'pulumi up' finds it there.\n"
    )
    assert web.revisions() == {"2"} and web.keeps_no_mark()
    comes_from(web.wants("3"), web.state, "version 2", "version 1")
    web.up(news)
    web.killed(web.wants("3", instanceWarmup=0), web.is_mixed)
    ran = rolling("return", "web")
    assert ran.code == 0 and "web: back on version 2." in ran.out, ran.err
    assert web.revisions() == {"2"} and web.keeps_no_mark() and web.stored == "2"


def killed_by_group(web: DeployedWeb, former: str, definition: str) -> None:
    web.up(web.wants(former, maximumPercent=150))
    web.killed(web.wants(definition, maximumPercent=150), web.is_at_work)


def killed_by_attribute(web: DeployedWeb, former: str, definition: str) -> None:
    engine = Engine()
    arn = web.service()["serviceArn"]
    own = {"name": "web", "cluster": web.service()["clusterArn"], "id": arn, "taskDefinition": former}
    called = Called("urn:web", "web", ECS_SERVICE.type, own, {**own, "taskDefinition": definition}, own, None)
    given = Given({"ecsDeployment": {"maximumPercent": 150}}, None, {}, {}, dry_run=False)
    update = in_background(HookedGroups(lambda name: None, engine.log).hear, called, given)
    wait_until(web.is_at_work, 20.0)
    engine.end()
    with pytest.raises(OrphanedError):
        update.result(20)
    assert "prod/web: 'rolling abort prod/web' ends this roll; Ctrl-C waits for it" in engine.said
    engine.channel.close()


@pytest.mark.parametrize("killed", [killed_by_group, killed_by_attribute])
def test_a_deployment_of_ecs_is_gone_on_with_and_taken_back(
    rolling: Rolling, lab: Lab, killed: Callable[[DeployedWeb, str, str], None]
) -> None:
    """Whichever face began it: the deployment at work is followed to its end, or returned by ECS."""
    web = DeployedWeb(lab)
    lab.image("app:2", boot=SLOW)
    killed(web, *web.arns[:2])
    begun = web.service()["deployments"][0]["id"]
    ran = rolling("finish", "prod/web")
    assert ran.code == 0, ran.err
    assert ran.out.startswith("prod/web: the rollout goes on to web:2\n")
    assert ran.out.endswith("prod/web: done, on web:2; the next 'pulumi up' finds it there.\n"), ran.out
    assert (web.truth(), web.keeps_no_mark()) == ({"web:2": 2}, True)
    assert web.service()["deployments"][0]["id"] == begun
    if killed is killed_by_group:
        comes_from(web.wants(web.arns[2]), web.state, "web:2", "web:1")
    lab.image("app:3", **NEVER)
    killed(web, *web.arns[1:])
    ran = rolling("return", web.service()["serviceArn"])
    assert ran.code == 0, ran.err
    assert "back on web:2." in ran.out, ran.out
    assert "circuit breaker" not in ran.out, "the policy cannot be changed any more"
    assert (web.truth(), web.keeps_no_mark()) == ({"web:2": 2}, True)
    assert web.statuses_of_deployments()[0] == "ROLLBACK_SUCCESSFUL"
