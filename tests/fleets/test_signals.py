"""Where signals come from, how the source is chosen, and how one is sent."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from pulumi_rolling.core.model.member import Lifecycle, Signal
from pulumi_rolling.errors import PermanentFleetError, TemporaryFleetError
from pulumi_rolling.fleets.auto_scaling_group.facts import Hook
from pulumi_rolling.fleets.aws.api import _clients
from pulumi_rolling.fleets.replace import MemberFacts, SignalSource
from pulumi_rolling.signals.choose import NoSignals, choose
from pulumi_rolling.signals.hook import HookSignals
from pulumi_rolling.signals.send import Clients, read_metadata, send, status_of_exit_code
from pulumi_rolling.signals.tag import TagSignals

from tests.fleets.scripted_aws import Answer, ScriptedAws, refused

SUCCESS, FAILURE = Signal.SUCCESS, Signal.FAILURE


@pytest.mark.parametrize(
    ("tags", "signal"),
    [
        ({"rolling:signal": "SUCCESS"}, SUCCESS),
        ({"rolling:signal": "success"}, SUCCESS),
        ({"rolling:signal": " Failure "}, FAILURE),
        ({"rolling:signal": "maybe"}, None),
        ({"rolling:signal": ""}, None),
        ({"signal": "SUCCESS"}, None),
        ({}, None),
        (None, None),
    ],
)
def test_a_tag_is_a_signal_or_nothing(tags: dict[str, str] | None, signal: Signal | None) -> None:
    """SUCCESS or FAILURE in any case; anything else, and not having asked, is no signal."""
    source: SignalSource = TagSignals()
    assert source.needs_tags
    assert source.read(MemberFacts("i-1", Lifecycle.PENDING, tags)) is signal


@pytest.mark.parametrize(
    ("lifecycle", "signal"),
    [
        (Lifecycle.PENDING, None),
        (Lifecycle.WAITING, None),
        (Lifecycle.IN_SERVICE, SUCCESS),
        (Lifecycle.STANDBY, None),
        (Lifecycle.LEAVING, None),
    ],
)
def test_in_service_past_a_hook_is_success(lifecycle: Lifecycle, signal: Signal | None) -> None:
    """An instance gets past its launch hooks by CONTINUE only; ABANDON shows as the member leaving."""
    source: SignalSource = HookSignals()
    assert not source.needs_tags
    assert source.read(MemberFacts("i-1", lifecycle, {"rolling:signal": "FAILURE"})) is signal


def test_unwanted_signals_are_not_read() -> None:
    """NoSignals says nothing and asks for nothing."""
    source: SignalSource = NoSignals()
    assert not source.needs_tags
    assert source.read(MemberFacts("i-1", Lifecycle.IN_SERVICE, None)) is None


STRICT, LONG = Hook("ready", 300.0, "ABANDON"), Hook("warm", 3600.0, "ABANDON")
LENIENT = Hook("notify", 300.0, "CONTINUE")


@pytest.mark.parametrize(
    ("hooks", "wanted", "pause", "kind", "warnings"),
    [
        ([STRICT], False, 300.0, NoSignals, []),
        ([], True, 300.0, TagSignals, []),
        ([STRICT], True, 300.0, HookSignals, []),
        ([STRICT], True, 301.0, HookSignals, ["'ready' ends after 300 s, before PauseTime (301 s)"]),
        ([STRICT, LONG], True, 900.0, HookSignals, ["'ready' ends after 300 s"]),
        ([LENIENT, LONG], True, 900.0, HookSignals, []),
        ([LENIENT], True, 300.0, TagSignals, ["'notify' is CONTINUE"]),
    ],
)
def test_the_hook_is_chosen_where_silence_fails(
    hooks: list[Hook], wanted: bool, pause: float, kind: type, warnings: list[str]
) -> None:
    """A launch hook that abandons by default is the signal; one that continues is not, and the user hears why."""
    source, said = choose(hooks, wanted, pause)
    assert type(source) is kind
    assert len(said) == len(warnings)
    for words, sentence in zip(warnings, said, strict=True):
        assert words in sentence


def test_a_pasted_policy_without_a_hook_is_told_how_a_signal_comes() -> None:
    """CloudFormation's instances call cfn-signal, which would reach nobody here: the line for user data is given."""
    source, (said,) = choose([], True, 300.0, in_rounds=True)
    assert type(source) is TagSignals
    assert "cfn-signal reaches nothing but CloudFormation" in said
    assert "rolling signal --exit-code $?" in said and "rolling:signal" in said
    assert (
        choose([STRICT], True, 300.0, in_rounds=True)[1] == choose([], False, 300.0, in_rounds=True)[1] == ()
    )


