"""Commands and probes of one's own in the policy: their spellings, their limits, and where they have no counterpart."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi_rolling.core.model.member import Sizes
from pulumi_rolling.policy.check import check_policy, parse_policy
from pulumi_rolling.policy.rolling_update.limits import limits
from pulumi_rolling.policy.timing import Timing

ROLL = "updatePolicy.rollingUpdate"


def faults(**roll: Any) -> dict[str, str]:
    return {fault.path: fault.message for fault in check_policy({"rollingUpdate": roll}).faults}


def test_a_text_is_the_command_or_the_url() -> None:
    """The short form becomes the long one; a pasted block has the same fields in Pascal case."""
    given = {"readiness": {"command": "true", "http": "http://{id}/"}, "beforeTerminate": "drain"}
    checked = check_policy({"rollingUpdate": given})
    assert not checked.faults and checked.normal["rollingUpdate"] == {
        "readiness": {"command": {"run": "true"}, "http": {"url": "http://{id}/"}},
        "beforeTerminate": {"run": "drain"},
    }
    pasted = {
        "Readiness": {"Command": {"Run": "true", "Timeout": "PT2S"}},
        "BeforeTerminate": {"Run": "drain"},
    }
    roll = parse_policy({"AutoScalingRollingUpdate": pasted}).rolling_update
    assert (roll.readiness.command.timeout, roll.before_terminate.run) == (2, "drain")


@pytest.mark.parametrize(
    ("roll", "path", "said"),
    [
        ({"readiness": {"command": {"timeout": "PT1S"}}}, "readiness.command.run", "is required"),
        ({"readiness": {"http": {"interval": "PT1S"}}}, "readiness.http.url", "is required"),
        ({"beforeTerminate": {"timeout": "PT1S"}}, "beforeTerminate.run", "is required"),
        ({"beforeTerminate": " "}, "beforeTerminate.run", "must be a text that is not empty"),
        ({"beforeTerminate": {"run": "x" * 4097}}, "beforeTerminate.run", "at most 4096 characters"),
        ({"beforeTerminate": {"run": "a\0b"}}, "beforeTerminate.run", "without a null character"),
        ({"beforeTerminate": ["a"]}, "beforeTerminate", "a line for the shell, or a mapping"),
        ({"readiness": {"command": {"run": "a", "timeout": "PT0S"}}}, "readiness.command.timeout", "from PT1S to PT1H"),
        ({"readiness": {"command": {"run": "a", "interval": "PT2H"}}}, "readiness.command.interval", "from PT1S"),
        ({"readiness": {"http": "ftp://{id}"}}, "readiness.http.url", "{privateAddress}"),
        ({"readiness": {"http": "http://{ip}/"}}, "readiness.http.url", 'found "http://{ip}/"'),
        ({"readiness": {"http": {"url": "http://a/", "status": 200}}}, "readiness.http.status", "is not a field"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_path(roll: dict[str, Any], path: str, said: str) -> None:
    """Nothing of it is found out only when an instance is waited for."""
    (found,) = faults(**roll).items()
    assert found[0] == f"{ROLL}.{path}" and said in found[1]


def test_the_service_runs_nothing_of_ones_own() -> None:
    """Under instanceRefresh both are refused with what does the same there."""
    refresh = {"instanceRefresh": {"readiness": {"http": "http://a/"}, "beforeTerminate": "drain"}}
    found = {fault.path.rpartition(".")[2]: fault.message for fault in check_policy(refresh).faults}
    assert "launch lifecycle hook" in found["readiness"] and "rollingUpdate" in found["beforeTerminate"]
    assert "termination lifecycle hook" in found["beforeTerminate"]


def test_limits_know_that_there_are_some() -> None:
    """What is run is none of their business; on the way back it is the former policy's."""
    given = {"readiness": {"http": "http://a/"}, "beforeTerminate": {"run": "a", "timeout": "PT2M"}}
    roll = parse_policy({"rollingUpdate": given}).rolling_update
    bare = parse_policy({"rollingUpdate": {}}).rolling_update
    forward = limits(roll, Sizes(1, 4, 2), Timing(), bare)
    assert (forward.probes, forward.before_terminate) == (True, 120.0)
    assert (forward.back().probes, forward.back().before_terminate) == (False, None)
