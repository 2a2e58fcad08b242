"""Signals by SQS queue: what counts as one, whom it reaches, and that a verdict is kept before its message goes."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pytest
from pulumi_rolling.core.model.member import Lifecycle, Signal
from pulumi_rolling.errors import FleetError, PermanentFleetError, TemporaryFleetError
from pulumi_rolling.fleets.auto_scaling_group.facts import Hook, Watched
from pulumi_rolling.fleets.auto_scaling_group.verdict_tags import VerdictTags
from pulumi_rolling.fleets.aws.api import AwsApi
from pulumi_rolling.fleets.aws.place import Place
from pulumi_rolling.fleets.aws.queue import QueueFacts, SqsQueue, queue_facts
from pulumi_rolling.fleets.replace import MemberFacts, SignalSource
from pulumi_rolling.signals.choose import choose
from pulumi_rolling.signals.queue import (
    Inbox,
    Mailbox,
    QueueSignals,
    Receiver,
    Spoken,
    hidden_for,
    receiver_of,
    spoken,
)
from pulumi_rolling.signals.tag import SIGNAL_TAG, TagSignals

from tests.fleets.scripted_aws import Answer, ScriptedAws, refused, wait_until
from tests.fleets.stage import Stage, group, instance, once

SUCCESS, FAILURE = Signal.SUCCESS, Signal.FAILURE
URL = "https://sqs.us-east-1.amazonaws.com/123456789012/signals"


def text(instance: str, status: str = "SUCCESS", group: str = "web") -> str:
    return json.dumps({"group": group, "instanceId": instance, "status": status})


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (text("i-1"), Spoken("web", "i-1", SUCCESS)),
        (text("i-1", " failure "), Spoken("web", "i-1", FAILURE)),
        (json.dumps({**json.loads(text("i-1")), "more": 1}), Spoken("web", "i-1", SUCCESS)),
        (text("i-1", "maybe"), None),
        (text("eni-1"), None),
        (json.dumps({"group": "web", "instanceId": "i-1"}), None),
        (json.dumps({"group": "web", "instanceId": 1, "status": "SUCCESS"}), None),
        (json.dumps(["web", "i-1", "SUCCESS"]), None),
        ("hello", None),
        ("", None),
        ("[" * 200_000, None),
        ("[" * 2000, None),
        (json.dumps({**json.loads(text("i-1")), "more": "x" * 200_000}), None),
        (text("i-" + "f" * 1000), None),
        (text("i-1\n"), None),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_message_is_a_signal_or_none_of_ours(body: str, said: Spoken | None) -> None:
    """Group, instance and a status in any case; whatever else is in the queue belongs to somebody else.

    A sender can write anything, deep, huge or forged, and the receiver outlives all of it.
    """
    assert spoken(body) == said


def test_a_message_for_others_is_hidden_ever_longer() -> None:
    """A queue with many foreign messages does not keep the receiver busy, and nobody waits for theirs very long."""
    assert [hidden_for(n) for n in (1, 2, 3, 4, 5, 6, 1000)] == [2, 4, 8, 16, 30, 30, 30]


class Box:
    """A queue in memory. Errors are raised by the next receive."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.waiting: list[tuple[str, str, int]] = []
        self.errors: list[Exception] = []
        self.order: list[tuple[str, Any]] = []
        self.asked: list[int] = []
        self.closed = False

    def put(self, *bodies: str) -> None:
        with self.changed:
            self.waiting += [(body, f"handle-{len(self.order)}-{n}", 1) for n, body in enumerate(bodies)]
            self.changed.notify_all()

    def receive(self, seconds: int) -> list[tuple[str, str, int]]:
        with self.changed:
            self.asked.append(seconds)
            if seconds:
                self.changed.wait_for(lambda: self.waiting or self.errors or self.closed, seconds)
            if self.errors:
                raise self.errors.pop(0)
            some, self.waiting = self.waiting, []
            return some

    def delete(self, handles: Sequence[str]) -> None:
        self.order.append(("delete", list(handles)))

    def give_back(self, hidden: Sequence[tuple[str, int]]) -> None:
        self.order.append(("give back", list(hidden)))

    def close(self) -> None:
        with self.changed:
            self.closed = True
            self.changed.notify_all()


