"""DescribeInstanceRefreshes as operations: states, counts, gates, and what is no end.

API is the EC2 Auto Scaling API reference (InstanceRefresh, RollbackDetails); the sentences are of live answers.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi_rolling.core.delegate.operation import Gate, Operation, ServiceReturn, State
from pulumi_rolling.core.model.codes import Remedy
from pulumi_rolling.fleets.auto_scaling_group.refresh_answers import (
    Beside,
    has_gone_wrong,
    is_over,
    operation_of,
    progress,
    template_of,
)
from pulumi_rolling.fleets.aws.launch_templates import TemplateWanted

WARMING = "Waiting for instances to warm up before continuing. For example: i-0a is warming up."


def refresh(status: str = "InProgress", **more: Any) -> dict[str, Any]:
    return {
        "InstanceRefreshId": "r-1",
        "Status": status,
        "StartTime": datetime.fromtimestamp(1000, UTC),
        "PercentageComplete": 20,
        "InstancesToUpdate": 8,
        "Preferences": {"AlarmSpecification": {}},
        **more,
    }


@pytest.mark.parametrize(
    ("status", "state", "over", "wrong"),
    [
        ("Pending", State.PENDING, False, False),
        ("InProgress", State.RUNNING, False, False),
        ("Baking", State.BAKING, False, False),
        ("Cancelling", State.STOPPING, False, False),
        ("RollbackInProgress", State.RETURNING, False, True),
        ("Successful", State.SUCCEEDED, True, False),
        ("Failed", State.FAILED, True, True),
        ("Cancelled", State.STOPPED, True, True),
        ("RollbackSuccessful", State.RETURNED, True, True),
        ("RollbackFailed", State.RETURN_FAILED, True, True),
        ("Dreaming", State.UNKNOWN, False, False),
    ],
)
def test_each_status_has_its_state(status: str, state: State, over: bool, wrong: bool) -> None:
    """API: ten statuses. One that nobody knows is neither going on for sure nor over."""
    one = refresh(status)
    found = operation_of(one, Beside())
    assert (found.state, found.status) == (state, status)
    assert (found.is_over, is_over(one), has_gone_wrong(one)) == (over, over, wrong)


def test_an_operation_has_the_services_own_counts_and_words() -> None:
    """Id, start, percent, counts, reason; an empty AlarmSpecification is nothing."""
    found = operation_of(
        refresh(StatusReason=WARMING), Beside(leads_to="d2", token="t", causes=("no capacity",))
    )
    assert (found.id, found.started_at, found.percent) == ("r-1", 1000.0, 20.0)
    assert (found.done, found.total, found.leads_to, found.token) == (2, 10, "d2", "t")
    assert found.reasons == (WARMING, "no capacity") and found.whole
    bare = operation_of({"InstanceRefreshId": "r-1", "Status": "Pending"}, Beside())
    assert (bare.percent, bare.done, bare.total, bare.started_at) == (None, None, None, None)


def test_a_hundred_percent_is_no_end() -> None:
    """API: an instance is counted before the bake, so that 100 stands there while it goes on; EndTime may, too."""
    for status, state in (("InProgress", State.RUNNING), ("Baking", State.BAKING)):
        one = refresh(status, PercentageComplete=100, InstancesToUpdate=0, EndTime=datetime.now(UTC))
        found = operation_of(one, Beside(total=10))
        assert (found.state, found.is_over, found.done, found.total) == (state, False, 10, 10)


def test_on_the_services_way_back_done_falls_as_percent_does() -> None:
    """Two of ten were new at the turn; of them one is left. The reason is the service's own."""
    details = {
        "RollbackReason": "Alarm errors went into ALARM",
        "PercentageCompleteOnRollback": 20,
        "InstancesToUpdateOnRollback": 8,
    }
    one = refresh("RollbackInProgress", PercentageComplete=10, InstancesToUpdate=9, RollbackDetails=details)
    found = operation_of(one, Beside())
    assert (found.done, found.total, found.percent, found.has_turned) == (1, 10, 10.0, True)
    assert found.returned == ServiceReturn("Alarm errors went into ALARM", 2)


