"""What an instance itself does at the end of its boot. Source: the lab's interface, docs/lab.md."""

from __future__ import annotations

import json
import threading

import pytest

from tests.lab.bench import Bench


@pytest.mark.parametrize("status", ["SUCCESS", "FAILURE"])
def test_without_a_hook_the_instance_tags_itself(bench: Bench, status: str) -> None:
    """DescribeInstances and DescribeTags show the tag `rolling:signal`, and the instance stays in service."""
    bench.lab.image("ami-v1", signal=status, signalAfter=0.2)
    bench.start(desired=1)
    [first] = bench.settled(1)
    assert "rolling:signal" not in bench.tags(first)
    bench.eventually(lambda: bench.tags(first).get("rolling:signal") == status)
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
    bench.eventually(lambda: "Pending:Wait" in bench.states().values())
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
    bench.eventually(lambda: first not in bench.ids())
    assert bench.lab.history("web")[-1]["inService"] == 0
    assert len(bench.lab.group("web")["members"]) >= 1


def test_a_silent_image_signals_nothing(bench: Bench) -> None:
    """`signal: null`: no tag, ever."""
    bench.lab.image("ami-v1", signal=None)
    bench.start(desired=1)
    [first] = bench.settled(1)
    bench.clock.jump(0.2)
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
        target=bench.sqs.receive_message, kwargs={"QueueUrl": url, "WaitTimeSeconds": 1}, daemon=True
    )
    with bench.clock.held() as until_one_waits:
        reader.start()
        until_one_waits()
        bench.start(desired=1)
        bench.settled(1)
        assert reader.is_alive()
    reader.join()


def test_a_queue_may_bring_the_same_signal_again(bench: Bench) -> None:
    """`duplicates`: so many more messages with the same words, each a message of its own."""
    url = bench.sqs.create_queue(QueueName="signals")["QueueUrl"]
    bench.lab.image("ami-v1", queue=url, duplicates=2)
    bench.start(desired=1)
    seen: list[dict[str, str]] = []

    def look() -> bool:
        found = bench.sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1, MaxNumberOfMessages=10)
        seen.extend(found.get("Messages", []))
        return len(seen) >= 3

    bench.eventually(look)
    assert len({message["MessageId"] for message in seen}) == 3
    assert len({message["Body"] for message in seen}) == 1
    assert json.loads(seen[0]["Body"])["instanceId"] == bench.ids()[0]


def test_a_queue_of_the_lab_is_a_standard_queue(bench: Bench) -> None:
    """A message comes back after its visibility timeout unless it was deleted; foreign messages stand beside it.

    Source: SQS developer guide, visibility timeout; the lab leaves SQS to moto.
    """
    url = bench.sqs.create_queue(QueueName="signals")["QueueUrl"]
    bench.lab.image("ami-v1", queue=url)
    bench.sqs.send_message(QueueUrl=url, MessageBody="not a signal")
    bench.start(desired=1)
    [first] = bench.settled(1)

    def received(wait: int) -> dict[str, str]:
        messages: dict[str, str] = {}
        while fresh := bench.sqs.receive_message(
            QueueUrl=url, WaitTimeSeconds=wait, MaxNumberOfMessages=10, VisibilityTimeout=60
        ).get("Messages"):
            messages |= {message["Body"]: message["ReceiptHandle"] for message in fresh}
        return messages

    once = received(wait=0)
    [foreign] = [body for body in once if first not in body]
    assert foreign == "not a signal" and len(once) == 2
    assert received(wait=0) == {}
    for handle in once.values():
        bench.sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=0)
    again = received(wait=0)
    assert set(again) == set(once)
    mine = [{"Id": "1", "ReceiptHandle": handle} for body, handle in again.items() if body != foreign]
    assert bench.sqs.delete_message_batch(QueueUrl=url, Entries=mine)["Successful"] == [{"Id": "1"}]
    bench.sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=again[foreign], VisibilityTimeout=0)
    assert set(received(wait=0)) == {foreign}


@pytest.mark.parametrize("hooked", [False, True])
def test_a_lying_instance_dies_after_it_said_that_all_is_well(bench: Bench, hooked: bool) -> None:
    """`diesAfter`: seconds from the later of in service and the signal; EC2 says that it shut itself down."""
    bench.lab.image("ami-v1", signalAfter=0.2, diesAfter=0.3)
    bench.start(desired=0)
    if hooked:
        bench.hook()
    bench.suspend("HealthCheck")
    bench.asg.set_desired_capacity(AutoScalingGroupName="web", DesiredCapacity=1)
    [first] = bench.settled(1)
    bench.eventually(lambda: bench.truth(first)["ec2"] == "terminated")
    died = bench.lab.history("web")[-1]["at"]
    member = bench.truth(first)
    assert (member["signalled"], member["lifecycle"]) == ("SUCCESS", "InService")
    assert died - max(member["signalledAt"], member["inServiceAt"]) == pytest.approx(0.3, abs=1e-5)
    assert bench.machine(first)["StateReason"]["Code"] == "Client.InstanceInitiatedShutdown"
