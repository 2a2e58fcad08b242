"""The only door to AWS: makes the clients, counts the calls, and turns botocore's errors into our tree, once.

boto3 is imported inside functions, so that importing the package costs nothing to those who roll something
else. Botocore's own retries are off: its default gives up after one to three seconds of throttling
(facts/aws.md 2.7), and two layers of retries would hide both the count and the deadline from the caller.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from pulumi_rolling.cloud_time import CLOUD, steady
from pulumi_rolling.errors import (
    DeniedFleetError,
    FleetError,
    GroupNotFoundError,
    PermanentFleetError,
    TemporaryFleetError,
    unusable_endpoint,
)
from pulumi_rolling.fleets.aws.place import Place
from pulumi_rolling.fleets.aws.sessions import session_of
from pulumi_rolling.fleets.base import Retry
from pulumi_rolling.fleets.counted_calls import CountedCalls

AUTO_SCALING = "autoscaling"
EC2 = "ec2"
LOAD_BALANCING = "elbv2"
CLASSIC_BALANCING = "elb"
ALARMS = "cloudwatch"
ECS = "ecs"
QUEUES = "sqs"


Answer = dict[str, Any]
"""What a call brings back, in AWS's own names."""

_TEMPORARY = frozenset(
    {
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "RequestThrottled",
        "RequestThrottledException",
        "RequestLimitExceeded",
        "TooManyRequestsException",
        "BandwidthLimitExceeded",
        "EC2ThrottledException",
        "SlowDown",
        "PriorRequestNotComplete",
        "ResourceContention",
        "ResourceContentionFault",
        "ScalingActivityInProgress",
        "ScalingActivityInProgressFault",
        "InternalError",
        "InternalFailure",
        "ServiceUnavailable",
        "ServiceUnavailableException",
        "Unavailable",
        "RequestTimeout",
        "RequestTimeoutException",
    }
)
_DENIED = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "AuthorizationError",
        "UnauthorizedOperation",
        "Client.UnauthorizedOperation",
    }
)
_LACKING = re.compile(r"not authorized to perform: ([a-zA-Z0-9-]+:[a-zA-Z0-9*]+)")
"""A call may need an action of another service: that of a key, or to pass a role."""
_STALE_CREDENTIALS = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired"})
_WRONG_CREDENTIALS = frozenset(
    {"AuthFailure", "InvalidClientTokenId", "SignatureDoesNotMatch", "UnrecognizedClientException"}
)
_NEEDED: dict[str, dict[str, tuple[str, ...]]] = {
    "DescribeAutoScalingGroups": {
        "AutoScalingGroups": ("AutoScalingGroupName", "MinSize", "MaxSize", "DesiredCapacity")
    },
    "DescribeAutoScalingInstances": {"AutoScalingInstances": ("InstanceId", "LifecycleState")},
    "DescribeScalingActivities": {"Activities": ("ActivityId", "StatusCode")},
    "DescribeInstances": {"Reservations": ("Instances",)},
    "DescribeLaunchTemplateVersions": {"LaunchTemplateVersions": ("VersionNumber",)},
    "DescribeLifecycleHooks": {"LifecycleHooks": ("LifecycleHookName",)},
    "DescribeServices": {"services": ("serviceArn", "serviceName", "status", "desiredCount", "runningCount")},
    "ListServiceDeployments": {"serviceDeployments": ("serviceDeploymentArn", "status")},
    "DescribeServiceDeployments": {"serviceDeployments": ("serviceDeploymentArn", "status")},
    "DescribeTasks": {"tasks": ("taskArn", "lastStatus")},
}
"""What an answer must have, and each of its items, for anything to follow from it."""
_ACTION_PREFIXES = {LOAD_BALANCING: "elasticloadbalancing", CLASSIC_BALANCING: "elasticloadbalancing"}
"""Services whose actions have another prefix in a policy than their client's name."""
_ABSENT = frozenset({"ClusterNotFoundException", "ServiceNotFoundException", "ServiceNotActiveException"})
"""Errors of ECS by which a service is not there."""
_TOKENS = ("NextToken", "nextToken")
"""How services spell what the next page is asked for with."""
NOT_KNOWN = "UnknownOperation"
"""Our code for a call that the installed SDK does not have."""
_LONGEST_MESSAGE = 300


