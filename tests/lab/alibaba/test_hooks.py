"""Lifecycle hooks: one token covers every instance of its activity.

Source: ESS API reference, CreateLifecycleHook, DescribeLifecycleActions, CompleteLifecycleAction and
RecordLifecycleActionHeartbeat.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.lab.alibaba.bench import AlibabaBench

INVALID = (400, "LifecycleHookIdAndLifecycleActionToken.Invalid")


def _hooked(
    bench: AlibabaBench, transition: str = "SCALE_OUT", count: int = 0, **given: Any
) -> tuple[str, str]:
    """A group and its hook; instances of the image are silent."""
    bench.lab.image("img-v1", signal=None)
    group = bench.standing(count) if count else bench.group(DesiredCapacity=0)
    made = bench.call("CreateLifecycleHook", ScalingGroupId=group, LifecycleTransition=transition, **given)
    return group, made["LifecycleHookId"]


def _grow(bench: AlibabaBench, group: str, count: int) -> str:
    """Launch so many; the id of their activity, whose members wait."""
    bench.call("ModifyScalingGroup", ScalingGroupId=group, DesiredCapacity=count)
    bench.clock.jump(1)
    newest = bench.call("DescribeScalingActivities", ScalingGroupId=group)["ScalingActivities"][0]
    return str(newest["ScalingActivityId"])


def _actions(bench: AlibabaBench, activity: str) -> list[dict[str, Any]]:
    found = bench.call("DescribeLifecycleActions", ScalingActivityId=activity)
    return list(found["LifecycleActions"])


def _complete(action: dict[str, Any], result: str | None = None) -> dict[str, Any]:
    given = {name: action[name] for name in ("LifecycleHookId", "LifecycleActionToken")}
    return given | ({"LifecycleActionResult": result} if result else {})


def test_a_token_covers_every_instance_of_its_activity(bench: AlibabaBench) -> None:
    """Three wait under one token; one answer brings all into service; the token is good once."""
    group, hook = _hooked(bench)
    activity = _grow(bench, group, 3)
    (action,) = _actions(bench, activity)
    assert sorted(action["InstanceIds"]) == sorted(bench.ids(group, "Pending:Wait"))
    assert (action["LifecycleHookId"], action["LifecycleActionStatus"], len(action["InstanceIds"])) == (
        hook,
        "Pending",
        3,
    )
    given = _complete(action, "CONTINUE")
    assert bench.refusal("CompleteLifecycleAction", **{**given, "LifecycleActionToken": "none"}) == INVALID
    bench.call("CompleteLifecycleAction", **given)
    bench.clock.jump(1)
    assert bench.lab.group(group)["inService"] == 3
    assert bench.refusal("CompleteLifecycleAction", **given) == INVALID
    (ended,) = _actions(bench, activity)
    assert (ended["LifecycleActionStatus"], ended["LifecycleActionResult"]) == ("Completed", "CONTINUE")


def test_the_switch_gives_each_instance_a_token(bench: AlibabaBench) -> None:
    """One ABANDON releases one instance, and the activity ends with a warning."""
    bench.lab.rules(tokenPerInstance=True)
    group, _ = _hooked(bench)
    activity = _grow(bench, group, 2)
    first, second = _actions(bench, activity)
    bench.call("CompleteLifecycleAction", **_complete(first, "ABANDON"))
    bench.call("CompleteLifecycleAction", **_complete(second, "CONTINUE"))
    bench.clock.jump(0.3)
    assert bench.activity(activity)["StatusCode"] == "Warning"
    assert second["InstanceIds"] == bench.ids(group, "InService")


@pytest.mark.parametrize("result", ["ABANDON", "ROLLBACK"])
def test_an_abandoned_launch_releases_all_of_its_instances(bench: AlibabaBench, result: str) -> None:
    """The activity fails and others are launched; a rollback of a launch is the same."""
    group, _ = _hooked(bench)
    activity = _grow(bench, group, 2)
    before = bench.ids(group)
    (action,) = _actions(bench, activity)
    bench.call("CompleteLifecycleAction", **_complete(action, result))
    bench.clock.jump(2)
    assert bench.activity(activity)["StatusCode"] == "Failed"
    after = bench.ids(group, "Pending:Wait")
    assert (len(after), set(after) & set(before)) == (2, set())


@pytest.mark.parametrize(("default", "there"), [("CONTINUE", 2), ("ABANDON", 0)])
def test_a_hook_runs_out_with_its_default(bench: AlibabaBench, default: str, there: int) -> None:
    """Its time is the hook's own, and the action says Timeout."""
    group, _ = _hooked(bench, HeartbeatTimeout=30, DefaultResult=default)
    activity = _grow(bench, group, 2)
    bench.clock.jump(28)
    assert len(bench.ids(group, "Pending:Wait")) == 2
    bench.clock.jump(2)
    (ended,) = _actions(bench, activity)
    assert (ended["LifecycleActionStatus"], ended["LifecycleActionResult"]) == ("Timeout", default)
    assert len(bench.ids(group, "InService")) == there