class Group:
    """Somebody who listens: knows its members, keeps verdicts, counts wakes."""

    def __init__(self, box: Box, name: str = "web", members: str = "i-1 i-2") -> None:
        self.box, self.members = box, members.split()
        self.kept: dict[str, Signal] = {}
        self.asked: list[Mapping[str, Signal]] = []
        self.wakes = 0
        self.trouble: FleetError | None = None
        self.refuses: Exception | None = None
        checked: Mailbox = box
        self.inbox = Inbox(name, checked, self.keep, self.wake, self.fail)

    def keep(self, verdicts: Mapping[str, Signal]) -> frozenset[str]:
        self.asked.append(dict(verdicts))
        if self.refuses is not None:
            raise self.refuses
        mine = {i: s for i, s in verdicts.items() if i in self.members}
        self.kept |= mine
        self.box.order.append(("keep", sorted(mine)))
        return frozenset(mine)

    def wake(self) -> None:
        self.wakes += 1

    def fail(self, error: FleetError) -> None:
        self.trouble = error


@pytest.fixture
def box() -> Box:
    return Box()


@pytest.fixture
def receiver(box: Box) -> Iterator[Receiver]:
    made = Receiver()
    yield made
    for inbox in list(made._inboxes.values()):
        made.leave(inbox)
    box.close()
    wait_until(lambda: not made._running)


def test_a_verdict_is_kept_before_its_message_is_deleted(box: Box, receiver: Receiver) -> None:
    """Dying in between, the message comes again; the other way round, the verdict would be lost."""
    web = Group(box)
    receiver.join(web.inbox)
    box.put(text("i-1"), text("i-2", "FAILURE"))
    wait_until(lambda: len(box.order) == 2)
    assert box.order == [("keep", ["i-1", "i-2"]), ("delete", ["handle-0-0", "handle-0-1"])]
    assert web.kept == {"i-1": SUCCESS, "i-2": FAILURE} and web.wakes == 1


def test_what_is_in_the_queue_already_counts(box: Box, receiver: Receiver) -> None:
    """A signal may come before anybody listens; the first look at the queue does not wait."""
    web = Group(box)
    box.put(text("i-1"))
    receiver.join(web.inbox)
    assert web.kept == {"i-1": SUCCESS} and box.asked[0] == 0


def test_foreign_messages_are_left_alone(box: Box, receiver: Receiver) -> None:
    """Of another group, of another form, of an instance that nobody knows yet: given back, never deleted."""
    web = Group(box)
    receiver.join(web.inbox)
    box.put(text("i-1", group="api"), "hello", text("i-9"))
    wait_until(lambda: len(box.order) == 2)
    assert box.order[1] == ("give back", [("handle-0-1", 2), ("handle-0-0", 2), ("handle-0-2", 2)])
    assert (web.kept, web.wakes) == ({}, 0)


@pytest.mark.parametrize("order", [["SUCCESS", "FAILURE"], ["FAILURE", "SUCCESS"]])
def test_of_two_words_in_one_batch_failure_wins(box: Box, receiver: Receiver, order: list[str]) -> None:
    """In whichever order they come; both messages are done with."""
    web = Group(box)
    receiver.join(web.inbox)
    box.put(*(text("i-1", status) for status in order))
    wait_until(lambda: len(box.order) == 2)
    assert web.kept == {"i-1": FAILURE}
    assert box.order[1][0] == "delete" and len(box.order[1][1]) == 2


def test_one_receiver_serves_many_groups(box: Box, receiver: Receiver) -> None:
    """Each hears its own instances, and only those it is about are woken."""
    web, api, idle = Group(box), Group(box, "api", "i-5"), Group(box, "idle", "i-7")
    for each in (web, api, idle):
        receiver.join(each.inbox)
    threads = [t for t in threading.enumerate() if t.name == "signal queue"]
    box.put(text("i-1"), text("i-5", group="api"))
    wait_until(lambda: ("delete", ["handle-0-0", "handle-0-1"]) in box.order)
    assert len(threads) == 1
    assert (web.kept, api.kept, idle.kept) == ({"i-1": SUCCESS}, {"i-5": SUCCESS}, {})
    assert (web.wakes, api.wakes, idle.wakes) == (1, 1, 0)


def test_the_thread_ends_with_the_last_rollout_and_comes_again_with_the_next(
    box: Box, receiver: Receiver
) -> None:
    """It runs only while somebody listens; messages of its last poll are left in the queue."""
    web = Group(box)
    receiver.join(web.inbox)
    receiver.leave(web.inbox)
    box.put(text("i-1"))
    wait_until(lambda: not receiver._running)
    assert (box.order, web.kept) == ([("give back", [("handle-0-0", 2)])], {})
    receiver.join(web.inbox)
    box.put(text("i-1"))
    wait_until(lambda: web.kept == {"i-1": SUCCESS})


