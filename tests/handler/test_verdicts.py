"""How a failed rollout is told: the kind of error, what is true now, and what to do."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pulumi_rolling.core.model.codes import ReasonCode, Step, VerdictCode
from pulumi_rolling.core.model.decision import Because, Decision, Status
from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.core.model.verdict import Verdict
from pulumi_rolling.core.replace.decisions import outcome_of
from pulumi_rolling.core.replace.rollout import Decided, Rollout
from pulumi_rolling.errors import (
    AbortedError,
    AlarmError,
    DeadlineExceededError,
    RollbackFailedError,
    RolloutError,
    TooManyFailuresError,
)
from pulumi_rolling.handler.verdicts import error_of

from tests.fleets.stage import ROLLOUT
from tests.rollouts import changed

RETURNED = changed(ROLLOUT, direction=Direction.BACK, step=Step.DONE, launched=1)


def ended(rollout: Rollout) -> Decided:
    status = Status(Step.DONE, rollout.direction, 0, 0, 0, 0, (), 0, None)
    return Decision(rollout, (), 0.0, Because(ReasonCode.DONE), status, outcome_of(rollout))


@pytest.mark.parametrize(
    ("code", "cause", "kind", "words"),
    [
        ("tooManyFailures", "", TooManyFailuresError, "Mend the launch template"),
        ("canaryFailed", "", TooManyFailuresError, "Mend the launch template"),
        ("alarm", "errors", AlarmError, "Mend what the alarm is about"),
        ("rejected", "", AbortedError, "to try again"),
        ("aborted", "", AbortedError, "to try again"),
        ("occupied", "i-1, i-2", DeadlineExceededError, "choose Ignore or Replace"),
        ("deadline", "", DeadlineExceededError, "Raise updatePolicy.rollingUpdate.timeout"),
    ],
)
def test_each_verdict_is_an_error_of_its_kind_with_one_thing_to_do(
    code: str, cause: str, kind: type[RolloutError], words: str
) -> None:
    """The sentence says that the group is back, whatever ended the way forward."""
    error = error_of(
        "web", ended(replace(RETURNED, verdict=Verdict(VerdictCode(code), 1.0, cause=cause, touched=1)))
    )
    assert type(error) is kind and error.returned is True
    assert words in error.hint and cause in error.message
    assert "Group web is back on version 1 (1 instance touched)" in error.message


def test_an_alarm_on_a_group_without_a_way_back_says_where_it_points() -> None:
    """Left as it is, the group scales out with what rang the alarm."""
    left = replace(ROLLOUT, step=Step.DONE, verdict=Verdict(VerdictCode.ALARM, 1.0, cause="errors"))
    error = error_of("web", ended(left))
    assert type(error) is AlarmError and error.returned is False
    assert "points at version 2" in error.message


def test_a_failed_way_back_is_told_as_such_whatever_began_it() -> None:
    """Both sentences are said, and that the record is kept."""
    failed = replace(
        RETURNED,
        verdict=Verdict(VerdictCode.ALARM, 1.0, cause="errors"),
        back_failed=Verdict(VerdictCode.STALLED, 2.0),
    )
    error = error_of("web", ended(failed))
    assert type(error) is RollbackFailedError
    assert "errors went into ALARM" in error.message and "nothing has moved" in error.message
