"""An ECS deployment against the live service: what is refused, warned of and said, and its limits."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi_rolling.core.delegate.limits import Foreseen, ForeseenGate, WayBack
from pulumi_rolling.core.model.goal import OnFailure
from pulumi_rolling.policy.check import parse_policy
from pulumi_rolling.policy.ecs_deployment.block import EcsDeployment
from pulumi_rolling.policy.ecs_deployment.feasibility import feasibility, notes
from pulumi_rolling.policy.ecs_deployment.found import Found
from pulumi_rolling.policy.ecs_deployment.limits import limits
from pulumi_rolling.policy.timing import Timing

from .conftest import by_path

DEPLOYMENT = "updatePolicy.ecsDeployment"
ON = {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}
SHIFTING = {**ON, "strategy": "BLUE_GREEN", "bakeTimeInMinutes": 10}
PAUSE = {"targetType": "PAUSE", "lifecycleStages": ["POST_SCALE_UP"]}


def deployment(**given: Any) -> EcsDeployment:
    return parse_policy({"ecsDeployment": given}).ecs_deployment


def service(desired: int = 4, **found: Any) -> Found:
    """A service whose breaker is on, with what else is said of it."""
    return Found(**{"desired": desired, "configuration": ON, "digest_pinned": True, **found})


def judged(found: Found, on_failure: OnFailure = OnFailure.ROLL_BACK, **given: Any) -> dict[str, str]:
    return by_path(feasibility(deployment(**given), found, on_failure)[0])


def warned(found: Found, **given: Any) -> str:
    return "\n".join(feasibility(deployment(**given), found)[1])


def told(found: Found, **given: Any) -> str:
    return "\n".join(notes(deployment(**given), found))


@pytest.mark.parametrize(
    ("desired", "minimum", "maximum", "keep", "top", "remedies"),
    [
        (2, 75, 149, 2, 2, (150, 50)),
        (3, 100, 125, 3, 3, (134, 66)),
        (3, 67, 100, 3, 3, (134, 66)),
        (1, 100, 150, 1, 1, (200, 0)),
    ],
)
def test_blocked_percentages_are_refused_with_the_numbers(
    desired: int, minimum: int, maximum: int, keep: int, top: int, remedies: tuple[int, int]
) -> None:
    """What is kept, what is allowed, and the nearest values that would let it move; ours or the service's own."""
    own = {**ON, "minimumHealthyPercent": minimum, "maximumPercent": maximum}
    for found in (
        judged(service(desired), minimumHealthyPercent=minimum, maximumPercent=maximum),
        judged(service(desired, configuration=own)),
    ):
        assert list(found) == [f"{DEPLOYMENT}.maximumPercent"]
        said = found[f"{DEPLOYMENT}.maximumPercent"]
        assert f"of {desired} task" in said and f"keeps {keep} (rounded up)" in said
        assert f"maximumPercent {maximum} allows {top} (rounded down)" in said
        assert f"to at least {remedies[0]}, or minimumHealthyPercent to at most {remedies[1]}." in said


def test_what_is_not_blocked_is_not_refused() -> None:
    """Room for one, no task to replace, no task at all, and a strategy that needs no room within the percentages."""
    blocks: dict[str, Any] = {"minimumHealthyPercent": 100, "maximumPercent": 125}
    assert judged(service(4), **blocks) == {}
    assert judged(service(3, old=0), **blocks) == {}
    assert judged(service(0), **blocks) == {}
    assert judged(service(3, configuration=SHIFTING, has_load_balancer=True), **blocks) == {}