def launch_hook(name: str, default: str = "ABANDON") -> Answer:
    return {
        "LifecycleHookName": name,
        "LifecycleTransition": "autoscaling:EC2_INSTANCE_LAUNCHING",
        "DefaultResult": default,
    }


def end_hook(name: str) -> Answer:
    return {"LifecycleHookName": name, "LifecycleTransition": "autoscaling:EC2_INSTANCE_TERMINATING"}


class Cloud:
    def __init__(self, aws: ScriptedAws) -> None:
        self.aws = aws
        self.clients = Clients(_clients["autoscaling", aws.place], _clients["ec2", aws.place])
        self.sleeps: list[float] = []
        aws.answer("CompleteLifecycleAction", {})
        aws.answer("CreateTags", {})

    def has(self, *states: str, hooks: tuple[Answer, ...] = ()) -> None:
        self.aws.answer(
            "DescribeAutoScalingInstances",
            *(
                {
                    "AutoScalingInstances": [
                        {"InstanceId": "i-1", "AutoScalingGroupName": "web", "LifecycleState": state}
                    ]
                }
                for state in states
            ),
        )
        self.aws.answer("DescribeLifecycleHooks", {"LifecycleHooks": list(hooks)})

    def send(self, status: Signal) -> str:
        return send(status, instance="i-1", clients=self.clients, sleep=self.sleeps.append)


@pytest.fixture
def cloud(aws: ScriptedAws) -> Cloud:
    return Cloud(aws)


@pytest.mark.parametrize(("status", "result"), [(SUCCESS, "CONTINUE"), (FAILURE, "ABANDON")])
def test_a_waiting_instance_completes_every_launch_hook(cloud: Cloud, status: Signal, result: str) -> None:
    """All launch hooks must be completed before it is in service; hooks of the other end are left alone."""
    cloud.has("Pending:Wait", hooks=(launch_hook("a"), launch_hook("b", "CONTINUE"), end_hook("drain")))
    assert cloud.send(status) == f"{status.value} of i-1 in web: {result} given to a, b."
    assert [
        (c["LifecycleHookName"], c["LifecycleActionResult"])
        for c in cloud.aws.sent("CompleteLifecycleAction")
    ] == [
        ("a", result),
        ("b", result),
    ]
    assert cloud.aws.sent("CreateTags") == []


def test_without_hooks_the_tag_is_set(cloud: Cloud) -> None:
    """One CreateTags on the instance itself."""
    cloud.has("InService")
    assert cloud.send(SUCCESS) == "SUCCESS of i-1 in web: tag rolling:signal set."
    assert cloud.aws.sent("CreateTags") == [
        {"Resources": ["i-1"], "Tags": [{"Key": "rolling:signal", "Value": "SUCCESS"}]}
    ]


def test_a_hook_that_continues_by_default_gets_the_tag_as_well(cloud: Cloud) -> None:
    """The rollout reads the tag, since silence would pass the hook; the hook is not left waiting."""
    cloud.has("Pending:Wait", hooks=(launch_hook("notify", "CONTINUE"),))
    assert (
        cloud.send(SUCCESS) == "SUCCESS of i-1 in web: tag rolling:signal set, and CONTINUE given to notify."
    )


def test_a_script_faster_than_the_hook_waits_for_it(cloud: Cloud) -> None:
    """A hook completed while the instance is still Pending is refused, and the success would be lost."""
    cloud.has("Pending", "Pending", "Pending:Wait", hooks=(launch_hook("a"),))
    assert cloud.send(SUCCESS) == "SUCCESS of i-1 in web: CONTINUE given to a."
    assert cloud.sleeps == [1.0, 1.0]


