"""What one operation does with its inputs: it checks them once, and hands on what is sound."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from pulumi_rolling.handler.alarms import alarms_as_given
from pulumi_rolling.handler.operation import Operation
from pulumi_rolling.policy import check
from pulumi_rolling.policy.rolling_update.block import RollingUpdate

from tests.fleets.stage import WEB, group, instance
from tests.handler.conftest import Handled, opened


@pytest.fixture
def counts(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Calls by name; what judges and normalises is told by the block that it does that to."""
    found: Counter[str] = Counter()

    def count(module: Any, name: str, of_block: bool = True) -> None:
        called = getattr(module, name)

        def counted(*given: Any) -> Any:
            found[f"{name} {given[0].__name__}" if of_block else name] += 1
            return called(*given)

        monkeypatch.setattr(module, name, counted)

    count(check, "normal_form")
    count(check, "judge")
    count(Operation, "limits", of_block=False)
    return found


def test_one_check_normalises_and_judges_the_inputs_once(handled: Handled, counts: Counter[str]) -> None:
    """The inputs once, the policy of the last deployment once, and the limits once in the whole of a check."""
    handled.stage.shows(group(instance("i-1")))
    olds = handled.inputs("1", maxBatchSize=1)
    _, faults = handled.handler.check(olds, handled.inputs("2", maxBatchSize=2), handled.context)
    assert faults == []
    assert counts == {
        "normal_form RollingGroupInputs": 1,
        "judge RollingGroupInputs": 1,
        "normal_form UpdatePolicy": 1,
        "judge UpdatePolicy": 1,
        "limits": 1,
    }


def test_a_new_group_has_its_limits_resolved_once(handled: Handled, counts: Counter[str]) -> None:
    """Whether its members are still to be judged is seen with the limits of the rollout."""
    handled.stage.shows(group(instance("i-1")))
    assert handled.situation(handled.inputs("1")).facts.name == "web"
    assert counts["limits"] == 1


def test_an_operation_opens_with_a_policy_that_is_not_known_yet() -> None:
    """In preview the whole policy may be an output of another resource; its alarms are none then."""
    given = {"autoScalingGroup": {"name": "web", "launchTemplate": {"id": WEB}}, "updatePolicy": "?"}
    assert alarms_as_given(opened(given, None, lambda value: value == "?")) == ()


def test_faults_of_the_inputs_do_not_hide_those_against_the_group(handled: Handled) -> None:
    """What is sound is held against the live group at once, and a fault that was told is not told again."""
    handled.stage.shows(group(instance("i-1")))
    news = {**handled.inputs(minInstancesInService=6, maxBatchSize=0, alarms=["a", "a"]), "onFailure": "stop"}
    _, faults = handled.handler.check(None, news, handled.context)
    assert [fault.path for fault in faults] == [
        "onFailure",
        f"{RollingUpdate.path}.alarms[1]",
        f"{RollingUpdate.path}.maxBatchSize",
        f"{RollingUpdate.path}.minInstancesInService",
    ]
