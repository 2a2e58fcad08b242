"""How long a member has, when nothing moves any more, and how many may still fail."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
from pulumi_rolling.core.model.codes import FailureReason, Step, VerdictCode
from pulumi_rolling.core.model.member import Sizes
from pulumi_rolling.core.model.verdict import Failure, Verdict
from pulumi_rolling.core.replace.budget import (
    budget_left,
    canary_failed,
    is_lost,
    is_spent,
    launches_left,
    losses_tolerated,
    occupied_until,
    slot_clock,
    stalled_at,
    too_many,
    too_many_losses,
)
from pulumi_rolling.core.replace.limits import ONE_HOUR
from pulumi_rolling.core.replace.rollout import Gate, Rollout

from tests.unit.core.stage import START, failures, limits, rolling

SIGNALS: dict[str, Any] = {"signals": True, "pause": 300.0, "active_percent": None}


@pytest.mark.parametrize(
    ("changes", "clock"),
    [
        pytest.param({}, ONE_HOUR, id="without signals: one hour, fixed (CloudFormation)"),
        pytest.param({"pause": 300.0}, ONE_HOUR, id="without signals PauseTime is a sleep, no clock"),
        pytest.param({"ready_within": 600.0}, 600.0, id="without signals: readiness.timeout where given"),
        pytest.param(SIGNALS, 300.0, id="with signals: PauseTime"),
        pytest.param(SIGNALS | {"ready_within": 600.0}, 300.0, id="with signals PauseTime rules"),
    ],
)
def test_the_clock_of_a_slot(changes: dict[str, Any], clock: float) -> None:
    """Seconds from the launch of a member until its silence is a failure (design: failure)."""
    assert slot_clock(limits(**changes)) == clock


@pytest.mark.parametrize(
    ("changes", "longest"),
    [
        pytest.param({"signals": True, "pause": 60.0}, ONE_HOUR, id="an hour at least"),
        pytest.param({}, 2 * ONE_HOUR, id="twice what a member may take"),
        pytest.param({"ready_within": 60.0, "pause": 3000.0}, 6000.0, id="twice the pause after a round"),
        pytest.param({"ready_within": 60.0, "warm_up": 500.0}, ONE_HOUR + 500, id="warm-up comes on top"),
        pytest.param({"ready_within": 60.0, "drain": 900.0}, ONE_HOUR + 900, id="draining comes on top"),
    ],
)
def test_when_nothing_moves_any_more(changes: dict[str, Any], longest: float) -> None:
    """A rollout is stalled when nothing moved for longer than anything may take."""
    assert stalled_at(limits(**changes), rolling(progress_at=START + 7)) == START + 7 + longest


STANDING = [
    pytest.param({"paused": True}, id="paused"),
    pytest.param({"held": Verdict(VerdictCode.ALARM, START)}, id="held"),
    pytest.param({"gate": Gate(0, START)}, id="at a gate"),
]


@pytest.mark.parametrize("standing", [*STANDING, pytest.param({"step": Step.BAKE}, id="baking")])
def test_waiting_for_somebody_is_no_standstill(standing: dict[str, Any]) -> None:
    """A person, or a time that the policy set, may take as long as it takes."""
    assert stalled_at(limits(), rolling(**standing)) == math.inf


def test_members_in_a_special_state_have_an_hour() -> None:
    """From when something last moved, whatever clocks others have (instance refresh: "up to 1 hour")."""
    assert occupied_until(rolling(progress_at=START + 7)) == START + 7 + ONE_HOUR


@pytest.mark.parametrize("standing", STANDING)
def test_their_hour_does_not_run_while_somebody_is_waited_for(standing: dict[str, Any]) -> None:
    """A pause of a night is not the reason to end in the morning."""
    assert occupied_until(rolling(**standing)) == math.inf


@pytest.mark.parametrize(
    ("changes", "rollout", "left"),
    [
        pytest.param({}, rolling(), 0, id="all must be active: none may fail"),
        pytest.param({"active_percent": 80.0}, rolling(), 2, id="a share of Desired, without signals"),
        pytest.param({"active_percent": 80.0}, rolling(failed=failures(2)), 0, id="each failure takes one"),
        pytest.param({"active_percent": 80.0}, rolling(failed=failures(3)), -1, id="one too many"),
        pytest.param(
            {"active_percent": 80.0}, rolling(failed_before=3), -1, id="also those kept as a number"
        ),
        pytest.param({"active_percent": 80.0}, rolling(total=5), 2, id="of Desired, not of those replaced"),
        pytest.param(
            {"active_percent": 80.0}, rolling(delta=10), 4, id="of Desired with what others added to it"
        ),
        pytest.param(
            {"active_percent": 50.0}, rolling(found=Sizes(0, 9, 0)), 0, id="Desired none counts as one"
        ),
        pytest.param(
            SIGNALS | {"need_percent": 80.0}, rolling(total=5), 1, id="with signals: of those replaced"
        ),
        pytest.param(
            SIGNALS | {"need_percent": 80.0}, rolling(failed=failures(1)), 1, id="silence counts to them"
        ),
        pytest.param({"active_percent": None}, rolling(total=7), 7, id="nothing is judged: all may fail"),
        pytest.param(
            SIGNALS | {"need_percent": 50.0, "active_percent": 80.0}, rolling(), 2, id="the tighter of both"
        ),
        pytest.param(
            SIGNALS | {"need_percent": 50.0, "active_percent": 80.0},
            rolling(failed=failures(2, FailureReason.FAILURE_SIGNAL)),
            2,
            id="MinActiveInstancesPercent knows nothing of FAILURE signals",
        ),
        pytest.param(
            SIGNALS | {"need_percent": 50.0, "active_percent": 90.0},
            rolling(
                failed=(*failures(2, FailureReason.SIGNAL_TIMEOUT), Failure("i-9", FailureReason.VANISHED))
            ),
            0,
            id="nor of missing ones, but of who vanished",
        ),
    ],
)
def test_failures_that_may_still_come(changes: dict[str, Any], rollout: Rollout, left: int) -> None:
    """MinSuccessfulInstancesPercent of M with signals, MinActiveInstancesPercent of Desired (decisions 0003, 0006)."""
    assert budget_left(limits(**changes), rollout) == left


@pytest.mark.parametrize(("count", "spent"), [(0, False), (2, False), (3, True), (10, True)])
def test_the_budget_is_spent_by_the_first_failure_too_many(count: int, spent: bool) -> None:
    """Decided at once when the result cannot change any more, not at the end of a batch (AWS does not say)."""
    rules = limits(**SIGNALS, need_percent=80.0)
    assert is_spent(rules, rolling(failed=failures(count))) is spent


def test_without_a_failure_nothing_is_spent() -> None:
    """A percent that nobody can reach (of nobody, or of one) does not end a rollout in which nothing failed."""
    rules = limits(**SIGNALS, need_percent=100.0)
    assert not is_spent(rules, rolling(total=0))
    assert is_spent(rules, rolling(total=0, failed_before=1))


def test_the_verdict_names_the_first_five() -> None:
    """Seven of ten failed: the number is whole, the names are a few, and each had its clock."""
    told = too_many(limits(**SIGNALS), rolling(failed=failures(6), failed_before=1), START + 5)
    assert told == Verdict(VerdictCode.TOO_MANY_FAILURES, START + 5, 7, 10, failures(5), clock=300.0)
    assert canary_failed(limits(), rolling(), START) == replace(
        told, code=VerdictCode.CANARY_FAILED, at=START, failed=0, failures=(), clock=ONE_HOUR
    )


def lost(count: int) -> tuple[Failure, ...]:
    return tuple(Failure(f"gone-{i + 1}", FailureReason.LOST) for i in range(count))


@pytest.mark.parametrize(
    ("total", "percent", "most"),
    [
        (1, 100.0, 1),
        (6, 100.0, 1),
        (50, 100.0, 2),
        (500, 100.0, 25),
        (10, 80.0, 2),
        (100, 90.0, 15),
        (0, 100.0, 1),
    ],
)
def test_losses_have_a_budget_of_their_own(total: int, percent: float, most: int) -> None:
    """As many as failures are tolerated and one in twenty of M, at least one; the next one ends the direction."""
    rules = limits(**SIGNALS, need_percent=percent)
    assert losses_tolerated(rules, rolling(total=total)) == most
    assert not is_lost(rules, rolling(total=total, lost=lost(most)))
    assert is_lost(rules, rolling(total=total, lost=lost(1), lost_before=most))


def test_a_loss_is_no_failure() -> None:
    """It spends nothing of the failures' budget, and the other way round."""
    rules = limits(**SIGNALS)
    assert not is_spent(rules, rolling(lost=lost(5)))
    assert not is_lost(rules, rolling(failed=failures(5)))


def test_the_verdict_on_losses_names_the_first_five() -> None:
    """How many of how many, and a few by name; a canary's verdict has those that failed first."""
    gone = rolling(lost=lost(6), failed=failures(1))
    assert too_many_losses(gone, START) == Verdict(VerdictCode.TOO_MANY_LOSSES, START, 6, 10, lost(5))
    assert canary_failed(limits(), gone, START).failures == (*failures(1), *lost(4))


def test_launches_end_with_all_that_may_be_needed() -> None:
    """One for each of M, for each that may fail or be lost, and a window; earlier ones do not count."""
    rules = limits(**SIGNALS, need_percent=80.0)
    assert launches_left(rules, rolling(), 999) == 10 + 2 + 2 + 2
    assert launches_left(rules, rolling(launched=20, launched_before=5), 999) == 1
