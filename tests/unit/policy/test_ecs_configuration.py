"""What a deployment is sent: the configuration as read, whole, with ours in it; and what holds of it."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi_rolling.core.model.goal import OnFailure
from pulumi_rolling.policy.check import parse_policy
from pulumi_rolling.policy.ecs_deployment.block import EcsDeployment
from pulumi_rolling.policy.ecs_deployment.configuration import Breaker, held, taken_back, wanted
from pulumi_rolling.policy.ecs_deployment.leaves import DeploymentStrategy, ThresholdType

OFF = {"enable": False, "rollback": False}
PLAIN: dict[str, Any] = {
    "deploymentCircuitBreaker": OFF,
    "maximumPercent": 200,
    "minimumHealthyPercent": 100,
    "strategy": "ROLLING",
    "ofLater": {"days": 1},
}


def deployment(**given: Any) -> EcsDeployment:
    return parse_policy({"ecsDeployment": given}).ecs_deployment


@pytest.mark.parametrize(
    "as_read", [{}, PLAIN, {**PLAIN, "alarms": {"alarmNames": [], **OFF}, "lifecycleHooks": []}]
)
def test_a_policy_that_says_nothing_sends_what_was_read(as_read: dict[str, Any]) -> None:
    """Whole, empty members and those that we do not know included; timeout and force are no members."""
    assert wanted(deployment(timeout="PT1H", forceNewDeployment=True), as_read) == as_read


def test_ours_stands_in_what_was_read() -> None:
    """Percents, breaker with its threshold, alarms; members of a member that are not given stay."""
    ours = deployment(
        minimumHealthyPercent=50,
        circuitBreaker={"thresholdConfiguration": {"type": "COUNT", "value": 2}},
        alarms=["web-5xx"],
    )
    before = {**PLAIN, "deploymentCircuitBreaker": {**OFF, "resetOnHealthyTask": False}}
    assert wanted(ours, before) == {
        **PLAIN,
        "minimumHealthyPercent": 50,
        "deploymentCircuitBreaker": {
            "enable": True,
            "rollback": True,
            "resetOnHealthyTask": False,
            "thresholdConfiguration": {"type": "COUNT", "value": 2},
        },
        "alarms": {"alarmNames": ["web-5xx"], "enable": True, "rollback": True},
    }
    assert before["deploymentCircuitBreaker"] == {**OFF, "resetOnHealthyTask": False}


@pytest.mark.parametrize(
    ("given", "before", "on_failure", "rollback"),
    [
        ({}, OFF, OnFailure.ROLL_BACK, True),
        ({}, OFF, OnFailure.LEAVE, False),
        ({}, {"enable": True, "rollback": False}, OnFailure.ROLL_BACK, False),
        ({}, {"enable": True, "rollback": True}, OnFailure.LEAVE, True),
        ({"rollback": False}, {"enable": True, "rollback": True}, OnFailure.ROLL_BACK, False),
        ({"rollback": True}, OFF, OnFailure.LEAVE, True),
        ({"enable": False}, {"enable": True, "rollback": True}, OnFailure.ROLL_BACK, False),
    ],
)
@pytest.mark.parametrize(
    ("field", "member"), [("circuitBreaker", "deploymentCircuitBreaker"), ("alarms", "alarms")]
)
def test_who_returns_is_as_given_then_as_it_is_then_as_on_failure(
    field: str, member: str, given: dict[str, Any], before: dict[str, Any], on_failure: OnFailure, rollback: bool
) -> None:  # fmt: skip
    """A breaker or alarms that are turned on anew follow onFailure; what is on already keeps its way."""
    told = wanted(deployment(**{field: given}), {**PLAIN, member: before}, on_failure)
    assert told[member]["rollback"] is rollback
    assert told[member]["enable"] is given.get("enable", True)


def test_what_only_ours_has_is_taken_back_by_what_says_the_same_as_none() -> None:
    """A member that is not sent may stay, within the circuit breaker as well; what the former one says holds."""
    breaker = {
        "enable": True,
        "rollback": True,
        "resetOnHealthyTask": False,
        "thresholdConfiguration": {"type": "COUNT", "value": 5},
    }
    ours = {**PLAIN, "deploymentCircuitBreaker": breaker, "strategy": "CANARY", "lifecycleHooks": [1]}
    told = taken_back(ours, {"maximumPercent": 200})
    assert told["deploymentCircuitBreaker"] == OFF
    assert (told["strategy"], told["lifecycleHooks"]) == ("ROLLING", [])
    usual = {"resetOnHealthyTask": True, "thresholdConfiguration": {"type": "BOUNDED_PERCENT", "value": 50}}
    assert taken_back(ours, PLAIN)["deploymentCircuitBreaker"] == {**OFF, **usual}
    assert taken_back(ours, ours) == ours


def test_another_strategy_leaves_behind_what_only_the_former_has() -> None:
    """A bake time, steps and early success belong to their strategies; hooks and percents to all."""
    hooks = [{"targetType": "PAUSE", "lifecycleStages": ["PRE_SCALE_UP"]}]
    linear = {
        **PLAIN,
        "strategy": "LINEAR",
        "bakeTimeInMinutes": 5,
        "linearConfiguration": {"stepPercent": 10.0},
        "lifecycleHooks": hooks,
    }
    assert wanted(deployment(strategy="ROLLING"), linear) == {**PLAIN, "lifecycleHooks": hooks}
    canary = wanted(deployment(strategy="CANARY", canaryConfiguration={"canaryPercent": 1}), linear)
    assert canary["bakeTimeInMinutes"] == 5 and "linearConfiguration" not in canary
    assert canary["canaryConfiguration"] == {"canaryPercent": 1.0}
    assert wanted(deployment(strategy="LINEAR"), linear) == linear
    assert wanted(deployment(lifecycleHooks=[]), linear)["lifecycleHooks"] == []


def test_what_holds_has_the_apis_defaults() -> None:
    """A service that never said anything: 100 and 200, of a DAEMON 0 and 100, no breaker, no alarms."""
    told = held({}, "REPLICA")
    assert (told.minimum, told.maximum, told.strategy) == (100, 200, DeploymentStrategy.ROLLING)
    assert (told.breaker, told.alarms, told.waits, told.pauses, told.early) == (Breaker(), (), 0.0, (), None)
    assert not told.returns_by_itself
    daemon = held({}, "DAEMON")
    assert (daemon.minimum, daemon.maximum) == (0, 100)
    later = held({"strategy": "NEXT", "deploymentCircuitBreaker": {"enable": True, "thresholdConfiguration": {
        "type": "NEXT", "value": 3}}}, "REPLICA")  # fmt: skip
    assert later.strategy is None and later.breaker.acts_after(4) is None


@pytest.mark.parametrize(
    ("breaker", "alarms", "itself"),
    [
        ({"enable": True, "rollback": True}, {}, True),
        ({"enable": False, "rollback": True}, {}, False),
        (OFF, {"alarmNames": ["a"], "enable": True, "rollback": True}, True),
        (OFF, {"alarmNames": [], "enable": True, "rollback": True}, False),
        (
            {"enable": True, "rollback": False},
            {"alarmNames": ["a"], "enable": False, "rollback": True},
            False,
        ),
    ],
)
def test_ecs_returns_by_what_is_on_and_may(
    breaker: dict[str, Any], alarms: dict[str, Any], itself: bool
) -> None:
    """Either of the two is enough, if it is enabled and has rollback."""
    assert (
        held({"deploymentCircuitBreaker": breaker, "alarms": alarms}, "REPLICA").returns_by_itself is itself
    )


@pytest.mark.parametrize(
    ("configuration", "minutes"),
    [
        ({"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 10}, 10),
        ({"strategy": "LINEAR", "bakeTimeInMinutes": 10}, 10 + 9 * 6),
        (
            {"strategy": "LINEAR", "linearConfiguration": {"stepPercent": 30.0, "stepBakeTimeInMinutes": 5}},
            3 * 5,
        ),
        ({"strategy": "CANARY", "bakeTimeInMinutes": 1}, 1 + 10),
        ({"strategy": "ROLLING", "bakeTimeInMinutes": 180}, 0),
    ],
)
def test_a_deployment_stands_still_for_its_bakes_and_steps(
    configuration: dict[str, Any], minutes: int
) -> None:
    """After the last step of traffic there is no step's bake time (LinearConfiguration)."""
    assert held(configuration, "REPLICA").waits == minutes * 60


