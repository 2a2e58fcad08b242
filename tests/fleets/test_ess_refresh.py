"""A refresh of ESS by script: what DescribeInstanceRefreshes says as an operation, and what refusals come to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pulumi_rolling.core.delegate.actions import Act, Begin, Continue, Pause, RollBack, Stop
from pulumi_rolling.core.delegate.delegating import Delegating, Way
from pulumi_rolling.core.delegate.operation import Gate, ServiceReturn, State
from pulumi_rolling.core.model.goal import Goal
from pulumi_rolling.errors import BusyFleetError, PermanentFleetError, TemporaryFleetError
from pulumi_rolling.fleets.delegate import Fleet
from pulumi_rolling.fleets.ess_scaling_group.refresh import RefreshFleet
from pulumi_rolling.fleets.ess_scaling_group.refresh_answers import (
    Beside,
    has_gone_wrong,
    is_over,
    operation_of,
)

from tests.fleets.ess_stage import FROM, GROUP, NEW, OLD, TO, EssStage, group, instance, once
from tests.fleets.scripted_alibaba import Answer, ScriptedAlibaba, refused

DENIED = refused("OperationDenied")
MOVES: dict[str, Act] = {
    "SuspendInstanceRefresh": Pause("ir-1"),
    "ResumeInstanceRefresh": Continue("ir-1"),
    "CancelInstanceRefresh": Stop("ir-1"),
    "RollbackInstanceRefresh": RollBack("ir-1", FROM),
}


def refresh(status: str = "InProgress", **more: Any) -> Answer:
    return {
        "InstanceRefreshTaskId": "ir-1",
        "ScalingGroupId": GROUP,
        "Status": status,
        "StartTime": "2026-05-28T20:26Z",
        "TotalNeedUpdateCapacity": 10,
        "FinishedUpdateCapacity": 2,
        "DesiredConfiguration": {"ScalingConfigurationId": NEW},
        "Checkpoints": [],
        "CheckpointPauseTime": 60,
        **more,
    }


@pytest.fixture
def alibaba() -> Iterator[ScriptedAlibaba]:
    scripted = ScriptedAlibaba()
    yield scripted
    scripted.close()


def fleet_on(alibaba: ScriptedAlibaba, *told: Answer) -> RefreshFleet:
    stage = EssStage(alibaba)
    alibaba.answer("DescribeInstanceRefreshes", {"InstanceRefreshTasks": list(told)})
    fleet = RefreshFleet(GROUP, wanted=stage.wanted, place=alibaba.place, retry=once)
    checked: Fleet = fleet
    assert checked.name == GROUP
    return fleet


@pytest.mark.parametrize(
    ("status", "state", "over", "wrong"),
    [
        ("Pending", State.PENDING, False, False),
        ("InProgress", State.RUNNING, False, False),
        ("Paused", State.RUNNING, False, False),
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
    """ESS has eleven. One that nobody knows is neither going on for sure nor over."""
    one = refresh(status)
    found = operation_of(one, Beside())
    assert (found.state, found.status, found.is_paused) == (state, status, status == "Paused")
    assert (found.is_over, is_over(one), has_gone_wrong(one)) == (over, over, wrong)


def test_a_checkpoint_is_a_gate_also_while_it_is_suspended_there() -> None:
    """Suspended elsewhere it stands at none; ends by its time in seconds, or by a word."""
    stops = [{"Percentage": each} for each in (10, 20, 100)]
    one = refresh("CheckpointPause", Checkpoints=stops, CheckpointPauseTime=30)
    gate = Gate("20 %", 20.0, 1800.0, by_word=True)
    assert (operation_of(one, Beside()).state, operation_of(one, Beside()).gate) == (State.AT_GATE, gate)
    suspended = {**one, "Status": "Paused"}
    there = operation_of(suspended, Beside(gate="20 %"))
    assert (there.state, there.gate, there.is_paused) == (State.AT_GATE, gate, True)
    for elsewhere in (Beside(), Beside(gate="10 %")):
        assert operation_of(suspended, elsewhere).gate is None
    assert operation_of({**one, "Status": "InProgress"}, Beside(gate="20 %")).gate is None


def test_a_way_back_counts_what_is_new_still() -> None:
    """ESS counts what it returns; nobody but a person or we can have asked for it."""
    forward = operation_of(refresh(Detail="why"), Beside(causes=("no stock",)))
    assert (forward.done, forward.total, forward.percent) == (2, 10, 20.0)
    assert forward.reasons == ("why", "no stock") and forward.returned is None
    back = operation_of(refresh("RollbackInProgress"), Beside())
    assert (back.done, back.total, back.returned) == (8, 10, ServiceReturn("", 10, by_person=True))
    bare = operation_of({"InstanceRefreshTaskId": "ir-1", "Status": "Pending"}, Beside())
    assert (bare.done, bare.total, bare.percent, bare.started_at) == (None, None, None, None)


def test_a_start_goes_once_by_its_token(alibaba: ScriptedAlibaba) -> None:
    """Equal parameters have an equal token, others another; the operation is told with the token of its begin."""
    fleet = fleet_on(alibaba, refresh())
    alibaba.answer("StartInstanceRefresh", {"InstanceRefreshTaskId": "ir-1"})
    for preferences in ({"SkipMatching": True}, {"SkipMatching": True}, {"SkipMatching": False}):
        fleet.apply(Begin(TO, "r1-0", preferences))
    first, again, other = (sent["ClientToken"] for sent in alibaba.sent("StartInstanceRefresh"))
    assert first == again != other and first.startswith("r1-0-") and len(first) <= 64
    (operation,) = fleet.observe(delegating()).observation.operations
    assert (operation.token, operation.leads_to) == ("r1-0", TO.digest)


def delegating(operation: str = "ir-1") -> Delegating:
    return Delegating(Goal("r1", TO, FROM), 0.0, way=Way(operation=operation))


def test_a_start_in_the_way_of_another_names_it(alibaba: ScriptedAlibaba) -> None:
    """ESS publishes no code for it, so that it is looked for; without one the refusal is what it is."""
    fleet = fleet_on(alibaba, refresh("Paused"))
    alibaba.answer("StartInstanceRefresh", DENIED)
    with pytest.raises(BusyFleetError, match="instance refresh ir-1 is Paused"):
        fleet.apply(Begin(TO, "r1-0"))
    alibaba.answer("DescribeInstanceRefreshes", {"InstanceRefreshTasks": [refresh("Failed")]})
    with pytest.raises(PermanentFleetError, match="OperationDenied") as caught:
        fleet.apply(Begin(TO, "r1-0"))
    assert not isinstance(caught.value, BusyFleetError)


def test_where_nobody_is_to_be_replaced_the_pointer_moves(alibaba: ScriptedAlibaba) -> None:
    """As after a refresh that was cancelled behind its last instance; with somebody to replace it is asked again."""
    fleet = fleet_on(alibaba)
    alibaba.answer("StartInstanceRefresh", refused("InvalidInstance.NoInstanceNeedBeRefreshed"))
    with pytest.raises(TemporaryFleetError):
        fleet.apply(Begin(TO, "r1-0"))
    assert alibaba.sent("ModifyScalingGroup") == []
    EssStage(alibaba).shows(group(), instance("i-1", NEW), instance("i-2", OLD, "Protected"))
    fleet.apply(Begin(TO, "r1-0"))
    (sent,) = alibaba.sent("ModifyScalingGroup")
    assert sent["ActiveScalingConfigurationId"] == NEW


@pytest.mark.parametrize(
    ("operation", "status"),
    [
        ("SuspendInstanceRefresh", "Paused"),
        ("ResumeInstanceRefresh", "InProgress"),
        ("ResumeInstanceRefresh", "CheckpointPause"),
        ("ResumeInstanceRefresh", "RollbackInProgress"),
        ("CancelInstanceRefresh", "Cancelling"),
        ("CancelInstanceRefresh", "Successful"),
        ("RollbackInstanceRefresh", "RollbackInProgress"),
    ],
)
def test_what_is_so_already_is_no_error(alibaba: ScriptedAlibaba, operation: str, status: str) -> None:
    """A refused step is looked at again, since its answer may have been lost before."""
    fleet = fleet_on(alibaba, refresh(status))
    alibaba.answer(operation, DENIED)
    fleet.apply(MOVES[operation])
    (sent,) = alibaba.sent(operation)
    assert sent["InstanceRefreshTaskId"] == "ir-1"


@pytest.mark.parametrize(
    ("operation", "status"),
    [
        ("SuspendInstanceRefresh", "RollbackInProgress"),
        ("ResumeInstanceRefresh", "Paused"),
        ("CancelInstanceRefresh", "RollbackInProgress"),
        ("RollbackInstanceRefresh", "Successful"),
    ],
)
def test_what_ess_does_not_do_is_its_refusal(alibaba: ScriptedAlibaba, operation: str, status: str) -> None:
    """What has succeeded it returns no more: the hint is another refresh."""
    fleet = fleet_on(alibaba, refresh(status))
    alibaba.answer(operation, DENIED)
    with pytest.raises(PermanentFleetError, match="OperationDenied") as caught:
        fleet.apply(MOVES[operation])
    assert ("another refresh" in caught.value.hint) == (operation == "RollbackInstanceRefresh")


@pytest.mark.parametrize(
    ("desired", "active", "over"),
    [
        ({"ScalingConfigurationId": OLD}, FROM.digest, FROM.digest),
        ({"ScalingConfigurationId": NEW}, TO.digest, TO.digest),
        (None, FROM.digest, None),
        ({"ImageId": "m-9"}, None, None),
        ({"Containers": [{"Name": "web", "Image": "web:2"}]}, None, None),
    ],
)
def test_where_a_refresh_leads(
    alibaba: ScriptedAlibaba, desired: Any, active: str | None, over: str | None
) -> None:
    """An image or containers change a configuration in place: that is no revision, and never ours."""
    for status, leads_to in (("InProgress", active), ("Successful", over)):
        fleet = fleet_on(alibaba, refresh(status, DesiredConfiguration=desired))
        (operation,) = fleet.facts().observation.operations
        assert operation.leads_to == leads_to


def test_the_refresh_of_the_rollout_is_told_also_where_it_is_none_of_the_newest(
    alibaba: ScriptedAlibaba,
) -> None:
    """By its id; one that ESS does not tell of is left out."""
    fleet = fleet_on(alibaba, refresh())
    looks = fleet.observe(delegating("ir-0")).observation.operations
    assert [each.id for each in looks] == ["ir-1"]
    by_id = [sent for sent in alibaba.sent("DescribeInstanceRefreshes") if "InstanceRefreshTaskIds.1" in sent]
    assert [sent["InstanceRefreshTaskIds.1"] for sent in by_id] == ["ir-0"]


def test_whom_ess_passes_by_is_let_be_and_counted_once_it_matches(alibaba: ScriptedAlibaba) -> None:
    """Protected, in standby, added by hand; standby counts in the expected number and not in Desired."""
    fleet = fleet_on(alibaba)
    EssStage(alibaba).shows(
        group(DesiredCapacity=5),
        instance("i-1"),
        instance("i-2", state="Protected"),
        instance("i-3", NEW, state="Protected"),
        instance("i-4", state="Standby"),
        instance("i-5", CreationType="Attached", Entrusted=True),
    )
    seen = fleet.observe(delegating()).observation
    assert (seen.runs, set(seen.let_be)) == ({FROM.digest: 1, TO.digest: 1}, {"i-2", "i-4", "i-5"})
    assert (seen.desired, seen.in_service, seen.to_replace) == (4, 4, 1)