def test_one_that_is_back_already_tells_why_it_turned_before_the_causes() -> None:
    """Nobody may have looked while it returned: the first sentence is the service's, and causes come after it."""
    details = {"RollbackReason": "no progress for one hour", "InstancesToUpdateOnRollback": 8}
    one = refresh("RollbackSuccessful", RollbackDetails=details)
    found = operation_of(one, Beside(causes=("ami-v2 is not there",)))
    assert found.reasons == ("no progress for one hour", "ami-v2 is not there")


def test_what_mends_a_refresh_fits_its_reason() -> None:
    """Where an alarm ended it, that; otherwise what mends the first cause."""
    beside = Beside(causes=("ami-v2 is not there",), remedy=Remedy.IMAGE)
    assert operation_of(refresh("Failed", StatusReason="no progress"), beside).remedy is Remedy.IMAGE
    rang = refresh("Failed", StatusReason="The alarm errors went into the ALARM state.")
    assert operation_of(rang, beside).remedy is Remedy.ALARM


@given(total=st.integers(1, 1000), data=st.data())
def test_done_is_never_more_than_what_is_done_and_exact_with_the_total(
    total: int, data: st.DataObject
) -> None:
    """Percent is rounded down, so that it alone tells the least; what was known before makes it exact."""
    done = data.draw(st.integers(0, total))
    told = {"PercentageComplete": 100 * done // total, "InstancesToUpdate": total - done}
    least, of = progress(told)
    assert least is not None and of is not None
    assert least <= done and of - least == total - done
    assert progress(told, total) == (done, total)


def at_checkpoint(percent: int = 20, status: str = "InProgress", **beside: Any) -> Operation:
    preferences = {"CheckpointPercentages": [20, 50, 100], "CheckpointDelay": 600}
    answer = refresh(status, PercentageComplete=percent, Preferences=preferences)
    return operation_of(answer, Beside(at_gate=True, **beside))


def test_a_checkpoint_is_a_gate_for_as_long_as_its_delay() -> None:
    """The highest that percent has reached; the refresh goes on by itself, and no word ends it sooner."""
    found = at_checkpoint()
    assert (found.state, found.gate) == (State.AT_GATE, Gate("20 %", 20.0, 600.0))
    later = at_checkpoint(60).gate
    assert later is not None and later.name == "50 %"
    assert at_checkpoint(10).state is State.RUNNING
    assert (at_checkpoint(20, "Baking").state, at_checkpoint(20, "Baking").gate) == (State.BAKING, None)


def test_a_suspended_process_is_a_pause_of_whatever_there_is() -> None:
    """UG, "Suspend and resume processes": InstanceRefresh stands still, also when nothing is left to stand."""
    assert at_checkpoint(suspended=True).is_paused and not at_checkpoint().is_paused
    assert operation_of(refresh("Successful"), Beside(suspended=True)).is_paused


@pytest.mark.parametrize(
    ("percents", "whole"), [([], True), ([50, 100], True), ([100], True), ([20, 50], False)]
)
def test_a_last_checkpoint_below_100_is_not_the_whole(percents: list[int], whole: bool) -> None:
    """API: "the last number in the array must be 100" to replace all; the last is an end and no gate."""
    one = refresh("InProgress", PercentageComplete=99, Preferences={"CheckpointPercentages": percents})
    found = operation_of(one, Beside(at_gate=True))
    assert found.whole is whole
    assert found.gate is None or found.gate.percent != (percents or [0])[-1]


def test_the_template_of_a_refresh_is_found_wherever_it_stands() -> None:
    """By itself, within a mixed instances policy, by name; none where the group's own configuration is meant."""
    template = {"LaunchTemplateId": "lt-1", "LaunchTemplateName": "web", "Version": "2"}
    mixed = {"MixedInstancesPolicy": {"LaunchTemplate": {"LaunchTemplateSpecification": template}}}
    wanted = TemplateWanted("lt-1", None, "2")
    assert template_of(refresh(DesiredConfiguration={"LaunchTemplate": template})) == wanted
    assert template_of(refresh(DesiredConfiguration=mixed)) == wanted
    named = {"LaunchTemplate": {"LaunchTemplateName": "web"}}
    assert template_of(refresh(DesiredConfiguration=named)) == TemplateWanted(None, "web", "$Default")
    assert template_of(refresh()) is None