class AwsApi(CountedCalls):
    """Calls of one fleet at one place, whose errors are ours."""

    def __init__(self, place: Place, retry: Retry[Any], *, region_path: str = "region") -> None:
        """``region_path``: where the region is set in the inputs, for the error that misses it."""
        super().__init__(retry)
        self.place = place
        self._region_path = region_path

    def call(self, service: str, operation: str, /, **parameters: Any) -> Answer:
        return self.under_retry(lambda: self.attempt(service, operation, **parameters))

    def pages(self, service: str, operation: str, /, **parameters: Any) -> Iterator[Answer]:
        """Every page: a short page is not the last one (DescribeAutoScalingGroups, facts/aws.md 2.1)."""
        while True:
            page = self.call(service, operation, **parameters)
            yield page
            key = next((each for each in _TOKENS if page.get(each)), None)
            if key is None:
                return
            parameters[key] = page[key]

    def attempt(self, service: str, operation: str, /, **parameters: Any) -> Answer:
        """One request, sent once."""
        try:
            call = _call_of(_client(service, self.place), operation)
            self._counted()
            asked_at = steady()
            answer: Answer = call(**parameters)
            _hear(answer, asked_at)
            _must_be_whole(answer, operation)
            return answer
        except FleetError:
            raise
        except Exception as error:
            ours = translated(error, service, operation, self._region_path)
            if ours is None:
                raise
            raise ours from error


def _must_be_whole(answer: Answer, operation: str) -> None:
    """A page of somebody else's that parses, and an answer cut short, are no answers: the next one will be."""
    for name, needed in _NEEDED.get(operation, {}).items():
        found = answer.get(name)
        lacking = [name] if found is None else [key for one in found for key in needed if key not in one]
        if lacking:
            raise TemporaryFleetError(
                f"{operation} was answered without {lacking[0]}", operation=operation, code="Incomplete"
            )


def _hear(answer: Answer, asked_at: float) -> None:
    """Every answer tells the cloud's time."""
    told = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date", "")
    try:
        date = parsedate_to_datetime(told).timestamp()
    except (TypeError, ValueError):
        return
    CLOUD.heard(date, asked_at, steady())


def translated(error: Exception, service: str, operation: str, region_path: str) -> FleetError | None:
    """The error in our tree, or None for what botocore did not raise: that is a bug of ours and stays visible."""
    from botocore import exceptions as boto  # type: ignore[import-untyped]
    from botocore.parsers import ResponseParserError  # type: ignore[import-untyped]

    if isinstance(error, boto.ClientError):
        return _refused(error.response, service, operation)
    line = one_line(str(error))
    kind = type(error).__name__
    if isinstance(
        error, (boto.HTTPClientError, boto.ConnectionError, boto.IncompleteReadError, ResponseParserError)
    ):
        return TemporaryFleetError(f"{operation} got no answer: {line}", operation=operation, code=kind)
    if isinstance(
        error, (boto.NoCredentialsError, boto.PartialCredentialsError, boto.CredentialRetrievalError)
    ):
        hint = "Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
        return PermanentFleetError(
            f"{operation} was not sent, since no AWS credentials were found: {line}",
            operation=operation,
            code=kind,
            hint=hint,
        )
    if isinstance(error, boto.NoRegionError):
        hint = f"Set {region_path} or AWS_REGION."
        return PermanentFleetError(
            f"{operation} was not sent: no AWS region is known.", operation=operation, code=kind, hint=hint
        )
    if isinstance(error, boto.BotoCoreError):
        return PermanentFleetError(f"{operation} was not sent: {line}", operation=operation, code=kind)
    if isinstance(error, OSError):
        # A full disk or a home that is read-only, where the SDK keeps a token that it has renewed (SSO).
        return TemporaryFleetError(f"{operation} was not sent: {line}", operation=operation, code=kind)
    return None


