"""What is true before a rollout: faults against the live group, who is to be replaced, which boots are expected."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import pytest
from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.core.model.member import Signal, Sizes
from pulumi_rolling.core.replace.limits import Limits
from pulumi_rolling.core.replace.observation import Observation
from pulumi_rolling.core.replace.rollout import Boots
from pulumi_rolling.engine.clock import SystemClock
from pulumi_rolling.errors import PolicyErrors
from pulumi_rolling.fleets.auto_scaling_group.facts import AutoScalingGroupFacts
from pulumi_rolling.handler.origin import EQUAL
from pulumi_rolling.handler.replace.listening import listening
from pulumi_rolling.handler.replace.preview import preview_of
from pulumi_rolling.handler.replace.watching import within_reach
from pulumi_rolling.signals.queue import QueueSignals, receiver_of
from pulumi_rolling.signals.tag import TagSignals

from tests.fleets.scripted_aws import Answer, refused, wait_until
from tests.fleets.stage import WEB, group, instance, machine, versions
from tests.handler.conftest import Handled, assessed, opened
from tests.rollouts import changed

WEB_TARGETS = "arn:aws:elasticloadbalancing:us-east-1:1:targetgroup/web/0aa"
ROLL = "updatePolicy.rollingUpdate"


def paths(handled: Handled, **roll: Any) -> list[str]:
    return [fault.path for fault in handled.situation(handled.inputs(**roll)).faults]


def target(state: str, reason: str = "") -> Answer:
    health = {"State": state, **({"Reason": reason} if reason else {})}
    return {"TargetHealthDescriptions": [{"Target": {"Id": "i-1"}, "TargetHealth": health}]}


def test_target_health_needs_something_to_be_attached(handled: Handled) -> None:
    """Nobody would ever be ready; the fault is known in preview, with the path of the field."""
    handled.stage.shows(group(instance("i-1")))
    assert paths(handled, readiness={"targetHealth": True}) == [f"{ROLL}.readiness.targetHealth"]
    assert paths(handled) == []


def test_a_target_that_preview_does_not_know_may_be_equal(handled: Handled) -> None:
    """Other tags of a template announce a version and make none: who runs equal contents stays, but for triggers."""
    handled.stage.shows(group(instance("i-1")))
    state = handled.inputs("1")
    for triggers, told in (({}, True), ({"triggers": {"build": "2"}}, False)):
        operation = handled.operation(handled.inputs() | triggers, state)
        for unknown in (True, False):
            notes = assessed(replace(operation, target_unknown=unknown)).notes
            assert (f"an instance {EQUAL}" in notes) is (told and unknown)


def test_target_health_needs_a_load_balancer_that_uses_the_group(handled: Handled) -> None:
    """A target group without a listener answers Target.NotInUse for ever."""
    handled.stage.shows(group(instance("i-1"), TargetGroupARNs=[WEB_TARGETS]))
    handled.aws.answer("DescribeTargetHealth", target("unused", "Target.NotInUse"))
    (fault,) = handled.situation(handled.inputs(readiness={"targetHealth": True})).faults
    assert (fault.path, "target group web" in fault.message) == (f"{ROLL}.readiness.targetHealth", True)


@pytest.mark.parametrize(
    ("roll", "suspended", "path"),
    [
        ({"suspendProcesses": ["AddToLoadBalancer"]}, [], f"{ROLL}.suspendProcesses"),
        ({}, [{"ProcessName": "AddToLoadBalancer"}], "autoScalingGroup.suspendedProcesses"),
    ],
)
def test_target_health_needs_new_members_to_be_registered(
    handled: Handled, roll: Any, suspended: list[Answer], path: str
) -> None:
    """While AddToLoadBalancer is suspended, by the policy or already, they never are."""
    handled.stage.shows(group(instance("i-1"), TargetGroupARNs=[WEB_TARGETS], SuspendedProcesses=suspended))
    handled.aws.answer("DescribeTargetHealth", target("healthy"))
    assert paths(handled, readiness={"targetHealth": True}, **roll) == [path]


def test_a_missing_alarm_has_the_path_of_its_place_in_the_list(handled: Handled) -> None:
    """CloudFormation's rollback triggers and instance refresh refuse it, too; here before anything is touched."""
    handled.stage.shows(group(instance("i-1")))
    handled.aws.answer("DescribeAlarms", {"MetricAlarms": [{"AlarmName": "errors", "StateValue": "OK"}]})
    (fault,) = handled.situation(handled.inputs(alarms=["errors", "lost"])).faults
    assert (fault.path, "lost" in fault.message) == (f"{ROLL}.alarms[1]", True)