def test_a_hook_completed_by_another_is_no_error(cloud: Cloud) -> None:
    """One ABANDON ends the launch for all hooks, so the others answer that nothing is active."""
    cloud.has("Pending:Wait", hooks=(launch_hook("a"), launch_hook("b")))
    gone = refused("ValidationError", "No active Lifecycle Action found with instance ID i-1")
    cloud.aws.answer("CompleteLifecycleAction", {}, gone)
    assert cloud.send(FAILURE) == "FAILURE of i-1 in web: ABANDON given to a."


def test_an_instance_of_no_group_is_an_error(cloud: Cloud) -> None:
    """Nobody waits for that signal, and saying nothing would look like success."""
    cloud.aws.answer("DescribeAutoScalingInstances", {"AutoScalingInstances": []})
    with pytest.raises(PermanentFleetError, match="i-1 is in no Auto Scaling group"):
        cloud.send(SUCCESS)


@pytest.mark.parametrize(
    ("operation", "code", "hint"),
    [
        ("CompleteLifecycleAction", "AccessDenied", "autoscaling:CompleteLifecycleAction"),
        ("CreateTags", "UnauthorizedOperation", "ec2:CreateTags"),
    ],
)
def test_a_denied_signal_names_the_permission(cloud: Cloud, operation: str, code: str, hint: str) -> None:
    """The instance's role needs one action per way of signalling."""
    hooks = (launch_hook("a"),) if operation == "CompleteLifecycleAction" else ()
    cloud.has("Pending:Wait" if hooks else "InService", hooks=hooks)
    cloud.aws.answer(operation, refused(code, "no", 403))
    with pytest.raises(PermanentFleetError) as caught:
        cloud.send(SUCCESS)
    assert hint in caught.value.hint


@pytest.mark.parametrize("code", ["Throttling", "InternalFailure"])
def test_a_signal_that_may_be_sent_again_is_temporary(cloud: Cloud, code: str) -> None:
    """A script may loop on it; a refusal it may not."""
    cloud.has("InService")
    cloud.aws.answer("CreateTags", refused(code, "later", 500 if code == "InternalFailure" else 400))
    with pytest.raises(TemporaryFleetError):
        cloud.send(SUCCESS)


@pytest.mark.parametrize(("code", "status"), [(0, SUCCESS), (1, FAILURE), (137, FAILURE)])
def test_an_exit_code_is_a_status(code: int, status: Signal) -> None:
    """As with cfn-signal --exit-code."""
    assert status_of_exit_code(code) is status


class Metadata(BaseHTTPRequestHandler):
    """The metadata service with version 1 off: nothing without a token."""

    def do_PUT(self) -> None:
        assert self.headers["X-aws-ec2-metadata-token-ttl-seconds"]
        self._say(200, "token" if self.path == "/latest/api/token" else "")

    def do_GET(self) -> None:
        values = {"/latest/meta-data/instance-id": "i-1", "/latest/meta-data/placement/region": "us-east-1"}
        with_token = self.headers["X-aws-ec2-metadata-token"] == "token"
        self._say(200 if with_token else 401, values.get(self.path, ""))

    def _say(self, status: int, text: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""


@pytest.fixture
def metadata() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Metadata)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_instance_knows_itself_by_imdsv2(cloud: Cloud, metadata: str) -> None:
    """A token is fetched first; without --instance the signal is that of the machine it runs on."""
    cloud.has("InService")
    assert read_metadata("placement/region", metadata) == "us-east-1"
    assert send(SUCCESS, clients=cloud.clients, metadata=metadata).startswith("SUCCESS of i-1 in web")


def test_outside_ec2_the_instance_must_be_named() -> None:
    """No metadata service answers, and the error says what to do."""
    with pytest.raises(PermanentFleetError, match="Name the instance"):
        send(SUCCESS, metadata="http://127.0.0.1:9")