@pytest.mark.parametrize(
    ("controller", "whose"), [("CODE_DEPLOY", "begun by CodeDeploy"), ("EXTERNAL", "made by another tool")]
)
def test_a_foreign_controller_is_refused_with_the_migration(controller: str, whose: str) -> None:
    """UpdateService itself takes another controller; nothing else is said of such a service."""
    found = service(3, controller=controller, protected=1)
    told_of = judged(found, maximumPercent=125)
    assert list(told_of) == ["ecsService.deploymentController"]
    said = told_of["ecsService.deploymentController"]
    assert (
        whose in said
        and "deploymentController {type: ECS}" in said
        and "BLUE_GREEN, LINEAR or CANARY" in said
    )
    assert (warned(found), told(found)) == ("", "")


@pytest.mark.parametrize(
    ("given", "own", "path", "sentence"),
    [
        ({"bakeTimeInMinutes": 5}, ON, "bakeTimeInMinutes", "a ROLLING deployment has no bake time"),
        ({"linearConfiguration": {}}, SHIFTING, "linearConfiguration", "found BLUE_GREEN"),
        (
            {"earlySuccessCriteria": {"healthyPercent": 90, "sourceServiceRevisionCleanup": "BLOCKING"}},
            ON,
            "earlySuccessCriteria.healthyPercent",
            "found 90 with 100",
        ),
        ({"strategy": "BLUE_GREEN"}, ON, "bakeTimeInMinutes", "is required with strategy BLUE_GREEN"),
        ({"alarms": {"rollback": True}}, ON, "alarms.alarmNames", "the service itself has no alarms"),
    ],
)
def test_what_the_services_own_configuration_forbids_is_a_fault(
    given: dict[str, Any], own: dict[str, Any], path: str, sentence: str
) -> None:
    """Fields that the strategy does not have, and members that neither the policy nor the service gives."""
    found = judged(service(configuration=own), **given)
    assert list(found) == [f"{DEPLOYMENT}.{path}"]
    assert sentence in found[f"{DEPLOYMENT}.{path}"]


def test_what_the_service_gives_need_not_be_given_again() -> None:
    """A bake time and alarms of its own."""
    alarms = {"alarms": {"alarmNames": ["a"], "enable": True, "rollback": True}}
    assert judged(service(configuration={**SHIFTING, **alarms}), strategy="BLUE_GREEN") == {}
    assert judged(service(configuration={**ON, **alarms}), alarms={"rollback": False}) == {}


def test_on_failure_and_the_returns_of_ecs_do_not_contradict_each_other() -> None:
    """hold has nothing to wait for; leave and a rollback exclude each other, also where it is the service's own."""
    assert "retried or skipped" in judged(service(), OnFailure.HOLD)["onFailure"]
    path = f"{DEPLOYMENT}.circuitBreaker.rollback"
    assert "must be given as false" in judged(service(), OnFailure.LEAVE)[path]
    ours = judged(service(), OnFailure.LEAVE, circuitBreaker={"rollback": True})
    assert "may not stand with onFailure: leave" in ours[path]
    assert judged(service(), OnFailure.LEAVE, circuitBreaker={"rollback": False}) == {}
    alarms = judged(
        service(configuration={}), OnFailure.LEAVE, alarms={"alarmNames": ["a"], "rollback": True}
    )
    assert list(alarms) == [f"{DEPLOYMENT}.alarms.rollback"]
    assert judged(service(configuration={}), OnFailure.LEAVE, alarms=["a"], circuitBreaker={}) == {}
    off = {"enable": False, "rollback": True}
    assert judged(service(), OnFailure.LEAVE, circuitBreaker=off) == {}