def test_the_place_of_an_alarm_counts_those_that_are_not_known_yet(handled: Handled) -> None:
    """In preview an alarm of the same program may be unknown; the path is that of the program all the same."""
    handled.stage.shows(group(instance("i-1")))
    handled.aws.answer("DescribeAlarms", {"MetricAlarms": []})
    situation = assessed(opened(handled.inputs(alarms=["?", "lost"]), None, lambda value: value == "?"))
    assert [fault.path for fault in situation.faults] == [f"{ROLL}.alarms[1]"]


def test_an_alarm_that_rings_at_the_start_is_warned_about(handled: Handled) -> None:
    """It is ignored until it has once been OK, and the plan says so."""
    handled.stage.shows(group(instance("i-1")))
    handled.aws.answer("DescribeAlarms", {"MetricAlarms": [{"AlarmName": "errors", "StateValue": "ALARM"}]})
    situation = handled.situation(handled.inputs(alarms=["errors"]))
    assert situation.faults == ()
    assert "alarm errors is in ALARM already; it is ignored until it has once been OK" in situation.warnings


def test_signals_of_the_way_back_are_read_although_the_way_forward_wants_none(handled: Handled) -> None:
    """The former policy rules the way back; without its source every member on it would fail by silence."""
    handled.stage.shows(group(instance("i-1"), instance("i-2", 2)))
    handled.stage.machines = {i: machine(i, 1001.0, rolling_signal="SUCCESS") for i in ("i-1", "i-2")}
    state = {**handled.inputs("1", waitOnResourceSignals=True), "revision": f"{WEB}:1"}
    operation = handled.operation(handled.inputs(), state)
    situation = assessed(operation)
    forward = changed(situation.rollout, watermark=0.0)
    back = replace(forward, direction=Direction.BACK)
    signals = [
        {m.id: m.signal for m in operation.fleet.observe(rollout).observation.members}
        for rollout in (forward, back)
    ]
    assert signals == [{"i-1": None, "i-2": None}, {"i-1": Signal.SUCCESS, "i-2": None}]


def test_what_the_way_back_wants_is_looked_at_as_well(handled: Handled) -> None:
    """Health for the former policy's sake; only what the new policy wants is refused."""
    handled.stage.shows(group(instance("i-1"), TargetGroupARNs=[WEB_TARGETS]))
    handled.aws.answer("DescribeTargetHealth", target("healthy"))
    state = {**handled.inputs("1", readiness={"targetHealth": True}), "revision": f"{WEB}:1"}
    situation = handled.situation(handled.inputs(), state)
    assert situation.faults == ()
    assert "DescribeTargetHealth" in handled.aws.operations()
    assert situation.limits.way_back is not None and situation.limits.way_back.target_health


def test_a_way_back_does_not_wait_for_targets_that_are_no_more() -> None:
    """Attached to nothing, nobody would be ready on it: a warning. Where the new policy wants it, it is a fault."""
    wants = Limits(1, 0, 2, target_health=True)
    sizes = Sizes(0, 2, 1)
    seen = Observation(0.0, (), sizes, "")
    facts = AutoScalingGroupFacts(name="web", id="", pointer="", current=None, observation=seen, tags={})
    rules, said = within_reach(Limits(1, 0, 2, way_back=wants), facts)
    assert rules.way_back == Limits(1, 0, 2) and len(said) == 1
    unchanged = Limits(1, 0, 2, target_health=True, way_back=wants)
    assert within_reach(unchanged, facts) == (unchanged, ())


