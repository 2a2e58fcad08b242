"""The plan's JSON is a promise: every key and its place are fixed here."""

from __future__ import annotations

from pulumi_rolling.errors import Fault
from pulumi_rolling.report.plan_json import feasible, infeasible

from tests.unit.report.conftest import Planner


def test_lock_step_has_these_keys_in_this_order(planner: Planner) -> None:
    """The interface of version 1, with rounds."""
    document = feasible(planner.lock_step(10, 12, MaxBatchSize=4, MinInstancesInService=8), ["careful"])
    events = document.pop("events")
    assert document == {
        "version": 1,
        "feasible": True,
        "pacing": "lockStep",
        "replace": 10,
        "batch": 4,
        "capacityDuring": 12,
        "resize": True,
        "launchFirst": 2,
        "floor": 8,
        "lowestInService": 8,
        "warnings": ["careful"],
        "rounds": [
            {"terminate": 4, "launch": 4},
            {"terminate": 4, "launch": 4},
            {"terminate": 2, "launch": 0},
        ],
        "signals": None,
        "failuresTolerated": 0,
    }
    assert events[0].startswith(
        "Rolling update initiated. Terminating 10 obsolete instance(s) in batches of 4"
    )


def test_sliding_has_a_window_in_place_of_rounds(planner: Planner) -> None:
    """Sliding has no rounds: slots are used again one by one."""
    document = feasible(planner.sliding(10, 12, MaxBatchSize=4))
    assert document["window"] == 4
    assert "rounds" not in document


def test_signals_say_how_long_and_how_many(planner: Planner) -> None:
    """Of ten members at 80 percent eight must signal, each within PauseTime, and two may fail."""
    plan = planner.lock_step(
        10, 12, WaitOnResourceSignals=True, PauseTime="PT5M", MinSuccessfulInstancesPercent=80
    )
    document = feasible(plan)
    assert document["signals"] == {"timeout": "PT5M", "needed": 8}
    assert document["failuresTolerated"] == 2


def test_instances_without_ids_stand_as_their_number(planner: Planner) -> None:
    """Event texts are CloudFormation's own, with the count where ids are not known yet."""
    events = feasible(planner.lock_step(2, 3, MaxBatchSize=1))["events"]
    assert "Terminating instance(s) [{1 instance}]; replacing with 1 new instance(s)." in events


def test_infeasible_is_its_errors_alone() -> None:
    """Every fault with path and message, and no number that could be mistaken for a plan."""
    assert infeasible([Fault("updatePolicy.x", "is wrong."), Fault("a", "too.")]) == {
        "feasible": False,
        "errors": [{"path": "updatePolicy.x", "message": "is wrong."}, {"path": "a", "message": "too."}],
    }
