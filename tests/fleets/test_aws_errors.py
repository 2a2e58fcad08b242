"""botocore's errors in our tree: what may be tried again, what may not, and what the user can do about it."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from botocore import exceptions as boto
from botocore.parsers import ResponseParserError
from pulumi_rolling.core.replace.actions import Suspend
from pulumi_rolling.errors import (
    DeniedFleetError,
    FleetError,
    GroupNotFoundError,
    PermanentFleetError,
    TemporaryFleetError,
)
from pulumi_rolling.fleets.aws.api import AwsApi, one_line
from pulumi_rolling.fleets.aws.place import Place

from tests.fleets.scripted_aws import ScriptedAws, refused
from tests.fleets.stage import Stage

TABLE = [
    ("Throttling", 400, TemporaryFleetError),
    ("RequestLimitExceeded", 503, TemporaryFleetError),
    ("ResourceContention", 500, TemporaryFleetError),
    ("ScalingActivityInProgress", 400, TemporaryFleetError),
    ("InternalFailure", 500, TemporaryFleetError),
    ("AnythingNew", 502, TemporaryFleetError),
    ("AnythingNew", 429, TemporaryFleetError),
    ("ValidationError", 400, PermanentFleetError),
    ("AccessDenied", 403, DeniedFleetError),
    ("UnauthorizedOperation", 403, DeniedFleetError),
    ("ExpiredToken", 403, PermanentFleetError),
    ("AnythingNew", 400, PermanentFleetError),
]


def once(work: Callable[[], Any]) -> Any:
    return work()


@pytest.mark.parametrize(("code", "status", "kind"), TABLE)
def test_a_refusal_is_temporary_or_permanent(
    aws: ScriptedAws, code: str, status: int, kind: type[FleetError]
) -> None:
    """Throttling, contention, a scaling activity and 5xx may be tried again; everything else may not."""
    aws.answer("SuspendProcesses", refused(code, "because", status))
    with pytest.raises(FleetError) as caught:
        AwsApi(aws.place, once).call("autoscaling", "SuspendProcesses", AutoScalingGroupName="web")
    assert type(caught.value) is kind
    assert (caught.value.operation, caught.value.code) == ("SuspendProcesses", code)
    assert caught.value.message == f"SuspendProcesses was refused ({code}): because"
    assert isinstance(caught.value.__cause__, boto.ClientError)


@pytest.mark.parametrize(
    "error",
    [
        boto.ConnectTimeoutError(endpoint_url="x"),
        boto.ReadTimeoutError(endpoint_url="x"),
        boto.EndpointConnectionError(endpoint_url="x"),
        boto.ConnectionClosedError(endpoint_url="x"),
        boto.IncompleteReadError(actual_bytes=1, expected_bytes=2),
        ResponseParserError("<html>"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_broken_connection_is_temporary(aws: ScriptedAws, error: Exception) -> None:
    """No answer, half an answer and an answer that is not one may all be tried again."""
    aws.answer("ResumeProcesses", error)
    with pytest.raises(TemporaryFleetError) as caught:
        AwsApi(aws.place, once).call("autoscaling", "ResumeProcesses", AutoScalingGroupName="web")
    assert caught.value.__cause__ is error


@pytest.mark.parametrize(
    ("error", "hint"),
    [
        (boto.NoCredentialsError(), "AWS_PROFILE"),
        (boto.PartialCredentialsError(provider="env", cred_var="x"), "AWS_PROFILE"),
        (boto.NoRegionError(), "Set region or AWS_REGION."),
        (boto.ParamValidationError(report="bad"), ""),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_was_never_sent_is_permanent(aws: ScriptedAws, error: Exception, hint: str) -> None:
    """Missing credentials or region do not heal by themselves, and the hint says what to set."""
    aws.answer("ResumeProcesses", error)
    with pytest.raises(PermanentFleetError) as caught:
        AwsApi(aws.place, once).call("autoscaling", "ResumeProcesses", AutoScalingGroupName="web")
    assert hint in caught.value.hint
    assert "was not sent" in caught.value.message


def test_a_missing_region_is_named_by_its_path_in_the_inputs(stage: Stage) -> None:
    """The door to AWS knows no kind; the fleet says where its region is set."""
    stage.aws.answer("SuspendProcesses", boto.NoRegionError())
    with pytest.raises(PermanentFleetError) as caught:
        stage.fleet().apply(Suspend(frozenset({"AZRebalance"})))
    assert caught.value.hint == "Set autoScalingGroup.region or AWS_REGION."


@pytest.mark.parametrize(
    ("service", "operation", "code", "hint"),
    [
        ("autoscaling", "SuspendProcesses", "AccessDenied", "Allow autoscaling:SuspendProcesses."),
        ("ec2", "DescribeInstances", "UnauthorizedOperation", "Allow ec2:DescribeInstances."),
    ],
)
def test_a_denied_call_names_the_action_to_allow(
    aws: ScriptedAws, service: str, operation: str, code: str, hint: str
) -> None:
    """The hint of an access refusal is the IAM action, which is the service and the operation."""
    aws.answer(operation, refused(code, "no", 403))
    parameters = {"AutoScalingGroupName": "web"} if service == "autoscaling" else {}
    with pytest.raises(DeniedFleetError) as caught:
        AwsApi(aws.place, once).call(service, operation, **parameters)
    assert caught.value.hint == hint


def test_a_template_that_may_not_be_used_names_what_a_launch_needs(aws: ScriptedAws) -> None:
    """Pointing a group at a template needs ec2:RunInstances (user guide, launch template usage)."""
    aws.answer(
        "UpdateAutoScalingGroup",
        refused("ValidationError", "You are not authorized to use launch template: lt-1"),
    )
    with pytest.raises(DeniedFleetError) as caught:
        AwsApi(aws.place, once).call("autoscaling", "UpdateAutoScalingGroup", AutoScalingGroupName="web")
    assert "ec2:RunInstances" in caught.value.hint


@pytest.mark.parametrize(
    ("code", "message", "hint"),
    [
        (
            "ValidationError",
            "You must use a valid fully-formed launch template. The image id '[ami-1]' does not exist",
            "Mend the launch template.",
        ),
        ("ExpiredToken", "expired", "The AWS credentials have expired; renew them."),
        (
            "InvalidClientTokenId",
            "no",
            "AWS does not accept these credentials; check AWS_PROFILE and AWS_ACCESS_KEY_ID.",
        ),
        ("ValidationError", "Desired capacity must be at most MaxSize", ""),
    ],
)
def test_a_refusal_says_what_to_do_where_its_words_tell(
    aws: ScriptedAws, code: str, message: str, hint: str
) -> None:
    """A template that nothing can be launched from, and credentials, have one thing to mend; nothing is guessed."""
    aws.answer("UpdateAutoScalingGroup", refused(code, message))
    with pytest.raises(PermanentFleetError) as caught:
        AwsApi(aws.place, once).call("autoscaling", "UpdateAutoScalingGroup", AutoScalingGroupName="web")
    assert (type(caught.value), caught.value.hint) == (PermanentFleetError, hint)


def test_an_act_on_a_missing_group_says_so(aws: ScriptedAws) -> None:
    """AWS calls a missing group a ValidationError; here it has its own class."""
    aws.answer(
        "SuspendProcesses", refused("ValidationError", "AutoScalingGroup name not found - no such group: web")
    )
    with pytest.raises(GroupNotFoundError):
        AwsApi(aws.place, once).call("autoscaling", "SuspendProcesses", AutoScalingGroupName="web")


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_a_disk_that_takes_nothing_is_temporary(aws: ScriptedAws, number: int) -> None:
    """The SDK keeps a token that it renewed in the user's home: a full disk is of the moment, and ends no roll."""
    aws.answer("ResumeProcesses", OSError(number, os.strerror(number)))
    with pytest.raises(TemporaryFleetError, match="ResumeProcesses was not sent: ") as caught:
        AwsApi(aws.place, once).call("autoscaling", "ResumeProcesses", AutoScalingGroupName="web")
    assert os.strerror(number) in str(caught.value)