PROTECTED: dict[str, Any] = {"ProtectedFromScaleIn": True}


@pytest.mark.parametrize(
    ("member", "roll", "settled"),
    [
        (instance("i-1", 1, **PROTECTED), {}, False),
        (instance("i-1", 1, **PROTECTED), {"scaleInProtectedInstances": "Ignore"}, True),
        (instance("i-1", 1, **PROTECTED), {"scaleInProtectedInstances": "Wait"}, False),
        (instance("i-1", 1, "Standby"), {}, True),
        (instance("i-1", 1, "Standby"), {"standbyInstances": "Replace"}, False),
        (instance("i-1", 1, "Standby"), {"standbyInstances": "Wait"}, False),
        (instance("i-1", 2, "Standby"), {"standbyInstances": "Replace"}, True),
        (instance("i-1", 1, "Terminating"), {}, True),
        (instance("i-1", 1), {"scaleInProtectedInstances": "Ignore", "standbyInstances": "Ignore"}, False),
    ],
)
def test_an_old_member_is_a_difference_unless_the_policy_leaves_it_alone(
    handled: Handled, member: Answer, roll: Any, settled: bool
) -> None:
    """diff and the plan agree: what is ignored is no reason to roll, what is waited for or replaced is."""
    pointer = {"LaunchTemplateId": WEB, "LaunchTemplateName": "web", "Version": "2"}
    handled.stage.shows(group(member, instance("i-2", 2), LaunchTemplate=pointer))
    inputs = handled.inputs(**roll)
    state = {**inputs, "revision": f"{WEB}:2"}
    assert handled.handler.diff(state, inputs, handled.context).changes is not settled
    assert handled.situation(inputs, state).has_work is not settled


def test_who_is_in_a_special_state_and_what_becomes_of_them_is_said(handled: Handled) -> None:
    """The notes follow the policy's choices."""
    handled.stage.shows(group(instance("i-1", 1, "Standby"), instance("i-2", 1, **PROTECTED)))
    roll: Any = {"standbyInstances": "Replace", "scaleInProtectedInstances": "Ignore"}
    notes = handled.situation(handled.inputs(**roll)).notes
    assert "in standby, replaced where they are old: i-1" in notes
    assert "1 protected from scale-in, left alone: i-2" in notes


BOOTS = {"n": 3.0, "logs": 12.5, "squares": 53.0}


@pytest.mark.parametrize(
    ("last", "boots"),
    [
        ({"boots": BOOTS}, Boots(3, 12.5, 53.0)),
        ({"boots": {"n": 2.0}}, Boots()),
        ({}, Boots()),
        (None, Boots()),
    ],
)
def test_the_boots_of_the_last_rollout_are_expected_of_this_one(
    handled: Handled, last: Answer | None, boots: Boots
) -> None:
    """They stand in state, as numbers that Pulumi made floats; preview tells a duration by them."""
    handled.stage.shows(group(instance("i-1")))
    state = {**handled.inputs("1"), "revision": f"{WEB}:1", "lastRollout": last}
    situation = handled.situation(handled.inputs(), state)
    assert situation.rollout.prior == boots
    assert preview_of(situation, ()).last_boots == (boots if boots.n else None)


