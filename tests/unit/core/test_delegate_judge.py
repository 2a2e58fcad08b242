"""What an operation has come to: a table of services' ends, and what each is called."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi_rolling.core.delegate.delegating import Delegating, Way
from pulumi_rolling.core.delegate.judge import has_arrived, is_part, judge
from pulumi_rolling.core.delegate.limits import DelegateLimits
from pulumi_rolling.core.delegate.look import Look
from pulumi_rolling.core.delegate.observation import Delegated
from pulumi_rolling.core.delegate.operation import Operation, ServiceReturn, State
from pulumi_rolling.core.model.codes import Step, VerdictCode
from pulumi_rolling.core.model.goal import Direction, Goal
from pulumi_rolling.core.model.member import Revision

V1, V2 = Revision("lt-1:1", "one", "version 1"), Revision("lt-1:2", "two", "version 2")
LIMITS = DelegateLimits(settle=20.0, stall=3600.0)
LONG, JUST = 50.0, 99.0
"""Moments since when it is so; it is 100 now."""


def look(
    state: State | None,
    *,
    runs: dict[str, int] | None = None,
    pointer: str = "two",
    since: float | None = LONG,
    limits: DelegateLimits = LIMITS,
    serving: int = 4,
    direction: Direction = Direction.FORWARD,
    **given: Any,
) -> Look:
    told = () if state is None else (Operation("op-1", state, leads_to="two", **given),)
    missing = since if state is None else None
    way = Way(0.0, operation="op-1", doubted_since=since, missing_since=missing)
    rollout = Delegating(Goal("r", V2, V1), 0.0, way=way, step=Step.FOLLOW, direction=direction)
    seen = Delegated(100.0, told, pointer, runs or {"two": 4}, desired=4, in_service=serving)
    return Look(limits, rollout, seen)


@pytest.mark.parametrize(
    ("case", "arrived", "code"),
    [
        pytest.param(look(State.SUCCEEDED), True, None, id="succeeded, and the group runs it"),
        pytest.param(
            look(State.SUCCEEDED, runs={"one": 4}, pointer="one"),
            False,
            VerdictCode.NOT_ARRIVED,
            id="stable after a breaker went back",
        ),
        pytest.param(
            look(State.SUCCEEDED, runs={"one": 1, "two": 3}, whole=False),
            False,
            VerdictCode.NOT_ARRIVED,
            id="a last checkpoint below 100 that the policy has not",
        ),
        pytest.param(
            look(State.SUCCEEDED, runs={"one": 4}, pointer="one", since=JUST),
            False,
            None,
            id="succeeded, and members are told later",
        ),
        pytest.param(
            look(State.SUCCEEDED, serving=3), False, None, id="succeeded, and one is still to serve"
        ),
        pytest.param(
            look(State.SUCCEEDED, runs={"three": 4}, pointer="three"),
            False,
            VerdictCode.POINTER_MOVED,
            id="somebody pointed the group elsewhere",
        ),
        pytest.param(look(State.BAKING), False, None, id="100 percent and baking is no end"),
        pytest.param(
            look(State.FAILED, pointer="one", runs={"one": 2, "two": 2}),
            False,
            VerdictCode.OPERATION_FAILED,
            id="failed",
        ),
        pytest.param(
            look(State.FAILED, pointer="one", since=JUST, limits=DelegateLimits(returns_by_itself=True)),
            False,
            None,
            id="failed, where the service is about to return it",
        ),
        pytest.param(
            look(State.STOPPED, pointer="one"), False, VerdictCode.OPERATION_STOPPED, id="stopped by a hand"
        ),
        pytest.param(look(State.STOPPING), False, None, id="being stopped"),
        pytest.param(look(State.RETURNING), False, VerdictCode.OPERATION_FAILED, id="turned by the service"),
        pytest.param(
            look(State.RETURNED, returned=ServiceReturn(by_person=True)),
            False,
            VerdictCode.OPERATION_RETURNED,
            id="rolled back by a hand",
        ),
        pytest.param(
            look(State.RETURN_FAILED), False, VerdictCode.OPERATION_FAILED, id="the service's way back failed"
        ),
        pytest.param(look(None), False, VerdictCode.OPERATION_LOST, id="told no more for a settle time"),
        pytest.param(look(None, since=JUST), False, None, id="not told once"),
        pytest.param(look(State.UNKNOWN), False, None, id="an unknown word, for now"),
    ],
)
def test_the_end_of_an_operation_is_called_what_it_is(
    case: Look, arrived: bool, code: VerdictCode | None
) -> None:
    """Arrived is a success after which the group runs the goal, and nothing else is."""
    verdict = judge(case)
    assert has_arrived(case) is arrived
    assert (None if verdict is None else verdict.code) is code


def test_a_part_is_a_success_where_the_policy_ends_there() -> None:
    """Its last checkpoint is below 100: old members are left on purpose, and are counted."""
    case = look(State.SUCCEEDED, runs={"one": 1, "two": 3}, whole=False, limits=DelegateLimits(part=True))
    assert is_part(case) and judge(case) is None and case.old == 1


def test_the_cause_is_the_services_own_sentence() -> None:
    """The reason of its way back first, then its newest sentence, then its word; a cause that is told goes with it."""
    told = ServiceReturn("the breaker tripped")
    assert _cause(look(State.RETURNING, returned=told, reasons=("rolling back",))) == "the breaker tripped"
    assert _cause(look(State.RETURNING, reasons=("gave up.", "no capacity"))) == "gave up: no capacity"
    assert _cause(look(State.RETURNING, status="RollbackInProgress")) == "RollbackInProgress"


def _cause(case: Look) -> str:
    verdict = judge(case)
    assert verdict is not None
    return verdict.cause
