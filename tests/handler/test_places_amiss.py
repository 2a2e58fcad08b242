"""Keepers and couriers of a roll, each with what can be amiss: the roll goes on, and it is said once with advice."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError, EndpointConnectionError, ReadTimeoutError
from pulumi_rolling.courses import courier
from pulumi_rolling.courses.folder import Folder
from pulumi_rolling.fleets.aws import api
from pulumi_rolling.lab import Lab
from pulumi_rolling.notify import webhook

from tests.handler.lab_web import LabWeb
from tests.notify.inbox import inbox

TOPIC = "arn:aws:sns:us-east-1:123456789012:rolls"
ELSEWHERE = "Name one in ROLLING_HISTORY_BUCKET that is in the region of the group."
DENIED = "User: arn:aws:iam::1:user/ci is not authorized to perform: "


def refused(code: str, line: str, status: int = 403) -> ClientError:
    return ClientError(
        {"Error": {"Code": code, "Message": line}, "ResponseMetadata": {"HTTPStatusCode": status}}, "Call"
    )


BUCKETS: dict[str, tuple[Exception, str]] = {
    "permission": (
        refused("AccessDenied", "Access Denied"),
        "PutObject was refused (AccessDenied): Access Denied. Allow s3:PutObject.",
    ),
    "permission of its key": (
        refused("AccessDenied", f"{DENIED}kms:GenerateDataKey on resource: k"),
        f"PutObject was refused (AccessDenied): {DENIED}kms:GenerateDataKey on resource: k."
        " Allow kms:GenerateDataKey.",
    ),
    "timeout": (
        ReadTimeoutError(endpoint_url="https://s3"),
        'PutObject got no answer: Read timeout on endpoint URL: "https://s3".'
        " Let this machine reach S3, or take the bucket out of ROLLING_HISTORY_BUCKET.",
    ),
    "region": (
        refused("PermanentRedirect", "The bucket must be addressed elsewhere", 301),
        f"PutObject was refused (PermanentRedirect): The bucket must be addressed elsewhere. {ELSEWHERE}",
    ),
    "region of the signature": (
        refused("AuthorizationHeaderMalformed", "the region 'us-east-1' is wrong", 400),
        "PutObject was refused (AuthorizationHeaderMalformed): the region 'us-east-1' is wrong. " + ELSEWHERE,
    ),
    "not there": (
        refused("NoSuchBucket", "The specified bucket does not exist", 404),
        "PutObject was refused (NoSuchBucket): The specified bucket does not exist."
        " Make the bucket, or name another in ROLLING_HISTORY_BUCKET.",
    ),
}
TOPICS: dict[str, tuple[Exception, str]] = {
    "permission": (
        refused("AuthorizationError", f"{DENIED}SNS:Publish on resource: {TOPIC}"),
        f"Publish was refused (AuthorizationError): {DENIED}SNS:Publish on resource: {TOPIC}. Allow SNS:Publish.",
    ),
    "permission of its key": (
        refused("KMSAccessDenied", "The ciphertext references a key", 400),
        "Publish was refused (KMSAccessDenied): The ciphertext references a key."
        " Allow kms:GenerateDataKey and kms:Decrypt on the topic's key.",
    ),
    "timeout": (
        ConnectTimeoutError(endpoint_url="https://sns"),
        'Publish got no answer: Connect timeout on endpoint URL: "https://sns". Let this machine reach SNS there.',
    ),
    "region": (
        EndpointConnectionError(endpoint_url="https://sns.nowhere"),
        'Publish got no answer: Could not connect to the endpoint URL: "https://sns.nowhere".'
        " Mend the region of its ARN in ROLLING_NOTIFY, or let this machine reach SNS there.",
    ),
    "region of the signature": (
        refused("InvalidParameter", "Invalid parameter: TopicArn", 400),
        "Publish was refused (InvalidParameter): Invalid parameter: TopicArn. Mend its ARN in ROLLING_NOTIFY.",
    ),
    "not there": (
        refused("NotFound", "Topic does not exist", 404),
        "Publish was refused (NotFound): Topic does not exist. Make the topic, or mend its ARN in ROLLING_NOTIFY.",
    ),
}
WEBHOOKS = {
    "permission": (403, "it was answered with status 403. Give ROLLING_NOTIFY a URL that may be written to."),
    "permission of its key": (
        401,
        "it was answered with status 401. Give ROLLING_NOTIFY a URL that may be written to.",
    ),
    "timeout": (None, "no answer (TimeoutError). Let this machine reach it."),
    "region": (
        302,
        "it was answered with status 302. Give ROLLING_NOTIFY the URL to which it leads; none is followed.",
    ),
    "region of the signature": (500, "it was answered with status 500"),
    "not there": (404, "it was answered with status 404. Give ROLLING_NOTIFY the URL that is there now."),
}
NAMED = "Name a folder in ROLLING_HISTORY that can be written, or 'off'."
FOLDERS = {
    "permission": (errno.EACCES, NAMED),
    "permission of its key": (errno.EROFS, NAMED),
    "timeout": (errno.EIO, NAMED),
    "region": (errno.ENOTDIR, NAMED),
    "region of the signature": (errno.EDQUOT, "Make room there."),
    "not there": (errno.ENOSPC, "Make room there."),
}


class Amiss:
    """A client of S3 or SNS of which each call fails."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def __getattr__(self, name: str) -> Any:
        def call(**_: Any) -> Any:
            raise self.error

        return call


@pytest.mark.parametrize("what", BUCKETS)
def test_a_roll_goes_on_and_says_once_of_each_place_what_is_amiss_and_what_to_do(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, what: str
) -> None:
    """Folder, bucket, topic and webhook fail at once, in each way: told in its own words, with advice."""
    number, folder_advice = FOLDERS[what]
    clients, client_of = {"s3": Amiss(BUCKETS[what][0]), "sns": Amiss(TOPICS[what][0])}, api._client

    def no_room(*_: Any) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(Folder, "_append", staticmethod(no_room))
    monkeypatch.setattr(
        api, "_client", lambda service, place: clients.get(service) or client_of(service, place)
    )
    status, webhook_words = WEBHOOKS[what]
    if what == "timeout":
        monkeypatch.setattr(courier, "PATIENCE", 0.1)
        monkeypatch.setattr(courier, "AGAIN", 0.05)
    if status is None:
        monkeypatch.setattr(webhook, "WITHIN", 0.1)
    with inbox() as box:
        box.status = status or 200
        if status is None:
            box.answers.clear()
        monkeypatch.setenv("ROLLING_NOTIFY", f"{TOPIC} {box.url}")
        monkeypatch.setenv("ROLLING_HISTORY", str(tmp_path / "rolls"))
        monkeypatch.setenv("ROLLING_HISTORY_BUCKET", "s3://courses")
        web = LabWeb(lab, "ami-v1", "ami-v2")
        state = web.update(web.deploy(web.news("1")), web.news("2"))
        assert web.revisions() == {"2"} and state["status"] == "stable"
        assert {each for each in web.warned if "the course" in each or "could not be told" in each} == {
            f"people could not be told of web at {TOPIC}: {TOPICS[what][1]}",
            f"people could not be told of web at {box.label}: {webhook_words}",
            f"the course of web is not kept in its bucket: {BUCKETS[what][1]}",
            f"the course of web is not kept in {tmp_path}/rolls: {os.strerror(number)}. {folder_advice}",
        }
        assert len(web.warned) == len(set(web.warned)), "each is said once"