def test_a_heartbeat_makes_the_wait_longer_at_most_twenty_times_and_six_hours(bench: AlibabaBench) -> None:
    """Its parameters begin with a small letter; both limits have their code."""
    group, _ = _hooked(bench, HeartbeatTimeout=30)
    (action,) = _actions(bench, _grow(bench, group, 1))
    given = {
        "lifecycleHookId": action["LifecycleHookId"],
        "lifecycleActionToken": action["LifecycleActionToken"],
    }
    too_long = bench.refusal("RecordLifecycleActionHeartbeat", heartbeatTimeout=21600, **given)
    assert too_long == (400, "LifecycleAction.TimeExceeded")
    for _ in range(20):
        bench.clock.jump(20)
        bench.call("RecordLifecycleActionHeartbeat", **given)
    assert len(bench.ids(group, "Pending:Wait")) == 1
    once_more = bench.refusal("RecordLifecycleActionHeartbeat", **given)
    assert once_more == (400, "LifecycleAction.RecordTimesExceeded")


def test_a_removal_waits_and_can_be_taken_back(bench: AlibabaBench) -> None:
    """ROLLBACK keeps the member as it was; ABANDON goes on with the removal and ends the other hook's wait."""
    group, _ = _hooked(bench, "SCALE_IN", count=2)
    bench.call("CreateLifecycleHook", ScalingGroupId=group, LifecycleTransition="SCALE_IN")
    first = bench.ids(group)[0]
    removal = {"ScalingGroupId": group, "InstanceIds": [first]}
    removed = bench.call("RemoveInstances", **removal)["ScalingActivityId"]
    assert bench.ids(group, "Removing:Wait") == [first]
    one, other = _actions(bench, removed)
    bench.call("CompleteLifecycleAction", **_complete(one, "ROLLBACK"))
    assert bench.ids(group, "Removing:Wait") == [first]
    bench.call("CompleteLifecycleAction", **_complete(other, "CONTINUE"))
    assert first in bench.ids(group, "InService")
    assert bench.activity(removed)["StatusCode"] == "Failed"
    removed = bench.call("RemoveInstances", **removal)["ScalingActivityId"]
    one, other = _actions(bench, removed)
    bench.call("CompleteLifecycleAction", **_complete(one, "ABANDON"))
    bench.clock.jump(0.5)
    assert first not in bench.ids(group)
    assert bench.activity(removed)["StatusCode"] == "Successful"
    assert bench.refusal("CompleteLifecycleAction", **_complete(other)) == INVALID


def test_a_call_may_put_hooks_aside(bench: AlibabaBench) -> None:
    """LifecycleHookContext names one hook, or disables all of them."""
    group, hook = _hooked(bench, "SCALE_IN", count=3)
    for context in ({"DisableLifecycleHook": True}, {"IgnoredLifecycleHookIds": [hook]}):
        first = bench.ids(group)[0]
        bench.call("RemoveInstances", ScalingGroupId=group, InstanceIds=[first], LifecycleHookContext=context)
        assert bench.ids(group, "Removing") == [first]
        bench.clock.jump(1)
        assert first not in bench.ids(group)