@pytest.mark.parametrize(
    ("found", "given", "sentence"),
    [
        (service(1), {"minimumHealthyPercent": 0}, "the only task may be stopped before a new one is healthy"),
        (service(4), {"minimumHealthyPercent": 0, "maximumPercent": 100}, "all 4 tasks may be stopped"),
        (service(configuration={}), {}, "neither circuit breaker nor alarms are on"),
        (service(protected=1), {}, "1 of the tasks to be replaced is protected from scale-in"),
        (service(first=True), {}, "No rollback candidate was found"),
        (service(), {"timeout": "PT5M"}, "timeout PT5M may end the deployment before the circuit breaker acts"),
        (
            service(configuration=SHIFTING, has_load_balancer=True),
            {"timeout": "PT10M"},
            "timeout PT10M leaves no time to replace anybody",
        ),
        (service(), {"lifecycleHooks": [PAUSE]}, "stops at POST_SCALE_UP until somebody runs 'rolling approve GROUP'"),
        (
            service(),
            {"lifecycleHooks": [{**PAUSE, "lifecycleStages": ["POST_TEST_TRAFFIC_SHIFT"]}]},
            "hooks at POST_TEST_TRAFFIC_SHIFT are never called",
        ),
        (
            service(),
            {
                "minimumHealthyPercent": 50,
                "earlySuccessCriteria": {"healthyPercent": 60, "sourceServiceRevisionCleanup": "DEFERRED"},
            },
            "success is declared at 60 % of healthy tasks",
        ),
        (service(configuration=SHIFTING), {}, "BLUE_GREEN needs a load balancer or Service Connect"),
        (service(configuration={**ON, "strategy": "NEXT"}), {}, "not known to this version"),
        (
            service(az_rebalancing=True),
            {"minimumHealthyPercent": 50, "maximumPercent": 100},
            "availability zone rebalancing needs a maximumPercent above 100",
        ),
    ],
)  # fmt: skip
def test_what_the_service_makes_of_the_policy_is_warned_of(
    found: Found, given: dict[str, Any], sentence: str
) -> None:
    """Outages, what is waited for, who alone decides, what comes too early, and what never comes."""
    assert sentence in warned(found, **given)


def test_a_daemon_stops_before_it_starts_and_is_judged_by_its_minimum() -> None:
    """One task on each instance: no outage of its own making, no room above, and a minimum of 100 moves nothing."""
    daemon = service(5, scheduling="DAEMON")
    assert (judged(daemon), warned(daemon)) == ({}, "")
    assert "the old one is stopped first" in warned(daemon, maximumPercent=200)
    assert judged(daemon, minimumHealthyPercent=100) == {}
    assert "nothing might move. Set minimumHealthyPercent to at most 80." in warned(
        daemon, minimumHealthyPercent=100
    )
    foreseen = limits(deployment(minimumHealthyPercent=50, maximumPercent=200), daemon, Timing()).foreseen
    assert (foreseen.lowest, foreseen.most, foreseen.batch) == (3, 5, 2)


def test_an_ordinary_deployment_has_no_warning_and_nothing_to_replace_has_none_either() -> None:
    """Warnings are for what is not as it looks."""
    assert warned(service()) == ""
    assert warned(service(1, old=0, configuration={}), minimumHealthyPercent=0) == ""


def test_the_notes_say_who_decides_after_what_and_who_returns() -> None:
    """The breaker with its numbers, the alarms, the deadline with its default; both may decide, whichever is first."""
    said = told(
        service(25), alarms={"alarmNames": ["slow", "web-5xx"], "rollback": False}, maximumPercent=150
    )
    assert "minimumHealthyPercent 100: as the service has it" in said and "maximumPercent" not in said
    assert "the circuit breaker acts at 13 failures of 25 tasks" in said
    assert "slow and web-5xx in ALARM fail the deployment, also in a bake time that ECS computes" in said
    assert "one that is in ALARM when it begins is not watched" in said
    assert "after PT3H at the latest (the default" in said and "nothing has moved for PT1H" in said
    assert "rollback is off, so an alarm only stops the deployment" in said
    alone = told(service(1), timeout="PT30M", circuitBreaker={"thresholdConfiguration": {
        "type": "COUNT", "value": 1}})  # fmt: skip
    assert (
        "acts at 1 failure of 1 task" in alone and "after PT30M at the latest (the policy's timeout)" in alone
    )
    silent = told(service(configuration={"deploymentCircuitBreaker": {"enable": True, "rollback": False}}))
    assert "the circuit breaker only stops the deployment, and its tasks stay" in silent
    assert "PT2M after a task has started" in told(service(grace=120.0))


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (
            service(4, digest_pinned=False),
            "by a first task, which the others wait for; after three vain attempts the deployment fails and is "
            "returned",
        ),
        (service(1, digest_pinned=False), "digests by its only task"),
        (service(4, digest_pinned=False, launch_type="EC2"), "container agent 1.83.0"),
        (service(4, digest_pinned=False, configuration={}), "vain attempts it goes on with tags unresolved"),
        (service(0, digest_pinned=False), "the desired count is 0: no task is started"),
    ],
)
def test_the_notes_explain_how_images_are_resolved(found: Found, sentence: str) -> None:
    """The first task, the only one, none; nothing is said where the definition names digests."""
    assert sentence in told(found)
    assert "digest" not in told(service(found.desired))