def _refused(response: Answer, service: str, operation: str) -> FleetError:
    code = str(response.get("Error", {}).get("Code", ""))
    line = one_line(str(response.get("Error", {}).get("Message", "")))
    status = int(response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    message = f"{operation} was refused ({code}): {line}"
    if code in _TEMPORARY or status >= 500 or status == 429:
        return TemporaryFleetError(message, operation=operation, code=code)
    gone = code == "ValidationError" and "autoscalinggroup name not found" in line.lower()
    if gone or code in _ABSENT:
        return GroupNotFoundError(message, operation=operation, code=code)
    allow = _to_allow(code, line, service, operation)
    if allow:
        return DeniedFleetError(message, operation=operation, code=code, hint=f"Allow {allow}.")
    return PermanentFleetError(message, operation=operation, code=code, hint=_hint(code, line))


def _to_allow(code: str, line: str, service: str, operation: str) -> str:
    """The action that the caller lacks, where that is why the call was refused."""
    if "not authorized to use launch template" in line.lower():
        # "you must have permissions to use the specified launch template", EC2 Auto Scaling user guide,
        # "Control Amazon EC2 launch template usage": the caller needs what a launch from it would need.
        return "ec2:RunInstances on what the template names, and iam:PassRole for its instance profile"
    if code not in _DENIED:
        return ""
    named = _LACKING.search(line)
    if named is not None:
        return named[1]
    # SQS checks a batch by the action for one message (SQS developer guide, "API permissions").
    action = operation.removesuffix("Batch") if service == QUEUES else operation
    return f"{_ACTION_PREFIXES.get(service, service)}:{action}"


def _hint(code: str, line: str) -> str:
    """The one thing to do, where there is one."""
    if "valid fully-formed launch template" in line.lower():
        # A group is pointed at a template that no launch would succeed from: a missing image, key pair, instance
        # profile (the sentence stands in terraform-provider-aws, resource aws_autoscaling_group).
        return "Mend the launch template."
    if code in _STALE_CREDENTIALS:
        return "The AWS credentials have expired; renew them."
    if code in _WRONG_CREDENTIALS:
        return "AWS does not accept these credentials; check AWS_PROFILE and AWS_ACCESS_KEY_ID."
    return ""


def one_line(text: str) -> str:
    """For messages and causes: one line, without the encoded tail of EC2's refusals, of bearable length."""
    line = " ".join(text.split("Encoded authorization failure message", 1)[0].split())
    return line if len(line) <= _LONGEST_MESSAGE else line[: _LONGEST_MESSAGE - 1] + "…"


_clients: dict[tuple[str, Place], Any] = {}
_clients_lock = threading.Lock()


def _client(service: str, place: Place) -> Any:
    """One client per service and place. Clients are thread safe, making one is not."""
    with _clients_lock:
        client = _clients.get((service, place))
        if client is None:
            from botocore.config import Config  # type: ignore[import-untyped]
            from botocore.exceptions import InvalidRegionError  # type: ignore[import-untyped]

            config = Config(
                retries={"total_max_attempts": 1},
                connect_timeout=5,
                read_timeout=30,
                max_pool_connections=32,
            )
            session, endpoint = session_of(place), place.endpoint or None
            try:
                client = session.create_client(service, endpoint_url=endpoint, config=config)
                _ = urlsplit(
                    client.meta.endpoint_url
                ).port  # a port that is none would fail with the first call
            except InvalidRegionError:
                raise  # which is a ValueError as well
            except ValueError as error:
                raise unusable_endpoint(endpoint, error) from error
            _clients[service, place] = client
        return client


def _call_of(client: Any, operation: str) -> Callable[..., Any]:
    from botocore import xform_name

    method: Callable[..., Any] | None = getattr(client, xform_name(operation), None)
    if method is None:
        raise PermanentFleetError(
            f"{operation} was not sent: the installed SDK does not know it",
            operation=operation,
            code=NOT_KNOWN,
            hint="Run pip install --upgrade boto3.",
        )
    return method