def test_a_bug_of_ours_is_not_dressed_up(aws: ScriptedAws) -> None:
    """An error that botocore did not raise passes as it is."""
    aws.answer("SuspendProcesses", KeyError("ours"))
    with pytest.raises(KeyError):
        AwsApi(aws.place, once).call("autoscaling", "SuspendProcesses", AutoScalingGroupName="web")


def test_messages_are_one_line_without_the_encoded_tail() -> None:
    """EC2 appends some kilobytes of encoded text to a refusal; nobody can read them."""
    assert (
        one_line("You are not\n authorized. Encoded authorization failure message: abcdef")
        == "You are not authorized."
    )
    assert len(one_line("x" * 1000)) == 300


def test_every_attempt_is_counted_and_goes_through_the_retry(aws: ScriptedAws) -> None:
    """A call that is throttled twice is three calls, and botocore repeats none of them by itself."""
    aws.answer("SuspendProcesses", refused("Throttling"), refused("Throttling"), {})

    def thrice(work: Callable[[], Any]) -> Any:
        for _ in range(2):
            with pytest.raises(TemporaryFleetError):
                work()
        return work()

    api = AwsApi(aws.place, thrice)
    api.call("autoscaling", "SuspendProcesses", AutoScalingGroupName="web")
    assert api.count() == 3
    assert aws.operations() == ["SuspendProcesses"] * 3


