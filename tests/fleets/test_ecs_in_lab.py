"""The ECS service against the lab, driven by the delegate machine: what ECS does, and what is true then."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import boto3
import pytest
from pulumi_rolling.core.delegate.actions import Begin, Continue, RollBack, Stop
from pulumi_rolling.core.delegate.delegating import DelegateDecision
from pulumi_rolling.core.delegate.limits import DelegateLimits
from pulumi_rolling.core.delegate.operation import State
from pulumi_rolling.core.machine import DELEGATE
from pulumi_rolling.core.model.codes import VerdictCode
from pulumi_rolling.core.model.goal import Goal
from pulumi_rolling.fleets.aws.place import Place
from pulumi_rolling.fleets.delegate import Fleet
from pulumi_rolling.fleets.ecs_service import definitions
from pulumi_rolling.fleets.ecs_service.fleet import EcsFleet
from pulumi_rolling.fleets.ecs_service.listing import listed
from pulumi_rolling.lab import Lab

from tests.fleets.driven import Drive, Kept, Once, once, wait
from tests.fleets.stage import twice

WEB: dict[str, Any] = {"cluster": "default", "service": "web"}
BREAKER: dict[str, Any] = {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}
NO_RETURN: dict[str, Any] = {"deploymentCircuitBreaker": {"enable": True, "rollback": False}}
CRASHES = {"diesAfter": 0.02, "exitCode": 3}
RULES = {"unchecked": 0.1, "turning": 0.1, "returning": 0.1, "retry": 0.02, "currentLags": 3600.0}


class Svc(Drive):
    """The service ``web`` of the lab on image app:1, and the machine that has ECS move it to app:2."""

    def __init__(self, lab: Lab) -> None:
        super().__init__()
        self.lab = lab
        self.ecs = boto3.client("ecs")
        self.ecs.create_cluster(clusterName="default")
        self.one, self.two = self.define("app:1"), self.define("app:2")
        lab.service_rules(**RULES)

    def define(self, image: str, **given: Any) -> str:
        container = {"name": "app", "image": image, "memory": 64, **given}
        made = self.ecs.register_task_definition(family="web", containerDefinitions=[container])
        return str(made["taskDefinition"]["taskDefinitionArn"])

    def create(self, desired: int = 2, definition: str = "", **configuration: Any) -> None:
        self.ecs.create_service(
            cluster="default",
            serviceName="web",
            desiredCount=desired,
            taskDefinition=definition or self.one,
            deploymentConfiguration=configuration,
        )

    def serve(self, desired: int = 2, **configuration: Any) -> None:
        self.create(desired, **configuration)
        self.settled()

    def settled(self) -> None:
        wait(lambda: self.service()["deployments"][0]["rolloutState"] == "COMPLETED")

    def service(self) -> dict[str, Any]:
        (found,) = self.ecs.describe_services(cluster="default", services=["web"])["services"]
        return dict(found)

    def truth(self) -> dict[str, int]:
        """Tasks that run, by their revision."""
        tasks = [each for each in self.lab.service("web")["tasks"] if each["desiredStatus"] == "RUNNING"]
        found: dict[str, int] = {}
        for each in tasks:
            found[each["revision"]] = found.get(each["revision"], 0) + 1
        return found

    def statuses(self) -> list[str]:
        """Of each service deployment, the newest first."""
        return [each["status"] for each in self.lab.service("web")["serviceDeployments"]]

    def numbers(self) -> list[str]:
        """Ids of the deployments that were begun, the newest first."""
        return [each["target"] for each in self.lab.service("web")["serviceDeployments"]]

    def is_at_work(self) -> bool:
        return len(self.service()["deployments"]) > 1

    def fleet(self, wanted: str | None = None) -> EcsFleet:
        fleet = EcsFleet(None, "web", wanted=wanted or self.two, place=Place.of(), retry=once)
        checked: Fleet = fleet
        assert checked.name == "default/web"
        return fleet

    def limits(self, configuration: Mapping[str, Any] | None = None, **more: Any) -> DelegateLimits:
        sent = {} if configuration is None else {"deploymentConfiguration": configuration}
        return DelegateLimits(
            preferences=sent,
            **{"settle": 0.6, "poll": 0.01, "returns_by_itself": True, "timeout": 25.0} | more,
        )

    def roll(
        self,
        *requests: tuple[Callable[[], bool], str],
        fleet: EcsFleet | None = None,
        limits: DelegateLimits | None = None,
        forced: bool = False,
    ) -> DelegateDecision:
        fleet = fleet or self.fleet()
        goal = Goal("roll", fleet.target(), fleet.facts().current, forced=forced)
        return self.drive(fleet, limits or self.limits(), goal, *requests)

    def reasons(self) -> str:
        return " | ".join(
            dict.fromkeys(r for point in self.points for each in point.operations for r in each.reasons)
        )


@pytest.fixture
def svc(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> Svc:
    """A lab that was emptied counts task definitions from one again."""
    monkeypatch.setattr(definitions, "_definitions", {})
    return Svc(lab)


def test_a_service_is_moved_by_one_deployment_followed_by_its_number(svc: Svc) -> None:
    """One UpdateService; the operation is the answer's PRIMARY, with our token, whatever the service calls current."""
    svc.serve()
    fleet = svc.fleet()
    decision = svc.roll(fleet=fleet, limits=svc.limits({"maximumPercent": 150, "minimumHealthyPercent": 50}))
    assert decision.outcome is not None and decision.outcome.done
    assert (svc.kinds(), svc.truth()) == ([Begin], {"web:2": 2})
    assert svc.states()[-1] is State.SUCCEEDED
    (primary,) = svc.service()["deployments"]
    ours = next(one for point in svc.points for one in point.operations if one.token)
    assert (ours.id, ours.token, ours.leads_to) == (primary["id"], "roll-1", fleet.target().digest)
    assert svc.service()["deploymentConfiguration"]["maximumPercent"] == 150
    going = [p for p in svc.points if p.operations[0].id == ours.id and not p.operations[0].is_over]
    assert {point.pointer for point in going} <= {fleet.at(svc.one).digest}


