"""An SQS queue as signals need it, and the tags that make a verdict last."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from pulumi_rolling.core.model.member import Signal
from pulumi_rolling.errors import PermanentFleetError
from pulumi_rolling.fleets.aws.api import EC2, QUEUES, Answer, AwsApi
from pulumi_rolling.fleets.base import QueueFacts

MOST_MESSAGES = 10
"""Of one receive and of one batch (SQS API)."""
WORK = 60
"""Seconds for which a message is hidden while its verdict is being kept, whatever the queue's own timeout is."""
_REGION = re.compile(r"https://(?:sqs\.([a-z0-9-]+)\.amazonaws\.com|([a-z0-9-]+)\.queue\.amazonaws\.com)[./]")
_GROUP = "aws:autoscaling:groupName"
_UNKNOWN = "InvalidInstanceID.NotFound"


def queue_facts(api: AwsApi, url: str) -> QueueFacts:
    """One call, which changes nothing: no message is received for it."""
    region = _REGION.match(url)
    where = region and (region[1] or region[2])
    if where and api.place.region and where != api.place.region and not api.place.endpoint:
        return QueueFacts(
            url, f"the queue is in {where} and the group in {api.place.region}; use one beside the group"
        )
    try:
        answer = api.call(QUEUES, "GetQueueAttributes", QueueUrl=url, AttributeNames=["RedrivePolicy"])
    except PermanentFleetError as error:
        return QueueFacts(url, str(error))
    redrive = json.loads(answer.get("Attributes", {}).get("RedrivePolicy") or "{}")
    most = redrive.get("maxReceiveCount")
    return QueueFacts(url, most_receives=None if most is None else int(most))


class SqsQueue:
    """Requests that are sent once: whoever receives repeats them."""

    def __init__(self, api: AwsApi, url: str) -> None:
        self._api = api
        self._url = url

    def receive(self, seconds: int) -> list[tuple[str, str, int]]:
        """(body, receipt handle, times received) of each message that came within that time."""
        answer = self._ask(
            "ReceiveMessage",
            MaxNumberOfMessages=MOST_MESSAGES,
            WaitTimeSeconds=seconds,
            VisibilityTimeout=WORK,
            MessageSystemAttributeNames=["ApproximateReceiveCount"],
        )
        return [
            (m["Body"], m["ReceiptHandle"], int(m.get("Attributes", {}).get("ApproximateReceiveCount", 1)))
            for m in answer.get("Messages", [])
        ]

    def delete(self, handles: Sequence[str]) -> None:
        """One that is not deleted comes again, and counts once."""
        self._batch("DeleteMessageBatch", [{"ReceiptHandle": handle} for handle in handles])

    def give_back(self, hidden: Sequence[tuple[str, int]]) -> None:
        self._batch(
            "ChangeMessageVisibilityBatch",
            [{"ReceiptHandle": handle, "VisibilityTimeout": seconds} for handle, seconds in hidden],
        )

    def _batch(self, operation: str, entries: list[Answer]) -> None:
        for start in range(0, len(entries), MOST_MESSAGES):
            some = entries[start : start + MOST_MESSAGES]
            self._ask(operation, Entries=[{"Id": str(n), **entry} for n, entry in enumerate(some)])

    def _ask(self, operation: str, **parameters: object) -> Answer:
        return self._api.attempt(QUEUES, operation, QueueUrl=self._url, **parameters)


class VerdictTags:
    """Keeps verdicts of one group's instances in the tag that the rollout reads.

    FAILURE wins over SUCCESS, never SUCCESS over FAILURE, whoever wrote the first. Only instances of the group are
    tagged, as EC2 has it: any other is nobody's, or not known yet.
    """

    def __init__(self, api: AwsApi, group: str, tag: str) -> None:
        self._api = api
        self._group = group
        self._tag = tag
        self._standing: dict[str, Signal] = {}

    def keep(self, verdicts: Mapping[str, Signal]) -> frozenset[str]:
        """Those of the instances whose verdict stands now: one read, and a write for each of the two words at most."""
        news = {ident: status for ident, status in verdicts.items() if not self._stands(ident, status)}
        members = self._members(sorted(news)) if news else {}
        for ident, word in members.items():
            if word in Signal.__members__:
                self._standing[ident] = Signal(word)
        for status in (Signal.FAILURE, Signal.SUCCESS):
            self._write([i for i in members if news[i] is status and not self._stands(i, status)], status)
        return frozenset(ident for ident, status in verdicts.items() if self._stands(ident, status))

    def _stands(self, ident: str, status: Signal) -> bool:
        return self._standing.get(ident) in (status, Signal.FAILURE)

    def _members(self, idents: list[str]) -> dict[str, str]:
        """Which of them are instances of the group, each with what its tag says now."""
        found: dict[str, str] = {}
        names = [{"Name": "instance-id", "Values": idents}]
        answer = self._api.attempt(EC2, "DescribeInstances", Filters=names)
        for reservation in answer["Reservations"]:
            for instance in reservation["Instances"]:
                tags = {tag["Key"]: tag["Value"] for tag in instance.get("Tags", [])}
                if tags.get(_GROUP) == self._group:
                    found[instance["InstanceId"]] = tags.get(self._tag, "").strip().upper()
        return found

    def _write(self, idents: list[str], status: Signal) -> None:
        if not idents:
            return
        try:
            tags = [{"Key": self._tag, "Value": status.value}]
            self._api.attempt(EC2, "CreateTags", Resources=idents, Tags=tags)
        except PermanentFleetError as error:
            if error.code == _UNKNOWN:
                # Another part of EC2 has not heard of it yet; the message stays and comes again.
                return
            raise
        self._standing.update(dict.fromkeys(idents, status))
