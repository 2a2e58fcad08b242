"""A message to an SNS topic, by the door to AWS that the groups go through, with their credentials."""

from __future__ import annotations

import json

from pulumi_rolling.errors import FleetError
from pulumi_rolling.fleets.aws.api import AwsApi
from pulumi_rolling.fleets.aws.place import Place
from pulumi_rolling.notify.failing import NotToldError
from pulumi_rolling.notify.message import Message
from pulumi_rolling.notify.targets import NOTIFY

SNS = "sns"
_REGION = 3
_KEY = "Allow kms:GenerateDataKey and kms:Decrypt on the topic's key."
_ADVICE = {
    "NotFound": f"Make the topic, or mend its ARN in {NOTIFY}.",
    "InvalidParameter": f"Mend its ARN in {NOTIFY}.",
    "KMSAccessDenied": _KEY,
    "KMSNotFound": _KEY,
    "KMSDisabled": _KEY,
    "EndpointConnectionError": f"Mend the region of its ARN in {NOTIFY}, or let this machine reach SNS there.",
    "ConnectTimeoutError": "Let this machine reach SNS there.",
    "ReadTimeoutError": "Let this machine reach SNS there.",
}
"""What to do about an error by its code, where the error itself does not say it."""
_SUBJECT = 100
"""Characters of a subject, ASCII alone ("Publish", SNS API)."""


def region_of(arn: str) -> str:
    """The region in which a topic is."""
    return arn.split(":")[_REGION]


def publish(arn: str, message: Message, place: Place) -> None:
    """Send it once: people get the sentence, programs find the document in an attribute."""
    told = {
        "event": message.event.value,
        "group": message.group,
        "document": json.dumps(message.document()),
    }
    parameters: dict[str, object] = {
        "TopicArn": arn,
        "Subject": message.title.encode("ascii", "replace").decode()[:_SUBJECT],
        "Message": message.sentence,
        "MessageAttributes": {
            name: {"DataType": "String", "StringValue": value} for name, value in told.items()
        },
    }
    if arn.endswith(".fifo"):
        parameters |= {"MessageGroupId": message.key.partition(".")[0], "MessageDeduplicationId": message.key}
    try:
        AwsApi(place, lambda call: call()).attempt(SNS, "Publish", **parameters)
    except FleetError as error:
        raise NotToldError(str(error.advised(_ADVICE))) from None