def test_a_breakers_rollback_is_a_failure_that_names_task_container_and_exit_code(svc: Svc) -> None:
    """ROLLBACK_SUCCESSFUL: failed and returned, though the service is stable; the cause is in the one sentence."""
    svc.lab.image("app:2", **CRASHES)
    svc.serve(**BREAKER)
    decision = svc.roll()
    assert decision.outcome is not None and decision.outcome.returned
    verdict = decision.next.verdict
    assert verdict is not None and verdict.code is VerdictCode.OPERATION_FAILED
    assert verdict.cause.startswith("Service deployment rolled back because the circuit breaker threshold")
    assert (
        "container app, exit code 3" in verdict.cause
        and "Essential container in task exited" in verdict.cause
    )
    assert (svc.kinds(), svc.truth()) == ([Begin], {"web:1": 2})
    assert svc.fleet().facts().pointer == svc.one


def test_a_first_deployment_has_no_way_back_and_its_cause_is_told(svc: Svc) -> None:
    """ROLLBACK_FAILED hides the cause: breaker and task are what the verdict says. One that stands so is begun anew."""
    svc.lab.image("app:2", launchError="CannotPullContainerError")
    svc.create(definition=svc.two, **BREAKER)
    wait(lambda: svc.statuses() == ["ROLLBACK_FAILED"])
    fleet = svc.fleet()
    assert fleet.facts().first
    decision = svc.drive(fleet, svc.limits(), Goal("roll", fleet.target(), None, fresh=True))
    verdict = decision.next.verdict
    assert decision.outcome is not None and not decision.outcome.done
    assert verdict is not None and verdict.code is VerdictCode.OPERATION_FAILED
    assert (
        "circuit breaker threshold was exceeded" in verdict.cause and "CannotPullContainer" in verdict.cause
    )
    assert "No rollback candidate" in svc.reasons()
    assert (svc.kinds(), svc.statuses()) == ([Begin], ["ROLLBACK_FAILED"] * 2)


@pytest.mark.parametrize(
    ("do", "code", "status"),
    [
        ("crash", VerdictCode.OPERATION_FAILED, "STOPPED"),
        ("ABORT", VerdictCode.OPERATION_STOPPED, "STOPPED"),
        ("ROLLBACK", VerdictCode.OPERATION_RETURNED, "ROLLBACK_SUCCESSFUL"),
    ],
)
def test_what_ecs_leaves_is_returned_by_us_and_a_strangers_hand_is_named(
    do: str, code: VerdictCode, status: str, svc: Svc
) -> None:
    """A breaker without rollback and an ABORT leave the service mixed; a rollback by a user returned it already."""
    svc.lab.image("app:2", **(CRASHES if do == "crash" else {"inService": False}))
    svc.serve(**NO_RETURN)
    at_work = Once(svc.is_at_work)

    def stranger() -> bool:
        if do != "crash" and at_work():
            svc.lab.move_service("web", stop=do)
        return False

    decision = svc.roll((stranger, "resume"), limits=svc.limits(returns_by_itself=False))
    assert decision.outcome is not None and decision.outcome.returned
    verdict = decision.next.verdict
    assert verdict is not None and verdict.code is code
    assert svc.truth() == {"web:1": 2} and svc.fleet().facts().pointer == svc.one
    assert svc.kinds() == ([Begin] if status != "STOPPED" else [Begin, Begin])
    assert status in svc.statuses()


