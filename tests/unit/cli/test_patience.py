"""What a person at a terminal waits for: a cloud that is busy, and no address where nobody answers."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator

import pytest
from pulumi_rolling.cli.patience import AtATerminal
from pulumi_rolling.errors import PermanentFleetError, TemporaryFleetError
from pulumi_rolling.lab import AlibabaLab

from tests.unit.cli.conftest import Ran

Rolling = Callable[..., Ran]


def failing(*codes: str) -> Callable[[], str]:
    """A call that fails with these codes one after the other, and then succeeds."""
    left: Iterator[str] = iter(codes)

    def call() -> str:
        code = next(left, "")
        if code:
            raise TemporaryFleetError("DescribeGroups got no answer", operation="DescribeGroups", code=code)
        return "answer"

    return call


def test_an_address_where_nobody_answers_is_not_waited_for() -> None:
    """A connection that is refused at the very first call is a wrong endpoint, and said at once."""
    with pytest.raises(PermanentFleetError, match="Check --endpoint, --region and the network"):
        AtATerminal()(failing("EndpointConnectionError"))


@pytest.mark.parametrize("first", [(), ("Throttling",)], ids=["an answer", "a refusal"])
def test_a_connection_that_breaks_later_is_waited_for(first: tuple[str, ...]) -> None:
    """Where the cloud has answered once, the address is right and the next attempt may reach it."""
    retry = AtATerminal()
    assert retry(failing(*first)) == "answer"
    assert retry(failing("EndpointConnectionError", "ConnectTimeoutError")) == "answer"


def test_a_refused_connection_is_one_line(rolling: Rolling, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command that looks at a group tells which options to check."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        endpoint = f"http://127.0.0.1:{taken.getsockname()[1]}"
        for name, value in (
            ("AWS_ACCESS_KEY_ID", "a"),
            ("AWS_SECRET_ACCESS_KEY", "b"),
            ("AWS_REGION", "r-1"),
        ):
            monkeypatch.setenv(name, value)
        for command in (("status", "web"), ("list",), ("plan", "--policy", "{}", "--group", "web")):
            ran = rolling(*command, "--endpoint", endpoint)
            assert (ran.code, ran.err.count("\n")) == (1, 1)
            assert ran.err.endswith("Check --endpoint, --region and the network.\n")


def test_a_missing_region_is_told_in_options(rolling: Rolling, monkeypatch: pytest.MonkeyPatch) -> None:
    """The advice names --region, and no property of a resource that is not there."""
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE", "AWS_CONFIG_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", "/nowhere")
    for command in (("status", "web"), ("signal", "--instance", "i-1")):
        ran = rolling(*command)
        assert (ran.code, ran.err.count("\n")) == (1, 1)
        assert ran.err.endswith("Give --region, or set AWS_REGION.\n")


def test_a_missing_profile_is_told_in_options(rolling: Rolling, monkeypatch: pytest.MonkeyPatch) -> None:
    """A profile that AWS's configuration does not have is named with the option."""
    monkeypatch.setenv("AWS_PROFILE", "")
    ran = rolling("status", "web", "--region", "us-east-1", "--profile", "moon")
    assert ran.code == 1 and "(moon)" in ran.err and "--profile" in ran.err


def test_a_group_of_ess_is_told_in_its_own_words(rolling: Rolling, monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing region, a silent address and an id that is not there, each at once and without words of AWS."""
    for name in ("ALICLOUD_REGION", "ALIBABA_CLOUD_REGION", "ALIBABA_CLOUD_ENDPOINT_ESS", "ESS_ENDPOINT"):
        monkeypatch.delenv(name, raising=False)
    for name in ("ALICLOUD_ACCESS_KEY", "ALICLOUD_SECRET_KEY"):
        monkeypatch.setenv(name, "lab")
    group = f"asg-bp1{17 * 'x'}"
    assert rolling("status", group).err.endswith("Give --region, or set ALICLOUD_REGION.\n")
    here = ("--region", "cn-hangzhou", "--endpoint")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        silent = rolling("status", group, *here, f"http://127.0.0.1:{taken.getsockname()[1]}")
    assert silent.err.endswith("Check --endpoint, --region and the network.\n")
    assert "Connection refused" in silent.err and "{" not in silent.err
    with AlibabaLab() as lab:
        absent = rolling("status", group, *here, lab.endpoint)
    assert absent.err.endswith("Check its id, the region, and whose keys these are.\n"), absent
