"""An ECS service that ECS rolls: what is called, in which order, how often, and what is never called."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from pulumi_rolling.core.delegate.actions import Begin, Continue, Pause, RollBack, Stop
from pulumi_rolling.core.delegate.delegating import Delegating, Way
from pulumi_rolling.core.delegate.operation import State
from pulumi_rolling.core.model.codes import VerdictCode
from pulumi_rolling.core.model.goal import Goal
from pulumi_rolling.core.model.member import Revision
from pulumi_rolling.core.model.verdict import Verdict
from pulumi_rolling.errors import BusyFleetError, GroupNotFoundError, PermanentFleetError
from pulumi_rolling.fleets.aws.api import ECS, NOT_KNOWN, AwsApi
from pulumi_rolling.fleets.ecs_service.fleet import EcsFleet
from pulumi_rolling.fleets.ecs_service.listing import listed
from pulumi_rolling.fleets.ecs_service.names import full_name, named

from tests.fleets.scripted_aws import Answer, ScriptedAws, refused
from tests.fleets.stage import once

ONE, TWO = ("arn:aws:ecs:us-east-1:1:task-definition/web:" + each for each in "12")
SERVICE = "arn:aws:ecs:us-east-1:1:service/default/web"
OURS = "arn:aws:ecs:us-east-1:1:service-deployment/default/web/aaa"
OLD, NEW = "ecs-svc/100", "ecs-svc/200"


def at(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def deployment(ident: str, definition: str, rollout: str = "COMPLETED", **more: Any) -> Answer:
    return {
        "id": ident,
        "status": "PRIMARY",
        "taskDefinition": definition,
        "desiredCount": 2,
        "runningCount": 2,
        "pendingCount": 0,
        "createdAt": at(float(ident.rpartition("/")[2])),
        "rolloutState": rollout,
        **more,
    }


BEFORE = deployment(OLD, ONE)
MOVING = (
    deployment(NEW, TWO, "IN_PROGRESS", runningCount=0, pendingCount=1),
    {**BEFORE, "status": "ACTIVE"},
)


def service(*deployments: Answer, name: str = "web", **more: Any) -> Answer:
    return {
        "serviceArn": SERVICE.replace("web", name),
        "serviceName": name,
        "status": "ACTIVE",
        "desiredCount": 2,
        "runningCount": 2,
        "deployments": list(deployments or (BEFORE,)),
        "currentServiceDeployment": "arn:stale",
        "deploymentConfiguration": {"maximumPercent": 200},
        **more,
    }


def rollout(arn: str = OURS, number: str = "200", status: str = "IN_PROGRESS", **more: Any) -> Answer:
    return {
        "serviceDeploymentArn": arn,
        "status": status,
        "createdAt": at(float(number)),
        "targetServiceRevision": {"requestedTaskCount": 2, "runningTaskCount": 1},
        **more,
    }


def brief(arn: str = OURS, number: str = "200", status: str = "IN_PROGRESS") -> Answer:
    revision = f"arn:aws:ecs:us-east-1:1:service-revision/default/web/{number}"
    return {
        "serviceDeploymentArn": arn,
        "status": status,
        "createdAt": at(float(number)),
        "targetServiceRevisionArn": revision,
    }


class Scripted:
    """A fleet of the service ``web`` on scripted AWS."""

    def __init__(self, aws: ScriptedAws) -> None:
        self.aws = aws
        self.shows(service())
        aws.answer("DescribeTaskDefinition", self._definition)
        aws.answer("UpdateService", {"service": service(*MOVING)})
        aws.answer("StopServiceDeployment", {"serviceDeploymentArn": OURS})
        aws.answer("ContinueServiceDeployment", {"serviceDeploymentArn": OURS})
        aws.answer("ListTasks", {"taskArns": []})
        self.lists(brief())
        self.tells(rollout())

    def _definition(self, parameters: Answer) -> Answer:
        arn = parameters["taskDefinition"]
        container = {"name": "app", "image": f"app:{arn[-1]}"}
        return {
            "taskDefinition": {
                "taskDefinitionArn": arn,
                "status": "ACTIVE",
                "containerDefinitions": [container],
            }
        }

    def shows(self, *services: Answer) -> None:
        self.aws.answer("DescribeServices", *({"services": [each]} for each in services))

    def lists(self, *briefs: Answer) -> None:
        self.aws.answer("ListServiceDeployments", {"serviceDeployments": list(briefs)})

    def tells(self, *rollouts: Answer) -> None:
        self.aws.answer("DescribeServiceDeployments", {"serviceDeployments": list(rollouts)})

    def fleet(self, name: str = "web", retry: Any = once) -> EcsFleet:
        return EcsFleet(None, name, wanted=TWO, place=self.aws.place, retry=retry)


@pytest.fixture
def web(aws: ScriptedAws) -> Scripted:
    return Scripted(aws)


def to(fleet: EcsFleet, arn: str = TWO, **preferences: Any) -> Begin:
    return Begin(fleet.at(arn), "r-1", preferences)


def following(fleet: EcsFleet, **more: Any) -> Delegating:
    goal = Goal("r", fleet.at(TWO), fleet.at(ONE))
    return replace(Delegating(goal=goal, started_at=1.0, way=Way(operation=NEW)), **more)


def state_of(fleet: EcsFleet, record: Delegating) -> State:
    return next(each.state for each in fleet.observe(record).observation.operations if each.id == NEW)


def test_a_deployment_is_begun_by_one_call_after_one_look(web: Scripted) -> None:
    """The task definition, the configuration whole, and no force where the definition is another one."""
    fleet = web.fleet()
    configuration = {"maximumPercent": 150, "minimumHealthyPercent": 50}
    fleet.apply(to(fleet, deploymentConfiguration=configuration))
    (sent,) = web.aws.sent("UpdateService")
    assert sent == {
        "cluster": "default",
        "service": "web",
        "taskDefinition": TWO,
        "deploymentConfiguration": configuration,
    }
    assert web.aws.operations()[-2:] == ["DescribeServices", "UpdateService"]
    web.shows(service(*MOVING))
    (ours,) = [each for each in fleet.observe(following(fleet)).observation.operations if each.token]
    assert (ours.id, ours.token) == (NEW, "r-1")


def test_the_definition_that_is_there_already_is_deployed_only_by_force(web: Scripted) -> None:
    """Without forceNewDeployment ECS would answer the same primary deployment, and nothing would move."""
    web.shows(service(deployment(OLD, TWO, "FAILED")))
    fleet = web.fleet()
    fleet.apply(to(fleet))
    assert web.aws.sent("UpdateService")[0]["forceNewDeployment"] is True


def test_an_answer_with_the_same_number_means_that_nothing_was_started(web: Scripted) -> None:
    """What the service does then is no operation of ours, so the begin is refused."""
    web.aws.answer("UpdateService", {"service": service()})
    fleet = web.fleet()
    with pytest.raises(PermanentFleetError, match=r"no deployment was started: ecs-svc/100 is still"):
        fleet.apply(to(fleet))


def test_a_deployment_that_began_since_the_look_is_in_the_way(web: Scripted) -> None:
    """UpdateService would supersede a stranger's without a word."""
    web.lists()
    fleet = web.fleet()
    fleet.observe(following(fleet, way=Way()))
    web.shows(service(*MOVING))
    with pytest.raises(BusyFleetError, match="ecs-svc/200"):
        fleet.apply(to(fleet, ONE))
    assert "UpdateService" not in web.aws.operations()


