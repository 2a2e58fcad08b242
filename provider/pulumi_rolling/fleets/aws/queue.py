"""An SQS queue as signals need it."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from pulumi_rolling.errors import PermanentFleetError
from pulumi_rolling.fleets.aws.api import QUEUES, Answer, AwsApi

MOST_MESSAGES = 10
"""Of one receive and of one batch (SQS API)."""
WORK = 60
"""Seconds for which a message is hidden while its verdict is being kept, whatever the queue's own timeout is."""
_REGION = re.compile(r"https://(?:sqs\.([a-z0-9-]+)\.amazonaws\.com|([a-z0-9-]+)\.queue\.amazonaws\.com)[./]")


@dataclass(frozen=True, slots=True)
class QueueFacts:
    """What is known of a signal queue before a rollout."""

    url: str
    trouble: str = ""
    """Why nothing can be received from it."""
    most_receives: int | None = None
    """After so many receives a message goes to the dead-letter queue. None: there is none."""


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
    """Requests that are sent once: the receiver repeats them."""

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