def test_pauses_may_take_as_long_as_their_timeouts() -> None:
    """A day each where nothing else is said; functions are not counted."""
    hooks = [
        {"targetType": "PAUSE", "lifecycleStages": ["PRE_SCALE_UP", "POST_SCALE_UP"]},
        {
            "targetType": "PAUSE",
            "lifecycleStages": ["POST_TEST_TRAFFIC_SHIFT"],
            "timeoutConfiguration": {"timeoutInMinutes": 10},
        },
        {"hookTargetArn": "arn:f", "lifecycleStages": ["PRE_SCALE_UP"]},
    ]
    told = held({"lifecycleHooks": hooks}, "REPLICA")
    assert told.pauses == ("PRE_SCALE_UP", "POST_SCALE_UP", "POST_TEST_TRAFFIC_SHIFT")
    assert (told.hooked, told.asked) == (told.pauses, 2 * 86400 + 600)


def test_a_threshold_is_read_as_it_stands() -> None:
    """Type and value of the service's own."""
    threshold = {"thresholdConfiguration": {"type": "COUNT", "value": 7}}
    told = held({"deploymentCircuitBreaker": {"enable": True, "rollback": False, **threshold}}, "REPLICA")
    assert told.breaker == Breaker(True, False, ThresholdType.COUNT, 7)
    assert told.breaker.acts_after(100) == 7