def test_limits_are_those_of_the_service_as_found() -> None:
    """Who returns the service, what is sent, and a deadline that there always is."""
    rules = limits(deployment(maximumPercent=150), service(4, grace=60.0), Timing(poll=1, settle=9))
    assert rules.preferences == {"deploymentConfiguration": {**ON, "maximumPercent": 150}}
    assert (rules.way_back_by, rules.otherwise) == (WayBack.SERVICE, WayBack.OPERATION)
    assert (rules.returns_by_itself, rules.pausable, rules.approval, rules.part) == (
        True,
        False,
        False,
        False,
    )
    assert (rules.timeout, rules.stall, rules.poll, rules.settle) == (10800, 3660, 5, 9)
    assert rules.foreseen == Foreseen(batch=2, lowest=4, most=6)
    first = limits(deployment(), service(4, first=True), Timing())
    assert (first.way_back_by, first.returns_by_itself, first.preferences) == (WayBack.OPERATION, False, {})
    assert rules.returns_equals and rules.back().returns_equals and not first.returns_equals


def test_a_strategy_that_shifts_traffic_is_foretold_as_a_whole_revision_beside_the_old_one() -> None:
    """Its bake time, its pauses and its deadline, which has time for both."""
    rules = limits(
        deployment(lifecycleHooks=[PAUSE], alarms=["a"]), service(configuration=SHIFTING), Timing()
    )
    gate = ForeseenGate("POST_SCALE_UP", by_word=True)
    assert rules.foreseen == Foreseen(batch=4, lowest=4, most=8, gates=(gate,), alarms=("a",), bake=600.0)
    assert (rules.timeout, rules.stall) == (10800 + 600 + 86400, 3600 + 600)


def test_a_forced_deployment_is_forced_by_triggers_or_by_the_policy() -> None:
    """An equal task definition starts nothing otherwise (UpdateService, forceNewDeployment)."""
    assert limits(deployment(), service(), Timing(), forced=True).preferences == {"forceNewDeployment": True}
    always = limits(deployment(forceNewDeployment=True), service(), Timing())
    assert always.preferences == {"forceNewDeployment": True}
    assert limits(deployment(), service(), Timing()).preferences == {}


def test_the_former_policy_rules_the_way_back() -> None:
    """Its percentages over the configuration as found; without one the configuration as found, whole."""
    found = service(4, configuration={**ON, "minimumHealthyPercent": 100, "maximumPercent": 200})
    alone = limits(deployment(minimumHealthyPercent=50, maximumPercent=100), found, Timing()).back()
    assert alone.preferences == {"deploymentConfiguration": found.configuration}
    former = deployment(minimumHealthyPercent=75, lifecycleHooks=[PAUSE])
    back = limits(deployment(minimumHealthyPercent=50), found, Timing(), former).back()
    assert back.preferences["deploymentConfiguration"]["minimumHealthyPercent"] == 75
    assert (back.foreseen.lowest, back.foreseen.gates, back.returns_by_itself) == (3, (), False)