def test_a_client_of_ours_sends_once_and_goes_to_the_endpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    """Against a closed port one attempt fails at once as temporary: botocore's retries are off."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    api = AwsApi(Place.of("us-east-1", "http://127.0.0.1:9"), once)
    with pytest.raises(TemporaryFleetError, match="DescribeLifecycleHooks got no answer"):
        api.call("autoscaling", "DescribeLifecycleHooks", AutoScalingGroupName="web")
    assert api.count() == 1


def test_botocore_repeats_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that fails is asked once per attempt; how often is for the fleet's own retry to say."""
    requests: list[str] = []

    class Failing(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            requests.append(self.path)
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(500)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing."""

    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    server = HTTPServer(("127.0.0.1", 0), Failing)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        api = AwsApi(Place.of("us-east-1", f"http://127.0.0.1:{server.server_port}"), once)
        with pytest.raises(TemporaryFleetError):
            api.call("autoscaling", "DescribeLifecycleHooks", AutoScalingGroupName="web")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert len(requests) == 1


def test_pages_are_followed_to_the_end(aws: ScriptedAws) -> None:
    """A page may be short although more exist, so only a missing NextToken ends the reading."""
    aws.answer(
        "DescribeScheduledActions",
        {"ScheduledUpdateGroupActions": [], "NextToken": "more"},
        {"ScheduledUpdateGroupActions": [{"ScheduledActionName": "night"}]},
    )
    pages = list(
        AwsApi(aws.place, once).pages("autoscaling", "DescribeScheduledActions", AutoScalingGroupName="web")
    )
    assert len(pages) == 2
    assert aws.sent("DescribeScheduledActions")[1]["NextToken"] == "more"


def test_the_place_is_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the inputs leave out comes from the variables that AWS tools use; what they give wins."""
    for name, value in {
        "AWS_REGION": "eu-west-1",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
        "AWS_PROFILE": "staging",
        "AWS_ACCESS_KEY_ID": "k",
    }.items():
        monkeypatch.setenv(name, value)
    assert Place.of() == Place("eu-west-1", "http://127.0.0.1:1", "staging", "k")
    assert Place.of("us-west-2", "http://127.0.0.1:2", "live") == Place(
        "us-west-2", "http://127.0.0.1:2", "live", "k"
    )


def test_importing_the_fleet_and_the_signals_loads_no_sdk() -> None:
    """boto3 is loaded by the first call, not by an import."""
    program = (
        "import sys, pulumi_rolling, pulumi_rolling.fleets.auto_scaling_group, "
        "pulumi_rolling.signals.choose\n"
        "import pulumi_rolling.signals.send\n"
        "sys.exit(' '.join(m for m in ('boto3', 'botocore', 'moto') if m in sys.modules) or None)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    "endpoint", ["web", "localhost:4566", "http://", "http://[::1", "http://127.0.0.1:99999"]
)
def test_an_endpoint_that_is_no_url_is_named(endpoint: str) -> None:
    """The SDK raises a bare ValueError before it sends anything; the answer names the endpoint."""
    api = AwsApi(Place("us-east-1", endpoint, "", "none"), lambda work: work())
    with pytest.raises(PermanentFleetError) as failed:
        api.call("autoscaling", "DescribeAutoScalingGroups")
    assert str(failed.value).startswith(f"the endpoint {endpoint} cannot be used: ")
    assert str(failed.value).endswith("It is a URL, such as http://127.0.0.1:4566.")


def test_a_region_that_is_none_is_no_fault_of_the_endpoint() -> None:
    """The SDK's error about a region is a ValueError as well."""
    with pytest.raises(PermanentFleetError, match="was not sent: Provided region_name 'us east'"):
        AwsApi(Place("us east", "", "", "none"), lambda work: work()).call(
            "autoscaling", "DescribeAutoScalingGroups"
        )