def test_following_costs_one_call_for_services_and_one_for_their_deployments(web: Scripted) -> None:
    """Two services of a cluster share both; a number that is known is not looked up again."""
    api_arn = OURS.replace("/web/", "/api/")
    web.aws.answer(
        "DescribeServices",
        lambda asked: {"services": [service(*MOVING, name=each) for each in asked["services"]]},
    )
    web.aws.answer(
        "ListServiceDeployments",
        lambda asked: {"serviceDeployments": [brief(OURS if asked["service"] == "web" else api_arn)]},
    )
    web.aws.answer(
        "DescribeServiceDeployments",
        lambda asked: {"serviceDeployments": [rollout(each) for each in asked["serviceDeploymentArns"]]},
    )
    fleets = [web.fleet(), web.fleet("api")]
    records = [following(each) for each in fleets]
    with ThreadPoolExecutor(2) as threads:
        for _ in range(2):
            web.aws.calls.clear()
            list(threads.map(lambda pair: pair[0].observe(pair[1]), zip(fleets, records, strict=True)))
    called = web.aws.operations()
    assert set(called) == {"DescribeServices", "DescribeServiceDeployments"}
    asked = max(
        web.aws.sent("DescribeServiceDeployments"), key=lambda sent: len(sent["serviceDeploymentArns"])
    )
    assert sorted(asked["serviceDeploymentArns"]) == sorted([OURS, api_arn])
    assert max(len(sent["services"]) for sent in web.aws.sent("DescribeServices")) == 2