def test_a_strangers_deployment_supersedes_ours_is_named_and_left(svc: Svc) -> None:
    """Theirs goes on: nothing of it is stopped, and no other is begun."""
    svc.lab.image("app:2", inService=False)
    third = svc.define("app:3")
    svc.lab.image("app:3", inService=False)
    svc.serve()
    at_work = Once(svc.is_at_work)

    def stranger() -> bool:
        if at_work():
            svc.lab.move_service("web", taskDefinition=third)
        return False

    decision = svc.roll((stranger, "resume"))
    verdict = decision.next.verdict
    assert verdict is not None and verdict.code is VerdictCode.STRANGERS_OPERATION
    assert svc.service()["deployments"][0]["id"] in verdict.cause
    assert svc.kinds() == [Begin] and svc.statuses()[0] == "IN_PROGRESS"


def test_an_abort_asks_ecs_to_return_what_it_has_done(svc: Svc) -> None:
    """StopServiceDeployment with ROLLBACK on ours; the former tasks never left, and no deployment is begun for it."""
    svc.lab.image("app:2", inService=False)
    svc.serve()
    decision = svc.roll((Kept(svc.is_at_work), "abort"))
    assert decision.outcome is not None and decision.outcome.returned
    assert (svc.kinds(), svc.truth()) == ([Begin, RollBack], {"web:1": 2})
    assert svc.statuses() == ["ROLLBACK_SUCCESSFUL", "SUCCESSFUL"]


@pytest.mark.parametrize("way", ["none", "denied"])
@pytest.mark.parametrize("end", ["good", "crash", "abort"])
def test_without_service_deployments_the_services_own_list_tells(way: str, end: str, svc: Svc) -> None:
    """Success, the breaker's way back and ours, where ECS keeps no service deployments or does not list them to us."""
    images: dict[str, dict[str, Any]] = {"good": {}, "crash": CRASHES, "abort": {"inService": False}}
    svc.lab.image("app:2", **images[end])
    if way == "none":
        svc.lab.service_rules(serviceDeployments=False)
    else:
        svc.lab.fault("ListServiceDeployments", error="AccessDeniedException")
    svc.serve(**BREAKER)
    fleet = svc.fleet()
    requests = [(Kept(svc.is_at_work), "abort")] if end == "abort" else []
    decision = svc.roll(*requests, fleet=fleet)
    assert decision.outcome is not None
    assert (decision.outcome.done, bool(decision.outcome.returned)) == (end == "good", end != "good")
    assert svc.truth() == ({"web:2": 2} if end == "good" else {"web:1": 2})
    kinds: list[type] = [Begin] if end != "abort" else [Begin, RollBack, Stop, Begin]
    assert svc.kinds() == kinds
    assert bool(fleet.facts().untold) is (way == "denied")
    if end == "crash":
        verdict = decision.next.verdict
        assert verdict is not None and "exit code 3" in verdict.cause


def test_a_pause_shows_its_stage_and_what_happens_without_a_word(svc: Svc) -> None:
    """The gate is the stage with the hook's id; it ends by ContinueServiceDeployment, or by its own timeout."""
    svc.serve()
    as_read = svc.fleet().facts().configuration
    hook = {"targetType": "PAUSE", "lifecycleStages": ["POST_SCALE_UP"]}
    wanted = {**as_read, "strategy": "BLUE_GREEN", "bakeTimeInMinutes": 0, "lifecycleHooks": [hook]}

    def stands() -> bool:
        return State.AT_GATE in svc.states()

    decision = svc.roll((stands, "approve"), limits=svc.limits(wanted, approval=True))
    assert decision.outcome is not None and decision.outcome.done
    assert svc.kinds() == [Begin, Continue] and svc.truth() == {"web:2": 2}
    gate = next(one.gate for point in svc.points for one in point.operations if one.gate is not None)
    assert gate.name.startswith("POST_SCALE_UP:") and gate.by_word and not gate.goes_on
    assert gate.lasts is not None and 86_000 < gate.lasts <= 86_401


