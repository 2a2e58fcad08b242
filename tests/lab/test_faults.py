"""Faults on order and the count of calls. Source: the lab's interface, docs/lab.md."""

from __future__ import annotations

import threading

import pytest
from botocore.exceptions import (  # type: ignore[import-untyped]  # botocore has no types
    ConnectionClosedError,
    EndpointConnectionError,
)

from tests.lab.bench import Bench, refusal


@pytest.mark.parametrize(
    ("service", "action"), [("asg", "describe_auto_scaling_groups"), ("ec2", "describe_instances")]
)
def test_an_error_strikes_as_often_as_ordered(bench: Bench, service: str, action: str) -> None:
    """With `times: 2` two calls are refused, in the service's own form, and the third is answered."""
    bench.lab.fault("*", error="Throttling", times=2)
    call = getattr(getattr(bench, service), action)
    assert [refusal(call) for _ in range(2)] == [("Throttling", "Rate exceeded")] * 2
    call()


def test_an_error_of_a_json_service_has_its_form(bench: Bench) -> None:
    """SQS speaks JSON, and its errors are read as such."""
    bench.lab.fault("ListQueues", error="ServiceUnavailable")
    assert refusal(bench.sqs.list_queues)[0] == "ServiceUnavailable"


def test_an_action_has_its_own_fault_and_others_none(bench: Bench) -> None:
    """A fault of one action leaves the others alone, and DELETE takes it back."""
    bench.lab.fault("DescribeAutoScalingGroups", error="InternalError")
    assert refusal(bench.asg.describe_auto_scaling_groups)[0] == "InternalError"
    bench.asg.describe_auto_scaling_instances()
    assert bench.lab.faults()["DescribeAutoScalingGroups"]["error"] == "InternalError"
    bench.lab.clear_fault("DescribeAutoScalingGroups")
    bench.asg.describe_auto_scaling_groups()


def test_a_rate_strikes_a_part_of_the_calls(bench: Bench) -> None:
    """`rate: 0.4`: some are refused, some not, the same ones for the same seed."""

    def run() -> list[bool]:
        bench.lab.reset(seed=3)
        bench.lab.fault("*", error="Throttling", rate=0.4)
        struck = []
        for _ in range(30):
            try:
                bench.asg.describe_auto_scaling_groups()
                struck.append(False)
            except bench.asg.exceptions.ClientError:
                struck.append(True)
        return struck

    first = run()
    assert 4 < sum(first) < 22
    assert first == run()


def test_a_dropped_call_is_not_carried_out_and_a_lost_one_is(bench: Bench) -> None:
    """`drop` closes the connection before the call, `lost` after it; the caller sees no difference."""
    bench.start(desired=0)
    given = {"AutoScalingGroupName": "web", "DesiredCapacity": 1}
    for error, desired in (("drop", 0), ("lost", 1)):
        bench.lab.fault("SetDesiredCapacity", error=error, times=1)
        with pytest.raises((ConnectionClosedError, EndpointConnectionError)):
            bench.asg.set_desired_capacity(**given)
        assert bench.lab.group("web")["desired"] == desired


def test_latency_is_waited_for_outside_the_lock(bench: Bench) -> None:
    """A late call takes its time and does not hold up another."""
    bench.start(desired=1)
    bench.lab.fault("DescribeAutoScalingGroups", latency=0.5)
    late = threading.Thread(target=bench.asg.describe_auto_scaling_groups, daemon=True)
    began = bench.clock.now()
    with bench.clock.held() as until_one_waits:
        late.start()
        until_one_waits()
        bench.asg.describe_auto_scaling_instances()
        assert late.is_alive()
    late.join()
    assert bench.clock.now() - began >= 0.5


def test_stale_reads_show_a_former_state(bench: Bench) -> None:
    """`stale: 0.5`: Auto Scaling and EC2 show what was half a second ago; the truth is in /lab/groups."""
    bench.lab.image("ami-v1", boot=0)
    bench.start(desired=1)
    [first] = bench.settled(1)
    bench.clock.jump(0.6)
    bench.lab.fault("*", stale=0.5)
    bench.terminate(first)
    assert bench.states() == {first: "InService"}
    assert bench.machine(first)["State"]["Name"] == "running"
    assert len(bench.activities()) == 1
    listed = bench.asg.describe_auto_scaling_instances(InstanceIds=[first])["AutoScalingInstances"]
    assert listed[0]["LifecycleState"] == "InService"
    truth = {member["id"]: member["lifecycle"] for member in bench.lab.group("web")["members"]}
    assert truth[first] == "Terminating"
    bench.lab.clear_fault()
    assert bench.states().get(first) != "InService"


def test_every_call_is_counted_also_a_refused_one(bench: Bench) -> None:
    """By action, with time and group in the log; control calls do not count; DELETE sets to zero."""
    bench.start(desired=1)
    bench.lab.fault("*", error="Throttling", times=1)
    refusal(bench.asg.describe_auto_scaling_groups, AutoScalingGroupNames=["web"])
    calls = bench.lab.calls(log=True)
    assert calls["actions"] == {
        "CreateAutoScalingGroup": 1,
        "CreateLaunchTemplate": 1,
        "DescribeAutoScalingGroups": 1,
    }
    assert calls["total"] == 3
    assert [(each["action"], each["group"]) for each in calls["log"]][1:] == [
        ("CreateAutoScalingGroup", "web"),
        ("DescribeAutoScalingGroups", "web"),
    ]
    bench.lab.clear_calls()
    assert bench.lab.calls() == {"total": 0, "actions": {}}