@pytest.mark.parametrize(
    ("answer", "running", "state", "untold"),
    [
        ({"serviceDeployments": []}, 0, State.PENDING, False),
        ({"serviceDeployments": []}, 1, State.RUNNING, False),
        (refused("AccessDeniedException"), 1, State.RUNNING, True),
        (refused("UnsupportedFeatureException"), 0, State.PENDING, True),
    ],
)
def test_an_empty_list_is_pending_and_none_at_all_is_read_off_the_service(
    answer: Answer, running: int, state: State, untold: bool, web: Scripted
) -> None:
    """Neither is a failure; where there is none to be had, ECS is not asked again."""
    new = {**MOVING[0], "runningCount": running}
    web.shows(service(new, MOVING[1]))
    web.aws.answer("ListServiceDeployments", answer)
    fleet = web.fleet()
    assert [state_of(fleet, following(fleet)) for _ in range(2)] == [state, state]
    assert len(web.aws.sent("ListServiceDeployments")) == (1 if untold else 2)


def test_another_refusal_of_the_list_is_told(web: Scripted) -> None:
    """A cluster that is gone, or a call that is wrong, is no reason to look elsewhere."""
    web.aws.answer("ListServiceDeployments", refused("ClusterNotFoundException"))
    fleet = web.fleet()
    with pytest.raises(GroupNotFoundError):
        fleet.observe(following(fleet))
    web.aws.answer("ListServiceDeployments", refused("InvalidParameterException"))
    with pytest.raises(PermanentFleetError, match="InvalidParameterException"):
        fleet.observe(following(fleet))


def test_an_older_sdk_is_told_apart_from_a_refusal(web: Scripted) -> None:
    """The call that it lacks is named, and what to do."""
    with pytest.raises(PermanentFleetError, match="pip install --upgrade boto3") as caught:
        AwsApi(web.aws.place, once).call(ECS, "BeginTheImpossible")
    assert caught.value.code == NOT_KNOWN


def test_ours_is_stopped_returned_and_let_go_on_by_its_arn(web: Scripted) -> None:
    """ABORT returns nothing, ROLLBACK does, and a hook is answered by its id."""
    web.shows(service(*MOVING))
    fleet = web.fleet()
    fleet.apply(Stop(NEW))
    fleet.apply(RollBack(NEW, Revision(ONE, "x")))
    fleet.apply(Continue(NEW, "POST_SCALE_UP:hook-1"))
    assert web.aws.sent("StopServiceDeployment") == [
        {"serviceDeploymentArn": OURS, "stopType": "ABORT"},
        {"serviceDeploymentArn": OURS, "stopType": "ROLLBACK"},
    ]
    assert web.aws.sent("ContinueServiceDeployment") == [
        {"serviceDeploymentArn": OURS, "hookId": "hook-1", "action": "CONTINUE"}
    ]
    with pytest.raises(PermanentFleetError, match="hooks"):
        fleet.apply(Pause(NEW))


def test_what_is_over_is_stopped_without_error_and_returned_by_nobody(web: Scripted) -> None:
    """A refused stop of one that ended is none; a way back of it there is none, and core is told so."""
    web.aws.answer("StopServiceDeployment", refused("ConflictException"))
    web.tells(rollout(status="SUCCESSFUL"))
    fleet = web.fleet()
    fleet.apply(Stop(NEW))
    with pytest.raises(PermanentFleetError, match="ConflictException"):
        fleet.apply(RollBack(NEW, Revision(ONE, "x")))
    web.aws.answer("ContinueServiceDeployment", refused("InvalidParameterException"))
    fleet.apply(Continue(NEW, "POST_SCALE_UP:hook-1"))
    web.tells(rollout(lifecycleHookDetails=[{"hookId": "hook-1", "status": "AWAITING_ACTION"}]))
    with pytest.raises(PermanentFleetError, match="InvalidParameterException"):
        fleet.apply(Continue(NEW, "POST_SCALE_UP:hook-1"))


def test_where_ecs_stops_nothing_the_next_deployment_supersedes_unless_none_follows(web: Scripted) -> None:
    """The documents name ROLLBACK alone: a refused ABORT is as good as a stop only when we begin another."""
    web.shows(service(*MOVING))
    web.aws.answer("StopServiceDeployment", refused("InvalidParameterException"))
    fleet = web.fleet()
    record = following(fleet)
    assert state_of(fleet, record) is State.RUNNING
    fleet.apply(Stop(NEW))
    assert state_of(fleet, record) is State.STOPPED
    closing = web.fleet()
    closing.observe(following(closing, verdict=Verdict(VerdictCode.ABORTED, 1.0)))
    with pytest.raises(PermanentFleetError, match="InvalidParameterException"):
        closing.apply(Stop(NEW))