def test_a_rollout_that_left_does_not_take_its_successor_with_it(box: Box, receiver: Receiver) -> None:
    """The same group again, before the former one has left: leaving is of the one who came."""
    former, latter = Group(box), Group(box)
    receiver.join(former.inbox)
    receiver.join(latter.inbox)
    receiver.leave(former.inbox)
    box.put(text("i-1"))
    wait_until(lambda: latter.kept == {"i-1": SUCCESS})
    assert former.kept == {}


def test_what_the_queue_refuses_is_raised_before_anybody_waits(box: Box, receiver: Receiver) -> None:
    """The first receive is the joiner's own; nothing is left running after it."""
    web = Group(box)
    box.errors.append(PermanentFleetError("no", code="AccessDenied"))
    with pytest.raises(PermanentFleetError, match="no"):
        receiver.join(web.inbox)
    assert not receiver._running and not receiver._inboxes


def test_a_passing_error_is_asked_over(box: Box, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """Throttling at the start or later loses nothing."""
    monkeypatch.setattr(receiver._left, "wait", lambda seconds: False)
    web = Group(box)
    box.errors += [TemporaryFleetError("later")] * 3
    receiver.join(web.inbox)
    wait_until(lambda: not box.errors)
    box.put(text("i-1"))
    wait_until(lambda: web.kept == {"i-1": SUCCESS})


@pytest.mark.parametrize("error", [PermanentFleetError("denied"), RuntimeError("a bug of ours")])
def test_a_receiver_that_ends_says_so_to_everybody(box: Box, receiver: Receiver, error: Exception) -> None:
    """Otherwise every signal would be late, and nobody would know why."""
    web, api = Group(box), Group(box, "api")
    receiver.join(web.inbox)
    receiver.join(api.inbox)
    with box.changed:
        box.errors.append(error)
        box.changed.notify_all()
    wait_until(lambda: web.wakes == api.wakes == 1)
    assert str(error) in str(web.trouble) and str(error) in str(api.trouble)
    assert not receiver._running


def test_a_verdict_that_cannot_be_kept_leaves_its_message(box: Box, receiver: Receiver) -> None:
    """For the moment: it comes again. For good: that group hears why, and the others are served on."""
    web, api = Group(box), Group(box, "api", "i-5")
    receiver.join(web.inbox)
    receiver.join(api.inbox)
    web.refuses = TemporaryFleetError("later")
    box.put(text("i-1"))
    wait_until(lambda: len(box.order) == 1)
    assert box.order[0][0] == "give back" and web.trouble is None
    web.refuses = PermanentFleetError("denied")
    box.put(text("i-1"), text("i-5", group="api"))
    wait_until(lambda: api.kept == {"i-5": SUCCESS})
    wait_until(lambda: len(box.order) == 4)
    assert str(web.trouble) == "denied" and web.wakes == 1
    assert [what for what, _ in box.order] == ["give back", "keep", "delete", "give back"]


def test_there_is_one_receiver_of_a_queue_in_a_process() -> None:
    """Two would take each other's messages."""
    assert receiver_of(("place", URL)) is receiver_of(("place", URL))
    assert receiver_of(("place", URL)) is not receiver_of(("place", URL + "2"))


def test_the_rollout_reads_tags_and_hears_of_a_deaf_queue() -> None:
    """Kept verdicts are read like the tags they are; once nothing can come any more, the look fails."""
    source = QueueSignals(URL)
    checked: SignalSource = source
    member = MemberFacts("i-1", Lifecycle.IN_SERVICE, {"rolling:signal": "SUCCESS"})
    assert checked.needs_tags and checked.read(member) is SUCCESS
    source.trouble = PermanentFleetError("denied")
    with pytest.raises(PermanentFleetError, match="denied"):
        checked.read(member)


@pytest.mark.parametrize(
    ("hooks", "warnings"), [([], 0), ([Hook("ready", 300.0, "ABANDON")], 1)], ids=["no hook", "a hook"]
)
def test_a_queue_of_the_policy_is_the_source_whatever_hooks_there_are(
    hooks: list[Hook], warnings: int
) -> None:
    """A hook still holds the instance, which the user hears; where no signals are wanted nothing is read."""
    source, said = choose(hooks, True, 300.0, URL)
    assert isinstance(source, QueueSignals) and source.queue == URL and len(said) == warnings
    assert not isinstance(choose(hooks, False, 300.0, URL)[0], TagSignals)


def api(aws: ScriptedAws) -> AwsApi:
    return AwsApi(aws.place, once)


def test_a_message_is_received_with_its_count(aws: ScriptedAws) -> None:
    """Ten at a time by long poll, hidden long enough to keep the verdict, whatever the queue's own timeout is."""
    received = {"Body": "hi", "ReceiptHandle": "h", "Attributes": {"ApproximateReceiveCount": "3"}}
    aws.answer("ReceiveMessage", {"Messages": [received]}, {})
    queue = SqsQueue(api(aws), URL)
    assert queue.receive(20) == [("hi", "h", 3)]
    assert queue.receive(20) == []
    assert aws.sent("ReceiveMessage")[0] == {
        "QueueUrl": URL,
        "MaxNumberOfMessages": 10,
        "WaitTimeSeconds": 20,
        "VisibilityTimeout": 60,
        "MessageSystemAttributeNames": ["ApproximateReceiveCount"],
    }


def test_deletions_and_returns_go_in_batches_of_ten(aws: ScriptedAws) -> None:
    """Each entry has an id of its own within its batch (SQS API)."""
    aws.answer("DeleteMessageBatch", {})
    aws.answer("ChangeMessageVisibilityBatch", {})
    queue = SqsQueue(api(aws), URL)
    queue.delete([f"h{n}" for n in range(12)])
    queue.give_back([("h", 4)])
    assert [[e["Id"] for e in c["Entries"]] for c in aws.sent("DeleteMessageBatch")] == [
        [str(n) for n in range(10)],
        ["0", "1"],
    ]
    (sent,) = aws.sent("ChangeMessageVisibilityBatch")
    assert sent["Entries"] == [{"Id": "0", "ReceiptHandle": "h", "VisibilityTimeout": 4}]


@pytest.mark.parametrize(
    ("operation", "ask", "hint"),
    [
        ("ReceiveMessage", lambda queue: queue.receive(0), "Allow sqs:ReceiveMessage."),
        ("DeleteMessageBatch", lambda queue: queue.delete(["h"]), "Allow sqs:DeleteMessage."),
        (
            "ChangeMessageVisibilityBatch",
            lambda queue: queue.give_back([("h", 2)]),
            "Allow sqs:ChangeMessageVisibility.",
        ),
    ],
)
def test_a_denied_request_names_the_action_of_one_message(
    aws: ScriptedAws, operation: str, ask: Callable[[SqsQueue], Any], hint: str
) -> None:
    """There is no action for a batch: SQS checks the one for a single message."""
    aws.answer(operation, refused("AccessDenied", "no", 403))
    with pytest.raises(PermanentFleetError) as caught:
        ask(SqsQueue(api(aws), URL))
    assert caught.value.hint == hint


def test_a_queue_is_looked_at_without_taking_a_message(aws: ScriptedAws) -> None:
    """Preview changes nothing, not even a count of receives; a redrive policy is read."""
    redrive = json.dumps({"deadLetterTargetArn": "arn:dlq", "maxReceiveCount": 5})
    aws.answer("GetQueueAttributes", {"Attributes": {"RedrivePolicy": redrive}}, {})
    assert queue_facts(api(aws), URL) == QueueFacts(URL, most_receives=5)
    assert queue_facts(api(aws), URL) == QueueFacts(URL)
    assert aws.operations() == ["GetQueueAttributes"] * 2


def test_a_queue_that_cannot_be_read_says_why(aws: ScriptedAws) -> None:
    """It does not exist, or may not be asked, or is elsewhere; the last needs no call."""
    gone = refused("AWS.SimpleQueueService.NonExistentQueue", "The specified queue does not exist.")
    aws.answer("GetQueueAttributes", gone, refused("AccessDenied", "no", 403))
    assert "does not exist" in queue_facts(api(aws), URL).trouble
    assert "Allow sqs:GetQueueAttributes" in queue_facts(api(aws), URL).trouble
    far = AwsApi(Place("eu-west-1", "", "", ""), once)
    assert queue_facts(far, URL).trouble == (
        "the queue is in us-east-1 and the group in eu-west-1; use one beside the group"
    )


def test_facts_look_at_watched_queues(stage: Stage) -> None:
    """One call for each queue of the policy, none without."""
    stage.shows(group(instance("i-1")))
    stage.aws.answer("GetQueueAttributes", {})
    fleet = stage.fleet()
    assert fleet.facts().queues == ()
    fleet.watch(Watched(queues=(URL,)))
    assert fleet.facts().queues == (QueueFacts(URL),)


class Tags:
    """Instances of EC2 with their tags, and a keeper of verdicts for the group ``web``."""

    def __init__(self, aws: ScriptedAws) -> None:
        self.aws = aws
        self.instances: dict[str, dict[str, str]] = {}
        self.keeper = VerdictTags(api(aws), "web", SIGNAL_TAG)
        aws.answer("DescribeInstances", self._described)
        aws.answer("CreateTags", {})

    def has(self, *idents: str, group: str = "web", signal: str | None = None) -> None:
        tags = {"aws:autoscaling:groupName": group} | ({"rolling:signal": signal} if signal else {})
        self.instances |= dict.fromkeys(idents, tags)

    def written(self) -> list[tuple[list[str], str]]:
        return [(c["Resources"], c["Tags"][0]["Value"]) for c in self.aws.sent("CreateTags")]

    def _described(self, parameters: Answer) -> Answer:
        return {
            "Reservations": [
                {"Instances": [{"InstanceId": i, "Tags": [{"Key": k, "Value": v} for k, v in tags.items()]}]}
                for i, tags in self.instances.items()
                if i in parameters["Filters"][0]["Values"]
            ]
        }


@pytest.fixture
def tags(aws: ScriptedAws) -> Tags:
    return Tags(aws)


def test_verdicts_are_written_on_many_instances_at_once(tags: Tags) -> None:
    """One read, and one write for each word."""
    tags.has("i-1", "i-2", "i-3")
    assert tags.keeper.keep({"i-1": SUCCESS, "i-2": FAILURE, "i-3": SUCCESS}) == {"i-1", "i-2", "i-3"}
    assert tags.written() == [(["i-2"], "FAILURE"), (["i-1", "i-3"], "SUCCESS")]
    assert tags.aws.operations() == ["DescribeInstances", "CreateTags", "CreateTags"]


def test_a_duplicate_costs_nothing(tags: Tags) -> None:
    """It counts once, and its message is done with."""
    tags.has("i-1")
    tags.keeper.keep({"i-1": SUCCESS})
    tags.aws.calls.clear()
    assert tags.keeper.keep({"i-1": SUCCESS}) == {"i-1"}
    assert tags.aws.calls == []


@pytest.mark.parametrize("by", ["this process", "another"])
def test_failure_wins_and_is_never_taken_back(tags: Tags, by: str) -> None:
    """Whoever wrote the FAILURE, a SUCCESS after it changes nothing and is done with."""
    tags.has("i-1", signal="FAILURE" if by == "another" else None)
    if by == "this process":
        tags.keeper.keep({"i-1": FAILURE})
    before = tags.written()
    assert tags.keeper.keep({"i-1": SUCCESS}) == {"i-1"}
    assert tags.written() == before


def test_failure_after_success_is_written(tags: Tags) -> None:
    """ "Signals may only be updated with a FAILURE status" (CloudFormation, facts/cloudformation.md B.4)."""
    tags.has("i-1", signal="SUCCESS")
    assert tags.keeper.keep({"i-1": SUCCESS}) == {"i-1"}
    assert tags.written() == []
    assert tags.keeper.keep({"i-1": FAILURE}) == {"i-1"}
    assert tags.written() == [(["i-1"], "FAILURE")]


def test_only_instances_of_the_group_are_tagged(tags: Tags) -> None:
    """A message can say anything; EC2 says whose an instance is, and an unknown one may still appear."""
    tags.has("i-2", group="api")
    assert tags.keeper.keep({"i-1": SUCCESS, "i-2": FAILURE}) == frozenset()
    assert tags.written() == []
    tags.has("i-1")
    assert tags.keeper.keep({"i-1": SUCCESS}) == {"i-1"}


def test_an_instance_that_cannot_be_tagged_yet_stays_in_the_queue(tags: Tags) -> None:
    """EC2's parts do not learn of an instance at the same time; nothing of the batch counts as kept."""
    tags.has("i-1", "i-2")
    tags.aws.answer(
        "CreateTags", refused("InvalidInstanceID.NotFound", "The instance ID 'i-2' does not exist"), {}
    )
    assert tags.keeper.keep({"i-1": SUCCESS, "i-2": SUCCESS}) == frozenset()
    assert tags.keeper.keep({"i-1": SUCCESS, "i-2": SUCCESS}) == {"i-1", "i-2"}


def test_tags_that_may_not_be_written_are_an_error(tags: Tags) -> None:
    """The receiver hears of it, and the permission is named."""
    tags.has("i-1")
    tags.aws.answer("CreateTags", refused("UnauthorizedOperation", "no", 403))
    with pytest.raises(PermanentFleetError) as caught:
        tags.keeper.keep({"i-1": SUCCESS})
    assert caught.value.hint == "Allow ec2:CreateTags."