def test_an_early_success_goes_on_until_old_tasks_are_gone(svc: Svc) -> None:
    """DEFERRED: SUCCESSFUL while old tasks run is said as what it is, and counts once they are gone."""
    svc.serve()
    (guarded,) = [each["id"] for each in svc.lab.service("web")["tasks"]][:1]
    svc.lab.task(guarded, "protect")
    early = {"enable": True, "healthyPercent": 100, "sourceServiceRevisionCleanup": "DEFERRED"}

    def let_go() -> bool:
        if "old task is still running" in svc.reasons():
            svc.lab.task(guarded, "unprotect")
        return False

    decision = svc.roll((let_go, "resume"), limits=svc.limits({"earlySuccessCriteria": early}))
    assert decision.outcome is not None and decision.outcome.done
    assert "declared successful at 100 %, and 1 old task is still running" in svc.reasons()
    assert (svc.kinds(), svc.truth()) == ([Begin], {"web:2": 2})


def test_a_driver_killed_after_its_call_finds_its_deployment_again(svc: Svc) -> None:
    """Another process knows the record alone: by target and start it takes up the one deployment, and begins none."""
    svc.serve()
    first = svc.fleet()
    found, goal = first.facts(), Goal("roll", first.target(), first.facts().current)
    begun = DELEGATE.decide(
        svc.limits(), DELEGATE.begin(goal, found.observation, found.observation.at), found.observation
    )
    (act,) = begun.actions
    first.apply(act)
    second = svc.fleet()
    record = DELEGATE.resume(begun.next, second.facts().observation.at)
    decision = svc.go_on(second, svc.limits(), record)
    assert decision.outcome is not None and decision.outcome.done
    assert svc.kinds() == [] and svc.statuses() == ["SUCCESSFUL", "SUCCESSFUL"]


def test_an_answer_that_was_lost_begins_no_second_deployment(svc: Svc) -> None:
    """A repeated attempt looks first, also where the deployment is forced."""
    svc.serve()
    svc.lab.fault("UpdateService", error="lost", times=1)
    fleet = EcsFleet(None, "web", wanted=svc.two, place=Place.of(), retry=twice)
    preferences = {"forceNewDeployment": True}
    decision = svc.roll(fleet=fleet, limits=replace(svc.limits(), preferences=preferences))
    assert decision.outcome is not None and decision.outcome.done
    assert svc.kinds() == [Begin] and svc.statuses() == ["SUCCESSFUL", "SUCCESSFUL"]


def test_the_same_task_definition_is_deployed_anew_where_that_is_forced(svc: Svc) -> None:
    """A tag that stands for another image now: all tasks match before, and are replaced all the same."""
    svc.serve()
    before = {each["id"] for each in svc.lab.service("web")["tasks"]}
    fleet = svc.fleet(svc.one)
    preferences = {"forceNewDeployment": True}
    decision = svc.roll(fleet=fleet, forced=True, limits=replace(svc.limits(), preferences=preferences))
    assert decision.outcome is not None and decision.outcome.done
    running = {each["id"] for each in svc.lab.service("web")["tasks"] if each["desiredStatus"] == "RUNNING"}
    assert svc.kinds() == [Begin] and not running & before


@pytest.mark.parametrize(
    ("end", "returned", "kinds"),
    [
        ("breaker", True, [Begin]),
        ("abort", True, [Begin, RollBack]),
        ("ABORT", False, [Begin]),
        ("untold", False, [Begin, RollBack]),
    ],
)
def test_a_forced_deployment_is_returned_by_ecs_alone_or_said_to_be_not(
    end: str, returned: bool, kinds: list[type], svc: Svc
) -> None:
    """Same task definition, another image behind its tag: only ECS's own way back brings the former image back."""
    svc.lab.image("app:1", digest="sha256:good")
    svc.serve(**BREAKER)
    behaviour = CRASHES if end == "breaker" else {"inService": False}
    svc.lab.image("app:1", digest="sha256:bad", **behaviour)
    at_work, ours = Once(svc.is_at_work), Kept(svc.is_at_work)

    def stranger() -> bool:
        if at_work():
            svc.lab.move_service("web", stop="ABORT")
        return False

    asked: list[tuple[Callable[[], bool], str]] = [] if end == "breaker" else [(ours, "abort")]
    if end == "ABORT":
        asked = [(stranger, "resume")]
    if end == "untold":
        svc.lab.fault("StopServiceDeployment", error="AccessDeniedException")
    limits = svc.limits(returns_equals=True)
    limits = replace(limits, preferences={"forceNewDeployment": True})
    decision = svc.roll(*asked, fleet=svc.fleet(svc.one), forced=True, limits=limits)
    assert decision.outcome is not None and bool(decision.outcome.returned) is returned
    assert svc.kinds()[: len(kinds)] == kinds and svc.kinds().count(Begin) == 1
    digests = {
        each["digests"].get("app")
        for each in svc.lab.service("web")["tasks"]
        if each["desiredStatus"] == "RUNNING"
    }
    assert digests == {"sha256:good"} or not returned