@pytest.mark.parametrize(
    ("roll", "health", "launched_ago", "fresh"),
    [
        ({}, "healthy", 10.0, False),
        ({"waitOnResourceSignals": True}, "healthy", 10.0, True),
        ({"waitOnResourceSignals": True}, "healthy", 301.0, False),
        ({"readiness": {"targetHealth": True}}, "initial", 10.0, True),
        ({"readiness": {"targetHealth": True}}, "healthy", 10.0, False),
        ({"readiness": {"targetHealth": True, "timeout": "PT5M"}}, "initial", 301.0, False),
        ({"readiness": {"statusChecks": True}}, "healthy", 10.0, True),
        ({"readiness": {"warmUp": "PT1M"}}, "healthy", 10.0, True),
    ],
)
def test_a_fresh_group_is_waited_for_until_it_has_proved_itself(
    handled: Handled, roll: Any, health: str, launched_ago: float, fresh: bool
) -> None:
    """On create, members younger than their clock are judged like new ones, by whatever the policy wants of those."""
    handled.stage.shows(group(instance("i-1", 2), TargetGroupARNs=[WEB_TARGETS]))
    handled.stage.machines = {"i-1": machine("i-1", time.time() - launched_ago)}
    handled.aws.answer("DescribeTargetHealth", target(health))
    handled.aws.answer("DescribeInstanceStatus", {"InstanceStatuses": []})
    assert handled.situation(handled.inputs(**roll)).rollout.goal.fresh is fresh


URL = "https://sqs.us-east-1.amazonaws.com/123456789012/signals"
BY_QUEUE: Any = {"waitOnResourceSignals": True, "readiness": {"signalQueue": URL}}
GONE = refused("AWS.SimpleQueueService.NonExistentQueue", "The specified queue does not exist.")


def test_a_queue_that_cannot_be_read_is_a_fault_of_the_policy(handled: Handled) -> None:
    """Known in preview, with the path of the field; one that only the way back wants is a warning."""
    handled.stage.shows(group(instance("i-1")))
    handled.aws.answer("GetQueueAttributes", GONE)
    (fault,) = handled.situation(handled.inputs(**BY_QUEUE)).faults
    assert (fault.path, "does not exist" in fault.message) == (f"{ROLL}.readiness.signalQueue", True)
    former = {**handled.inputs("1", **BY_QUEUE), "revision": f"{WEB}:1"}
    situation = handled.situation(handled.inputs(), former)
    assert situation.faults == ()
    assert any("signals of the way back cannot be read" in warning for warning in situation.warnings)


def test_each_direction_has_its_own_source_of_signals(handled: Handled) -> None:
    """The new policy's queue on the way forward, the former one's tags on the way back."""
    handled.stage.shows(group(instance("i-1")))
    handled.aws.answer("GetQueueAttributes", {})
    former = {**handled.inputs("1", waitOnResourceSignals=True), "revision": f"{WEB}:1"}
    forward, back = handled.situation(handled.inputs(**BY_QUEUE), former).sources
    assert isinstance(forward, QueueSignals) and forward.queue == URL
    assert type(back) is TagSignals


def test_a_redrive_policy_is_warned_about(handled: Handled) -> None:
    """Messages that are left for others are received as well, and may be moved away for it."""
    handled.stage.shows(group(instance("i-1")))
    handled.aws.answer("GetQueueAttributes", {"Attributes": {"RedrivePolicy": '{"maxReceiveCount": 5}'}})
    warnings = handled.situation(handled.inputs(**BY_QUEUE)).warnings
    assert any("after 5 receives" in warning for warning in warnings)


def test_a_queue_that_refuses_the_first_receive_is_a_fault_before_anything_is_touched(
    handled: Handled,
) -> None:
    """That it exists does not say that it may be read; the update asks before it takes the lease."""
    handled.stage.shows(group(instance("i-1")))
    handled.aws.answer("GetQueueAttributes", {})
    handled.aws.answer("ReceiveMessage", refused("AccessDenied", "no", 403))
    olds = {**handled.inputs("1"), "revision": f"{WEB}:1"}
    with pytest.raises(PolicyErrors) as caught:
        handled.handler.update(olds, handled.inputs(**BY_QUEUE), handled.context)
    (fault,) = caught.value.faults
    assert fault.path == f"{ROLL}.readiness.signalQueue" and "Allow sqs:ReceiveMessage" in fault.message
    assert all(operation.startswith(("Describe", "Get", "Receive")) for operation in handled.aws.operations())