@pytest.mark.parametrize(
    ("cluster", "name", "expected"),
    [
        (None, "web", ("default", "web")),
        ("prod", "web", ("prod", "web")),
        ("arn:aws:ecs:us-east-1:1:cluster/prod", SERVICE, ("prod", "web")),
        (None, SERVICE.replace("default", "prod"), ("prod", "web")),
        (None, "arn:aws:ecs:us-east-1:1:service/web", ("default", "web")),
        (None, "prod/web", ("prod", "web")),
    ],
)
def test_a_service_is_named_by_name_arn_or_in_one_word(
    cluster: str | None, name: str, expected: tuple[str, str]
) -> None:
    """What people call it is understood again."""
    assert named(cluster, name) == expected
    assert named(None, full_name(*expected)) == expected


def test_services_are_listed_ten_at_a_time_and_page_by_page(web: Scripted) -> None:
    """Twelve services of two pages are three calls beside those for the clusters."""
    arns = [f"arn:aws:ecs:us-east-1:1:service/prod/s{n}" for n in range(12)]
    web.aws.answer("ListClusters", {"clusterArns": ["arn:aws:ecs:us-east-1:1:cluster/prod"]})

    def pages(asked: Answer) -> Answer:
        if asked.get("nextToken"):
            return {"serviceArns": arns[11:]}
        return {"serviceArns": arns[:11], "nextToken": "t"}

    web.aws.answer("ListServices", pages)
    web.aws.answer(
        "DescribeServices",
        lambda asked: {"services": [service(name=each.rpartition("/")[2]) for each in asked["services"]]},
    )
    assert [each.name for each in listed(AwsApi(web.aws.place, once))] == [f"prod/s{n}" for n in range(12)]
    assert [len(sent["services"]) for sent in web.aws.sent("DescribeServices")] == [10, 2]


@pytest.mark.parametrize(
    "answer",
    [
        {"services": [], "failures": [{"reason": "MISSING"}]},
        {"services": [service(status="INACTIVE")]},
        refused("ClusterNotFoundException"),
    ],
)
def test_a_service_that_is_gone_is_told_as_gone(answer: Answer, web: Scripted) -> None:
    """Deleted, never made, or without its cluster."""
    web.aws.answer("DescribeServices", answer)
    with pytest.raises(GroupNotFoundError):
        web.fleet().glance()


def test_a_definition_that_is_no_more_active_is_refused_by_name_and_kept_as_origin(web: Scripted) -> None:
    """ECS deploys only what is ACTIVE, and returns by itself to what is not: people are told."""
    active = web._definition({"taskDefinition": ONE})["taskDefinition"]
    web.aws.answer("DescribeTaskDefinition", {"taskDefinition": {**active, "status": "INACTIVE"}})
    fleet = EcsFleet(None, "web", wanted=ONE, place=web.aws.place, retry=once)
    with pytest.raises(PermanentFleetError, match="web:1 is INACTIVE"):
        fleet.target()
    web.lists()
    assert any("web:1 is INACTIVE" in note for note in fleet.facts().notes)
    web.aws.answer(
        "DescribeTaskDefinition", refused("ClientException", "Unable to describe task definition.")
    )
    with pytest.raises(PermanentFleetError, match="There is no task definition"):
        fleet.target()


@pytest.mark.parametrize("second", [{"service": service()}, refused("InvalidParameterException")])
def test_a_bake_time_that_stays_is_ended_by_a_call_of_its_own(web: Scripted, second: Answer) -> None:
    """ECS may keep what is not named, and may have no bake time beside ROLLING: then it stays and says nothing."""
    former = {"maximumPercent": 150, "strategy": "ROLLING"}
    kept = service(deploymentConfiguration={**former, "bakeTimeInMinutes": 5})
    web.aws.answer("UpdateService", {"service": kept}, second)
    web.fleet().configure(former)
    told = [sent["deploymentConfiguration"] for sent in web.aws.sent("UpdateService")]
    assert told == [former, {**former, "bakeTimeInMinutes": 0}]
    web.aws.answer("UpdateService", {"service": kept}, refused("AccessDeniedException"))
    with pytest.raises(PermanentFleetError):
        web.fleet().configure(former)
