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
        "lossesTolerated": 1,
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


def test_what_goes_beyond_cloudformation_has_keys_only_where_it_is_asked_for(planner: Planner) -> None:
    """A plan for a pasted block has the keys that it always had; a window has its guard beside them."""
    always = set(feasible(planner.lock_step(10, 12)))
    assert set(feasible(planner.sliding(10, 12))) == always - {"rounds"} | {"window", "guard"}


def test_precautions_are_told_under_the_names_of_the_policy(planner: Planner) -> None:
    """Counts are members, durations ISO 8601; what is not set within a block has no key either."""
    plan = planner.sliding(
        10,
        12,
        MaxBatchSize=4,
        Guard="cautious",
        SlowStart=True,
        Canary={"Size": "20%", "Soak": "PT10M"},
        Checkpoints=[50, 62.5],
        Approval=True,
        Readiness={"TargetHealth": True, "WarmUp": "PT2M", "Timeout": "PT15M", "Command": "true"},
        BeforeTerminate={"Run": "true", "Timeout": "PT1M"},
        Alarms=["errors"],
        BakeTime="P1D",
        ZoneOrder="oneAtATime",
        StandbyInstances="Wait",
        ScaleInProtectedInstances="Ignore",
        WarmPoolInstances="Wait",
        Drain=True,
        Timeout="P2D",
    )
    document = feasible(plan)
    told = {key: document[key] for key in document if key not in feasible(planner.lock_step(10, 12))}
    assert told == {
        "window": 4,
        "guard": "cautious",
        "slowStart": True,
        "canary": {"size": 2, "soak": "PT10M"},
        "checkpoints": {"percents": [50, 62.5]},
        "approval": True,
        "readiness": {"targetHealth": True, "probes": True, "warmUp": "PT2M", "timeout": "PT15M"},
        "beforeTerminate": "PT1M",
        "alarms": ["errors"],
        "bakeTime": "PT24H",
        "zoneOrder": "oneAtATime",
        "standbyInstances": "Wait",
        "scaleInProtectedInstances": "Ignore",
        "warmPoolInstances": "Wait",
        "drainTimeout": "PT15M",
        "timeout": "PT48H",
    }


def test_a_canary_is_never_more_than_what_is_replaced(planner: Planner) -> None:
    """The size is a number of members of this plan."""
    assert feasible(planner.sliding(3, 5, Canary=8))["canary"] == {"size": 3}


def test_on_failure_is_told_where_the_group_does_not_return(planner: Planner) -> None:
    """Returning is what a plan without the key does."""
    assert feasible(planner.hold(3, 5))["onFailure"] == "hold"


def test_infeasible_is_its_errors_alone() -> None:
    """Every fault with path and message, and no number that could be mistaken for a plan."""
    assert infeasible([Fault("updatePolicy.x", "is wrong."), Fault("a", "too.")]) == {
        "feasible": False,
        "errors": [{"path": "updatePolicy.x", "message": "is wrong."}, {"path": "a", "message": "too."}],
    }
