"""In service is not serving: what is waited for behind load balancers where the policy does not say it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from pulumi_rolling.lab import Lab
from pulumi_rolling.policy.check import check_policy

from tests.fleets.scripted_aws import Answer
from tests.fleets.stage import group, instance
from tests.handler.conftest import Handled
from tests.handler.lab_web import LabWeb
from tests.handler.test_rolls_in_lab import target_group
from tests.handler.test_situation import WEB_TARGETS

API_TARGETS = WEB_TARGETS.replace("/web/", "/api/")
LATTICE = {"Identifier": "arn:aws:vpc-lattice:us-east-1:1:targetgroup/tg-0cc", "Type": "vpc-lattice"}
ATTACHED: dict[str, Any] = {"TargetGroupARNs": [WEB_TARGETS]}
PASTED = check_policy({"AutoScalingRollingUpdate": {"MaxBatchSize": 1}}).normal["rollingUpdate"]
NO_HEALTH = {"readiness": {"targetHealth": False}}
HEALTH = {"readiness": {"targetHealth": True}}
SUSPENDED = [{"ProcessName": "AddToLoadBalancer"}]
UNUSED = {"State": "unused", "Reason": "Target.NotInUse"}


def _targets(**by_group: Mapping[str, str]) -> Any:
    """The health of i-1 in each target group; healthy where nothing is said."""

    def answer(parameters: Answer) -> Answer:
        name = parameters["TargetGroupArn"].split("/")[1]
        health = by_group.get(name, {"State": "healthy"})
        return {"TargetHealthDescriptions": [{"Target": {"Id": "i-1"}, "TargetHealth": health}]}

    return answer


@pytest.mark.parametrize(
    ("around", "roll", "waits", "said"),
    [
        pytest.param({}, {}, False, "", id="attached to nothing"),
        pytest.param(ATTACHED, {}, True, "", id="attached"),
        pytest.param({"LoadBalancerNames": ["old"]}, {}, True, "", id="a classic balancer"),
        pytest.param(ATTACHED, HEALTH, True, "", id="said"),
        pytest.param(
            ATTACHED, NO_HEALTH, False, "note: health behind web is not waited for (readiness.", id="off"
        ),
        pytest.param(
            ATTACHED, PASTED, False, "warning: health behind web is not waited for, so", id="pasted"
        ),
        pytest.param({}, PASTED, False, "", id="pasted, attached to nothing"),
        pytest.param(ATTACHED, {**PASTED, **HEALTH}, True, "", id="pasted, with the line added"),
        pytest.param(
            {**ATTACHED, "SuspendedProcesses": SUSPENDED},
            {},
            False,
            "warning: health behind web is not waited for, since AddToLoadBalancer",
            id="nobody is registered",
        ),
        pytest.param(
            ATTACHED,
            {"suspendProcesses": ["AddToLoadBalancer"]},
            False,
            "warning: health behind web is not waited for, since AddToLoadBalancer",
            id="the policy suspends registration",
        ),
        pytest.param(
            {"TrafficSources": [LATTICE]}, {}, False, "note: the health in VPC Lattice", id="lattice"
        ),
    ],
)
def test_health_is_waited_for_by_attachment_unless_something_says_otherwise(
    handled: Handled, around: dict[str, Any], roll: dict[str, Any], waits: bool, said: str
) -> None:
    """Where it is not waited for although there is a balancer, the plan says so with what to do."""
    handled.stage.shows(group(instance("i-1"), **around))
    handled.aws.answer("DescribeTargetHealth", _targets())
    handled.aws.answer(
        "DescribeInstanceHealth", {"InstanceStates": [{"InstanceId": "i-1", "State": "InService"}]}
    )
    found = handled.situation(handled.inputs(**roll))
    heard = [*(f"note: {n}" for n in found.notes), *(f"warning: {w}" for w in found.warnings)]

    assert (found.limits.target_health, found.faults) == (waits, ())
    assert [line for line in heard if "the health" in line or "health behind" in line] == [
        line for line in heard if said and line.startswith(said)
    ]
    assert bool(said) == any(line.startswith(said) for line in heard if said)


@pytest.mark.parametrize(
    ("unused", "waits"), [({}, True), ({"api": UNUSED}, True), ({"api": UNUSED, "web": UNUSED}, False)]
)
def test_a_target_group_that_no_balancer_uses_is_not_waited_for(
    handled: Handled, unused: dict[str, Any], waits: bool
) -> None:
    """Nobody in it is ever healthy; the others still count, and the plan names it."""
    handled.stage.shows(group(instance("i-1"), TargetGroupARNs=[WEB_TARGETS, API_TARGETS]))
    handled.aws.answer("DescribeTargetHealth", _targets(**unused))
    found = handled.situation(handled.inputs())
    assert (found.limits.target_health, found.faults) == (waits, ())
    assert [n for n in found.notes if "no load balancer uses it" in n] == [
        f"the health in {name} is not waited for: no load balancer uses it"
        for name in ("web", "api")
        if name in unused
    ]


@pytest.mark.parametrize(
    ("former", "roll", "back"),
    [({}, {}, True), (NO_HEALTH, {}, False), ({}, NO_HEALTH, False), (HEALTH, NO_HEALTH, True)],
)
def test_the_way_back_waits_as_the_former_policy_says_or_as_the_way_forward(
    handled: Handled, former: dict[str, Any], roll: dict[str, Any], back: bool
) -> None:
    """What the former policy leaves open is decided once for both directions."""
    handled.stage.shows(group(instance("i-1"), **ATTACHED))
    handled.aws.answer("DescribeTargetHealth", _targets())
    state = {**handled.inputs("1", **former), "revision": "lt-0abc:1"}
    limits = handled.situation(handled.inputs(**roll), state).limits
    assert limits.way_back is not None and limits.way_back.target_health is back


def test_nothing_of_it_is_written_into_state(handled: Handled) -> None:
    """What is decided by the live group is no input, so that an attachment makes no diff."""
    handled.stage.shows(group(instance("i-1"), **ATTACHED))
    handled.aws.answer("DescribeTargetHealth", _targets())
    inputs = handled.inputs(maxBatchSize=2)
    normal, faults = handled.handler.check(None, inputs, handled.context)
    assert (normal["updatePolicy"], faults) == ({"rollingUpdate": {"maxBatchSize": 2}}, [])


@pytest.mark.parametrize(
    ("roll", "keeps"),
    [({"minInstancesInService": 2}, True), ({"minInstancesInService": 2, **NO_HEALTH}, False)],
    ids=["by attachment", "switched off"],
)
def test_the_floor_is_one_of_healthy_targets(lab: Lab, roll: dict[str, Any], keeps: bool) -> None:
    """New members are healthy targets a while after they are in service: the floor counts those that serve."""
    lab.image("ami-v2", targetAfter=3.0)
    web = LabWeb(lab, "ami-v1", "ami-v2", size=3, TargetGroupARNs=[target_group()])
    state = web.deploy(web.news("1"))
    while lab.group("web")["serving"] < 3:
        lab.groups()
    past = len(lab.history("web")) - 1
    web.update(state, web.news("2", maxBatchSize=1, **roll))
    assert (min(point["serving"] for point in lab.history("web")[past:]) >= 2) is keeps
    assert web.revisions() == {"2"}
