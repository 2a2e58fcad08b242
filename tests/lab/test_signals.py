"""What an instance itself does at the end of its boot. Source: the lab's interface, docs/lab.md."""

from __future__ import annotations

import json
import threading
import time

import pytest

from tests.lab.bench import Bench, eventually


@pytest.mark.parametrize("status", ["SUCCESS", "FAILURE"])
def test_without_a_hook_the_instance_tags_itself(bench: Bench, status: str) -> None:
    """The tag `rolling:signal` is seen in DescribeInstances and DescribeTags, and the instance stays in
    service.
    """
    bench.lab.image("ami-v1", signal=status, signalAfter=0.2)
    bench.start(desired=1)
    [first] = bench.settled(1)
    assert "rolling:signal" not in bench.tags(first)
    eventually(lambda: bench.tags(first).get("rolling:signal") == status)
    filters = [{"Name": "resource-id", "Values": [first]}, {"Name": "key", "Values": ["rolling:signal"]}]
    assert [tag["Value"] for tag in bench.ec2.describe_tags(Filters=filters)["Tags"]] == [status]
    assert bench.states() == {first: "InService"}
    [member] = bench.lab.group("web")["members"]
    assert member["signalled"] == status
    assert member["signalledAt"] - member["inServiceAt"] == pytest.approx(0.2)


def test_with_a_launch_hook_success_continues_and_no_tag_is_set(bench: Bench) -> None:
    """SUCCESS completes the launch action with CONTINUE."""
    bench.lab.image("ami-v1", signalAfter=0.2)
    bench.start(desired=0)
    bench.hook()
    bench.asg.set_desired_capacity(AutoScalingGroupName="web", DesiredCapacity=1)
    eventually(lambda: "Pending:Wait" in bench.states().values())
    [first] = bench.settled(1)
    assert "rolling:signal" not in bench.tags(first)


def test_a_hook_that_continues_by_default_is_completed_and_the_tag_set(bench: Bench) -> None:
    """Such a hook is not there for a signal: silence would pass it."""
    bench.start(desired=0)
    bench.hook(DefaultResult="CONTINUE")
    bench.asg.set_desired_capacity(AutoScalingGroupName="web", DesiredCapacity=1)
    [first] = bench.settled(1)
    assert bench.tags(first)["rolling:signal"] == "SUCCESS"


def test_with_a_launch_hook_failure_abandons(bench: Bench) -> None:
    """FAILURE completes the launch action with ABANDON, and the cloud launches another."""
    bench.lab.image("ami-v1", signal="FAILURE")
    bench.start(desired=0)
    bench.hook()
    bench.asg.set_desired_capacity(AutoScalingGroupName="web", DesiredCapacity=1)
    [first] = bench.ids()
    eventually(lambda: first not in bench.ids())
    assert bench.lab.history("web")[-1]["inService"] == 0
    assert len(bench.lab.group("web")["members"]) >= 1


def test_a_silent_image_signals_nothing(bench: Bench) -> None:
    """`signal: null`: no tag, ever."""
    bench.lab.image("ami-v1", signal=None)
    bench.start(desired=1)
    [first] = bench.settled(1)
    time.sleep(0.2)
    assert "rolling:signal" not in bench.tags(first)


def test_an_image_may_signal_to_a_queue(bench: Bench) -> None:
    """With `queue` the instance sends group, id and status there, and a reader's long poll sees it come."""
    url = bench.sqs.create_queue(QueueName="signals")["QueueUrl"]
    bench.lab.image("ami-v1", boot=0.4, queue=url)
    bench.start(desired=1)
    [first] = bench.ids()
    [message] = bench.sqs.receive_message(QueueUrl=url, WaitTimeSeconds=10)["Messages"]
    assert json.loads(message["Body"]) == {"group": "web", "instanceId": first, "status": "SUCCESS"}
    assert "rolling:signal" not in bench.tags(first)


def test_a_long_poll_does_not_stop_the_lab(bench: Bench) -> None:
    """While one reader waits for a message, others are answered."""
    url = bench.sqs.create_queue(QueueName="signals")["QueueUrl"]
    reader = threading.Thread(
        target=bench.sqs.receive_message, kwargs={"QueueUrl": url, "WaitTimeSeconds": 1}
    )
    reader.start()
    bench.start(desired=1)
    bench.settled(1)
    assert reader.is_alive()
    reader.join()
