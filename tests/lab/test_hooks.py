"""Lifecycle hooks. Source: EC2 Auto Scaling user guide, lifecycle hooks; API reference, PutLifecycleHook."""

from __future__ import annotations

from functools import partial
from typing import Any

from tests.lab.bench import Bench, refusal


def _hooked(bench: Bench, desired: int = 1, signal: str | None = None, **hook: Any) -> str:
    """A group with a launch hook whose instances signal nothing unless told to."""
    bench.lab.image("ami-v1", signal=signal)
    template = bench.start(desired=0)
    bench.hook(**hook)
    bench.asg.set_desired_capacity(AutoScalingGroupName="web", DesiredCapacity=desired)
    return template


def _waiting(bench: Bench) -> str:
    """The id of the member that waits."""
    return bench.eventually(
        lambda: next((each for each, state in bench.states().items() if state == "Pending:Wait"), "")
    )


def _gone(bench: Bench, instance_id: str) -> bool:
    return instance_id not in bench.states()


def test_a_launch_waits_for_its_hook(bench: Bench) -> None:
    """After its boot the instance is Pending:Wait, with EC2 running, until CONTINUE brings it in service."""
    _hooked(bench)
    first = _waiting(bench)
    assert bench.machine(first)["State"]["Name"] == "running"
    bench.clock.jump(0.2)
    assert bench.states()[first] == "Pending:Wait"
    bench.complete(first, "CONTINUE")
    assert bench.states() == {first: "InService"}


def test_an_abandoned_launch_is_replaced_from_the_current_pointer(bench: Bench) -> None:
    """ABANDON terminates the instance and another is launched from what the group points at by then."""
    template = _hooked(bench)
    first = _waiting(bench)
    bench.point(template, bench.version(template, "ami-v2"))
    bench.complete(first, "ABANDON")
    states = bench.states()
    assert states[first] == "Terminating"
    [second] = states.keys() - {first}
    assert [
        each["LaunchTemplate"]["Version"] for each in bench.members() if each["InstanceId"] == second
    ] == ["2"]
    launch = bench.about(first, "Launching")
    assert launch["StatusCode"] == "Cancelled"
    assert "was abandoned: Lifecycle Action Completed with ABANDON Result" in launch["StatusMessage"]


def test_all_hooks_must_be_completed(bench: Bench) -> None:
    """With two launch hooks the instance goes in service when both are completed."""
    bench.lab.image("ami-v1", signal=None)
    bench.start(desired=0)
    bench.hook("one")
    bench.hook("two")
    bench.asg.set_desired_capacity(AutoScalingGroupName="web", DesiredCapacity=1)
    first = _waiting(bench)
    bench.complete(first, "CONTINUE", "two")
    assert bench.states()[first] == "Pending:Wait"
    bench.complete(first, "CONTINUE", "one")
    assert bench.states()[first] == "InService"


def test_a_heartbeat_that_runs_out_applies_the_default_result(bench: Bench) -> None:
    """The default of the default is ABANDON; the activity tells that the heartbeat ran out."""
    _hooked(bench, HeartbeatTimeout=1)
    first = _waiting(bench)
    bench.eventually(lambda: bench.states().get(first) != "Pending:Wait")
    assert "Heartbeat Timeout" in bench.about(first, "Launching")["StatusMessage"]
    assert (
        bench.asg.describe_lifecycle_hooks(AutoScalingGroupName="web")["LifecycleHooks"][0]["DefaultResult"]
        == "ABANDON"
    )


def test_a_hook_may_continue_by_default(bench: Bench) -> None:
    """DefaultResult CONTINUE: an instance that says nothing goes in service when the heartbeat runs out."""
    _hooked(bench, HeartbeatTimeout=1, DefaultResult="CONTINUE")
    first = _waiting(bench)
    bench.eventually(lambda: bench.states()[first] == "InService")


def test_a_recorded_heartbeat_begins_anew(bench: Bench) -> None:
    """RecordLifecycleActionHeartbeat puts off the end of the wait by the hook's heartbeat."""
    _hooked(bench, HeartbeatTimeout=1)
    first = _waiting(bench)
    since = bench.clock.now()
    for _ in range(3):
        bench.clock.jump(0.4)
        bench.asg.record_lifecycle_action_heartbeat(
            AutoScalingGroupName="web", LifecycleHookName="ready", InstanceId=first
        )
    assert bench.clock.now() - since > 1.1
    assert bench.states()[first] == "Pending:Wait"


def test_a_termination_waits_for_its_hook_and_goes_on_either_way(bench: Bench) -> None:
    """A terminating instance is Terminating:Wait until completed; CONTINUE and ABANDON both let it go."""
    bench.start(desired=2)
    ids = bench.settled(2)
    bench.hook("drain", "TERMINATING")
    for each, result in zip(ids, ("CONTINUE", "ABANDON"), strict=True):
        bench.terminate(each, decrement=True)
        assert bench.states()[each] == "Terminating:Wait"
        assert bench.machine(each)["State"]["Name"] == "running"
        bench.complete(each, result, "drain")
        assert bench.states()[each] == "Terminating:Proceed"
        bench.eventually(partial(_gone, bench, each))


def test_an_action_that_is_not_open_cannot_be_completed(bench: Bench) -> None:
    """CompleteLifecycleAction for an instance that does not wait is a ValidationError."""
    _hooked(bench, signal="SUCCESS")
    [first] = bench.settled(1)
    given = {"AutoScalingGroupName": "web", "LifecycleHookName": "ready", "LifecycleActionResult": "CONTINUE"}
    code, text = refusal(bench.asg.complete_lifecycle_action, InstanceId=first, **given)
    assert (code, text) == ("ValidationError", f"No active Lifecycle Action found with instance ID {first}")


def test_an_action_can_be_completed_by_its_token(bench: Bench) -> None:
    """API reference: LifecycleActionToken or InstanceId; a wrong token is refused."""
    _hooked(bench)
    first = _waiting(bench)
    given = {"AutoScalingGroupName": "web", "LifecycleHookName": "ready", "LifecycleActionResult": "CONTINUE"}
    code, _ = refusal(bench.asg.complete_lifecycle_action, LifecycleActionToken="0" * 36, **given)
    assert code == "ValidationError"
    [member] = bench.lab.group("web")["members"]
    bench.asg.complete_lifecycle_action(LifecycleActionToken=member["waitingFor"]["ready"], **given)
    assert bench.states()[first] == "InService"


def test_a_deleted_hook_ends_what_waits_for_it(bench: Bench) -> None:
    """API reference, DeleteLifecycleHook: outstanding launches are abandoned."""
    _hooked(bench)
    first = _waiting(bench)
    bench.asg.delete_lifecycle_hook(AutoScalingGroupName="web", LifecycleHookName="ready")
    assert bench.states()[first] == "Terminating"
    bench.settled(1)


def test_hooks_can_be_given_with_the_group(bench: Bench) -> None:
    """LifecycleHookSpecificationList of CreateAutoScalingGroup makes hooks, with a heartbeat of an hour."""
    spec = {"LifecycleHookName": "ready", "LifecycleTransition": "autoscaling:EC2_INSTANCE_LAUNCHING"}
    bench.lab.image("ami-v1", signal=None)
    bench.start(desired=1, LifecycleHookSpecificationList=[spec])
    _waiting(bench)
    [hook] = bench.asg.describe_lifecycle_hooks(AutoScalingGroupName="web")["LifecycleHooks"]
    assert (hook["HeartbeatTimeout"], hook["GlobalTimeout"]) == (3600, 172800)
