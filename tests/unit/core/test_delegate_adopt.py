"""Which operation is ours: a table."""

from __future__ import annotations

import pytest
from pulumi_rolling.core.delegate.adopt import beginning, begun_by, leads_along, strangers
from pulumi_rolling.core.delegate.operation import Operation, State

WATERMARK = 100.0


def operation(name: str = "op-2", **given: object) -> Operation:
    return Operation(**{"id": name, "state": State.RUNNING, "leads_to": "two", "started_at": 101.0, **given})  # type: ignore[arg-type]


THERE = operation("op-1", state=State.SUCCEEDED, leads_to="one", started_at=WATERMARK)
BEGUN = beginning("r-1", "two", 5000.0, (THERE,))


@pytest.mark.parametrize(
    ("told", "ours"),
    [
        pytest.param(
            operation(token="r-1", leads_to=None, started_at=7.0), True, id="our token, whatever else"
        ),
        pytest.param(operation(token="r-0"), False, id="another token"),
        pytest.param(operation(), True, id="later than all that was told, and to our goal"),
        pytest.param(
            operation(state=State.SUCCEEDED), True, id="over already: it ended while nobody watched"
        ),
        pytest.param(operation(state=State.RETURNING), True, id="turned by the service meanwhile"),
        pytest.param(operation(leads_to="three"), False, id="to another goal"),
        pytest.param(operation(leads_to=None), False, id="whose goal the service does not tell"),
        pytest.param(operation(started_at=99.0), False, id="earlier than what was told when we began"),
        pytest.param(operation(started_at=WATERMARK), True, id="in the moment of the last one that was told"),
        pytest.param(operation("op-1", started_at=WATERMARK), False, id="told before we began"),
        pytest.param(operation(started_at=None), True, id="whose start is not told yet"),
    ],
)
def test_an_operation_is_ours_by_token_or_when_it_began_after_our_act(told: Operation, ours: bool) -> None:
    """Our own clock, thousands of seconds off here, says nothing of it."""
    assert (begun_by(BEGUN, (told, THERE), knows_tokens=False) == told) == ours


def test_where_the_service_knows_tokens_only_ours_counts() -> None:
    """One that began after our act with no token is somebody else's there."""
    assert begun_by(BEGUN, (operation(),), knows_tokens=True) is None


def test_a_begin_that_was_refused_began_nothing() -> None:
    """What is found then is a stranger's, unless it has our token."""
    assert begun_by(BEGUN, (operation(),), knows_tokens=False, void=True) is None
    named = operation(token="r-1")
    assert begun_by(BEGUN, (named,), knows_tokens=False, void=True) == named


def test_of_several_the_earliest_is_ours() -> None:
    """A begin that was sent twice made the first of them; another may be a stranger's."""
    later, first = operation("op-3", started_at=140.0), operation("op-2", started_at=110.0)
    assert begun_by(BEGUN, (later, first), knows_tokens=False) == first


def test_strangers_are_those_under_way_that_are_not_ours() -> None:
    """What is over is in nobody's way; an unknown status may be going on."""
    ours, theirs = operation("op-2"), operation("op-3", state=State.UNKNOWN)
    over = operation("op-4", state=State.FAILED)
    assert strangers((ours, theirs, over, THERE), ("op-2",)) == (theirs,)


@pytest.mark.parametrize("state", State)
def test_an_operation_that_was_turned_leads_nowhere_along(state: State) -> None:
    """Returning, returned, or given up on the way back."""
    turned = state in (State.RETURNING, State.RETURNED, State.RETURN_FAILED)
    assert leads_along(operation(state=state), "two") is not turned