@pytest.mark.parametrize("signal", ["SUCCESS", "FAILURE"])
def test_instances_answer_a_hook_that_abandons_by_default(bench: AlibabaBench, signal: str) -> None:
    """All must have succeeded before their token continues; one failure abandons it; no tag is set."""
    group, _ = _hooked(bench, DefaultResult="ABANDON")
    bench.lab.image("img-v1", signal=signal, signalAfter=3)
    activity = _grow(bench, group, 2)
    assert len(bench.ids(group, "Pending:Wait")) == 2
    bench.clock.jump(2.5)
    assert bench.activity(activity)["StatusCode"] == ("Successful" if signal == "SUCCESS" else "Failed")
    assert len(bench.ids(group, "InService")) == (2 if signal == "SUCCESS" else 0)


def test_a_dead_instance_waits_no_longer(bench: AlibabaBench) -> None:
    """It leaves its activity; the others go on under the same token."""
    group, _ = _hooked(bench)
    activity = _grow(bench, group, 3)
    dead, *others = bench.ids(group, "Pending:Wait")
    bench.lab.member(dead, do="terminate")
    bench.clock.jump(0.1)
    (action,) = _actions(bench, activity)
    bench.call("CompleteLifecycleAction", **_complete(action, "CONTINUE"))
    bench.clock.jump(0.1)
    assert bench.ids(group, "InService") == others
    assert bench.activity(activity)["StatusCode"] == "Warning"


def test_hooks_are_made_read_altered_and_deleted_within_limits(bench: AlibabaBench) -> None:
    """At most six; names and times have bounds; ids and names find them."""
    group, hook = _hooked(bench, LifecycleHookName="launch")
    given = {"ScalingGroupId": group, "LifecycleTransition": "SCALE_IN"}
    assert bench.refusal("CreateLifecycleHook", HeartbeatTimeout=29, **given) == (400, "InvalidParamter")
    taken = bench.refusal("CreateLifecycleHook", LifecycleHookName="launch", **given)
    assert taken == (400, "InvalidLifecycleHookName.AlreadyExist")
    for _ in range(5):
        bench.call("CreateLifecycleHook", **given)
    assert bench.refusal("CreateLifecycleHook", **given) == (400, "QuotaExceeded.LifecycleHook")
    bench.call("ModifyLifecycleHook", LifecycleHookId=hook, HeartbeatTimeout=90)
    (shown,) = bench.call("DescribeLifecycleHooks", LifecycleHookIds=[hook])["LifecycleHooks"]
    assert (shown["LifecycleHookName"], shown["HeartbeatTimeout"]) == ("launch", 90)
    bench.call("DeleteLifecycleHook", ScalingGroupId=group, LifecycleHookName="launch")
    assert bench.call("DescribeLifecycleHooks", ScalingGroupId=group)["TotalCount"] == 5
    unknown = bench.refusal("DeleteLifecycleHook", LifecycleHookId=hook)
    assert unknown == (404, "InvalidLifecycleHookId.NotExist")


def test_one_success_of_two_is_not_yet_an_answer(bench: AlibabaBench) -> None:
    """Between the first signal and the second both wait; with the second both come into service."""
    group, _ = _hooked(bench, DefaultResult="ABANDON")
    bench.lab.image("img-v1", boot=2, spread=0.2, signalAfter=6)
    bench.call("ModifyScalingGroup", ScalingGroupId=group, DesiredCapacity=2)

    def successes() -> int:
        return [each["signalled"] for each in bench.lab.group(group)["members"]].count("SUCCESS")

    assert bench.eventually(successes) == 1
    assert len(bench.ids(group, "Pending:Wait")) == 2
    bench.eventually(lambda: successes() == 2)
    assert len(bench.ids(group, "InService")) == 2