def test_a_former_revision_that_is_gone_is_no_way_back(handled: Handled) -> None:
    """Somebody deleted the version that state names: the rollout goes on without a way back, and is no error."""
    handled.stage.shows(group(instance("i-1", 2)))

    def answer(parameters: Answer) -> Answer:
        gone = refused("InvalidLaunchTemplateId.VersionNotFound")
        return gone if "7" in parameters["Versions"] else versions(parameters)

    handled.aws.answer("DescribeLaunchTemplateVersions", answer)
    state = {**handled.inputs("7"), "revision": f"{WEB}:7"}
    situation = handled.situation(handled.inputs("1"), state)
    assert situation.came_from is None and len(situation.old) == 1


def test_an_old_warm_pool_is_a_difference_unless_the_policy_leaves_it_alone(handled: Handled) -> None:
    """Its instances would enter the group with the old revision; the note says how many there are."""
    pointer = {"LaunchTemplateId": WEB, "LaunchTemplateName": "web", "Version": "2"}
    pool = {"WarmPoolConfiguration": {"MinSize": 1}}
    handled.stage.shows(group(instance("i-1", 2), LaunchTemplate=pointer, **pool))
    handled.aws.answer("DescribeWarmPool", {"Instances": [instance("i-8", 1, "Warmed:Stopped")]})
    for choice, settled in (("Replace", False), ("Wait", False), ("Ignore", True)):
        inputs = handled.inputs(warmPoolInstances=choice)
        state = {**inputs, "revision": f"{WEB}:2"}
        assert handled.handler.diff(state, inputs, handled.context).changes is not settled
        situation = handled.situation(inputs, state)
        assert situation.has_work is not settled
        assert any(note.startswith("1 in the warm pool") for note in situation.notes)


def test_messages_wake_the_loop_that_waits_for_signals(handled: Handled) -> None:
    """A verdict that came by the queue ends the wait of its own group's clock, while it is listened to."""
    handled.stage.shows(group(instance("i-1", 2)))
    handled.aws.answer("GetQueueAttributes", {})
    handled.aws.answer("DeleteMessageBatch", {})
    handled.aws.answer("CreateTags", {})
    handled.stage.machines = {"i-1": machine("i-1", aws_autoscaling_groupName="web")}
    body = '{"group": "web", "instanceId": "i-1", "status": "SUCCESS"}'
    handled.aws.answer("ReceiveMessage", {"Messages": [{"Body": body, "ReceiptHandle": "h"}]}, {})
    operation = handled.operation(handled.inputs(**BY_QUEUE))
    woken: list[str] = []
    heard = replace(operation, wake=lambda: woken.append("web"))
    with listening(heard, [QueueSignals(URL)]):
        assert woken == ["web"]
    wait_until(lambda: not receiver_of((operation.fleet.place, URL))._running)
    assert isinstance(operation.clock, SystemClock) and operation.wake == operation.clock.wake
    assert handled.aws.sent("CreateTags")[0]["Resources"] == ["i-1"]


def test_a_member_of_an_overrides_own_template_is_not_planned_to_go(handled: Handled) -> None:
    """Preview, diff and the plan count it as matching; the note says that its pointer is not ours to move."""
    own = {"LaunchTemplateId": WEB, "LaunchTemplateName": "web", "Version": "1"}
    launch = {
        "LaunchTemplateSpecification": {**own, "Version": "2"},
        "Overrides": [{"InstanceType": "m5.large", "LaunchTemplateSpecification": own}],
    }
    policy = {"LaunchTemplate": None, "MixedInstancesPolicy": {"LaunchTemplate": launch}}
    handled.stage.shows(
        group({**instance("i-1", 1), "InstanceType": "m5.large"}, instance("i-2", 2), **policy)
    )
    inputs = handled.inputs()
    state = {**inputs, "revision": f"{WEB}:2"}
    situation = handled.situation(inputs, state)
    assert situation.old == [] and not situation.has_work
    assert any("override 0 (m5.large) launches from" in note for note in situation.notes)
    assert not handled.handler.diff(state, inputs, handled.context).changes