def test_the_service_is_known_by_its_words_and_its_tags(svc: Svc) -> None:
    """Family, ARN and cluster/name; marks beside the owner's tags; a configuration alone starts nothing."""
    svc.serve()
    fleet = svc.fleet("web")
    assert (fleet.target().address, fleet.target().label) == (svc.two, "web:2")
    assert any("is web:2 now" in note for note in fleet.glance().notes)
    assert svc.fleet("web:1").target() == svc.fleet().at(svc.one)
    arn = svc.service()["serviceArn"]
    svc.ecs.tag_resource(resourceArn=arn, tags=[{"key": "team", "value": "a"}])
    fleet.write_marks({"rolling:lease": "x y 1"})
    assert (fleet.marks(), fleet.glance().tags["team"]) == ({"rolling:lease": "x y 1"}, "a")
    assert [(each.name, each.members, dict(each.tags)) for each in listed(fleet._api)] == [
        ("default/web", 2, {"team": "a", "rolling:lease": "x y 1"})
    ]
    assert [each.name for each in listed(fleet._api, ["default/web", "gone/away", "none"])] == ["default/web"]
    fleet.remove_marks(["rolling:lease"])
    assert EcsFleet("default", arn, wanted=None, place=Place.of(), retry=once).marks() == {}
    glance = svc.fleet().glance()
    assert (glance.pointer, glance.counts) == (svc.one, {svc.fleet().at(svc.one): 2})
    facts = svc.fleet().facts()
    assert (facts.desired, facts.first, facts.digest_pinned, facts.scheduling) == (2, False, False, "REPLICA")
    assert [m.revision.label for m in facts.members] == ["web:1"] * 2
    fleet.configure({**facts.configuration, "maximumPercent": 150})
    fleet.configure(fleet.facts().configuration)
    assert svc.service()["deploymentConfiguration"]["maximumPercent"] == 150
    assert len(svc.statuses()) == 1 and svc.lab.calls()["actions"]["UpdateService"] == 1


def test_a_definition_of_equal_contents_is_the_same_revision(svc: Svc) -> None:
    """Another number is none to roll to; the order of environment variables means nothing, their values do."""
    pairs = [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]
    same = [svc.define("app:1", environment=each) for each in (pairs, pairs[::-1])]
    other = svc.define("app:1", environment=[{"name": "A", "value": "2"}, pairs[1]])
    fleet = svc.fleet()
    a, b, c = (fleet.at(each).digest for each in (*same, other))
    assert a == b != c
    assert fleet.contents(fleet.at(other))["containerDefinitions"][0]["environment"][0]["value"] == "2"
    gone = fleet.at(same[0].rpartition(":")[0] + ":99")
    assert not gone.exists and gone.label == "web:99"


def test_an_alarm_is_named_and_ecs_returns_the_service(svc: Svc) -> None:
    """The alarm that ECS watches fails the deployment; its name is in the sentence."""
    svc.lab.image("app:2", inService=False)
    svc.lab.alarm("errors", "OK")
    svc.serve(alarms={"alarmNames": ["errors"], "enable": True, "rollback": True})
    at_work = Once(svc.is_at_work)

    def ring() -> bool:
        if at_work():
            svc.lab.alarm("errors", "ALARM")
        return False

    decision = svc.roll((ring, "resume"))
    assert decision.outcome is not None and decision.outcome.returned
    verdict = decision.next.verdict
    assert verdict is not None and verdict.code is VerdictCode.OPERATION_FAILED and "errors" in verdict.cause
    assert (svc.kinds(), svc.truth()) == ([Begin], {"web:1": 2})


def test_stale_reads_and_a_late_list_begin_no_second_deployment(svc: Svc) -> None:
    """Both are within a settle time: pending is no failure, and what was seen before is no end."""
    svc.serve()
    svc.lab.service_rules(listed=0.3, pending=0.1)
    svc.lab.fault("*", stale=0.2)
    # A late look at the first deployment would show it on its way: a stranger, as it must be.
    svc.settled()
    decision = svc.roll(limits=svc.limits(settle=5.0))
    assert decision.outcome is not None and decision.outcome.done
    assert svc.kinds() == [Begin] and svc.statuses() == ["SUCCESSFUL", "SUCCESSFUL"]
