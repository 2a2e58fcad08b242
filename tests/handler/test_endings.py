"""How a failed rollout is told: the kind of error, what is true now, and what to do. Every code, way and remedy."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from pulumi_rolling.core.model.codes import FailureReason, ReasonCode, Remedy, Step, VerdictCode
from pulumi_rolling.core.model.decision import Because, Decision, Status
from pulumi_rolling.core.model.goal import OnFailure
from pulumi_rolling.core.model.seen import Request
from pulumi_rolling.core.model.verdict import Failure, Verdict, cure_of
from pulumi_rolling.core.replace.decide import decide
from pulumi_rolling.core.replace.decisions import outcome_of
from pulumi_rolling.core.replace.rollout import Astray, Rollout
from pulumi_rolling.errors import (
    AbortedError,
    AlarmError,
    CommandFailedError,
    DeadlineExceededError,
    InterferenceError,
    NoRoomError,
    RefusedError,
    RollbackFailedError,
    RolloutError,
    TooManyFailuresError,
)
from pulumi_rolling.handler.replace.telling import error_of
from pulumi_rolling.handler.words import Words

from tests.rollouts import changed
from tests.unit.core.stage import limits, look, old, rolling

TIMEOUT = "updatePolicy.rollingUpdate.timeout"
TEMPLATE = Words("web", "the launch template", TIMEOUT)
CONFIGURATION = Words("web", "the launch configuration", TIMEOUT)


def spent(*failures: Failure, code: VerdictCode = VerdictCode.TOO_MANY_FAILURES) -> Verdict:
    return Verdict(code, 1.0, len(failures), 6, failures, clock=300.0)


def member(reason: FailureReason, cause: str = "") -> Verdict:
    return spent(Failure("i-0a", reason, cause))


def refused(cause: str, remedy: Remedy, hint: str = "") -> Verdict:
    """A launch that the cloud refused for good."""
    return spent(Failure("9c1e", FailureReason.LAUNCH_REFUSED, cause, remedy, hint))


def late(cause: str, remedy: Remedy | None, hint: str = "") -> Verdict:
    """A launch that the cloud went on trying in vain."""
    return spent(Failure("launch-1", FailureReason.NEVER_APPEARED, cause, remedy, hint))


@dataclass(frozen=True)
class Row:
    verdict: Verdict
    kind: type[RolloutError]
    what: str
    hint: str
    """After a way forward that failed."""

    @property
    def remedy(self) -> Remedy:
        return cure_of(self.verdict).remedy

    @property
    def advice(self) -> str:
        """The part that no way changes."""
        return self.hint.partition("run 'pulumi up'")[0].removesuffix("Run 'pulumi up' to try again.")


MANY = TooManyFailuresError
ROWS = (
    Row(
        member(FailureReason.FAILURE_SIGNAL),
        MANY,
        "1 of 6 instances failed (i-0a sent FAILURE)",
        "See in the start of version 2 why it sends FAILURE, mend that and run 'pulumi up' again.",
    ),
    Row(
        member(FailureReason.SIGNAL_TIMEOUT),
        MANY,
        "1 of 6 instances failed (i-0a sent no signal within PT5M)",
        "See in the start of version 2 what keeps it from sending its signal, mend that or give it more time, and run "
        "'pulumi up' again.",
    ),
    Row(
        member(FailureReason.NOT_IN_SERVICE),
        MANY,
        "1 of 6 instances failed (i-0a did not reach service within PT5M)",
        "See in the start of version 2 what keeps it from service, mend that or give it more time, and run "
        "'pulumi up' again.",
    ),
    Row(
        member(FailureReason.TARGET_UNHEALTHY),
        MANY,
        "1 of 6 instances failed (i-0a did not become healthy in every target group within PT5M)",
        "See what the health checks of the target groups find in version 2, mend that or give it more time, and run "
        "'pulumi up' again.",
    ),
    Row(
        member(FailureReason.CHECKS_FAILED),
        MANY,
        "1 of 6 instances failed (i-0a did not pass its status checks within PT5M)",
        "See what the status checks find in version 2, mend that or give it more time, and run 'pulumi up' again.",
    ),
    Row(
        member(FailureReason.PROBE_FAILED, "status 503"),
        MANY,
        "1 of 6 instances failed (i-0a did not answer to the policy's own probe within PT5M: status 503)",
        "See what the probe of version 2 finds, mend that or give it more time, and run 'pulumi up' again.",
    ),
    Row(
        Verdict(VerdictCode.COMMAND_FAILED, 1.0, cause="i-0a: exit code 1: lagging"),
        CommandFailedError,
        "beforeTerminate failed for i-0a: exit code 1: lagging",
        "Mend what the command found, or the command itself, and run 'pulumi up' again.",
    ),
    Row(
        member(FailureReason.VANISHED, "Lifecycle Action Completed with ABANDON Result"),
        MANY,
        "1 of 6 instances failed (i-0a vanished before it was ready: Lifecycle Action Completed with ABANDON Result)",
        "See what ends version 2 before it is ready, mend that and run 'pulumi up' again.",
    ),
    Row(
        spent(),
        MANY,
        "0 of 6 instances failed ()",
        "See how version 2 starts, mend that and run 'pulumi up' again.",
    ),
    Row(
        refused("The image id '[ami-1]' does not exist.", Remedy.IMAGE),
        MANY,
        "1 of 6 instances failed (1 launch refused: The image id '[ami-1]' does not exist.)",
        "Name an image in the launch template that exists, may be launched and fits the instance type, and run "
        "'pulumi up' again.",
    ),
    Row(
        refused("The key pair 'mine' does not exist.", Remedy.TEMPLATE),
        MANY,
        "1 of 6 instances failed (1 launch refused: The key pair 'mine' does not exist.)",
        "Mend the launch template and run 'pulumi up' again.",
    ),
    Row(
        refused(
            "your current vCPU limit of 32", Remedy.QUOTA, "Ask AWS for a higher quota (vCPU limit of 32)."
        ),
        MANY,
        "1 of 6 instances failed (1 launch refused: your current vCPU limit of 32)",
        "Ask AWS for a higher quota (vCPU limit of 32), then run 'pulumi up' again.",
    ),
    Row(
        refused("Your quota allows for 0 more", Remedy.QUOTA),
        MANY,
        "1 of 6 instances failed (1 launch refused: Your quota allows for 0 more)",
        "Ask for a higher quota, then run 'pulumi up' again.",
    ),
    Row(
        refused(
            "You are not authorized to perform this operation.",
            Remedy.PERMISSION,
            "Allow ec2:RunInstances to the role that Auto Scaling launches with.",
        ),
        MANY,
        "1 of 6 instances failed (1 launch refused: You are not authorized to perform this operation.)",
        "Allow ec2:RunInstances to the role that Auto Scaling launches with, then run 'pulumi up' again.",
    ),
    Row(
        refused("access denied", Remedy.PERMISSION),
        MANY,
        "1 of 6 instances failed (1 launch refused: access denied)",
        "Allow what was refused, then run 'pulumi up' again.",
    ),
    Row(
        refused("The subnet ID 'subnet-1' does not exist.", Remedy.OBJECTION),
        MANY,
        "1 of 6 instances failed (1 launch refused: The subnet ID 'subnet-1' does not exist.)",
        "Mend what the cloud objects to, then run 'pulumi up' again.",
    ),
    Row(
        late("We currently do not have sufficient m5.large capacity", Remedy.CAPACITY),
        MANY,
        "1 of 6 instances failed (1 never appeared within PT5M: We currently do not have sufficient m5.large capacity)",
        "Give the group another instance type or zone, or wait for capacity, then run 'pulumi up' again.",
    ),
    Row(
        late("ami-1 is pending", Remedy.IMAGE, "Wait until the image is available."),
        MANY,
        "1 of 6 instances failed (1 never appeared within PT5M: ami-1 is pending)",
        "Wait until the image is available, then run 'pulumi up' again.",
    ),
    Row(
        late("", None),
        MANY,
        "1 of 6 instances failed (1 never appeared within PT5M)",
        "See in the activities of group web what it waited for, mend that and run 'pulumi up' again.",
    ),
    Row(
        spent(Failure("i-0a", FailureReason.FAILURE_SIGNAL), code=VerdictCode.CANARY_FAILED),
        MANY,
        "the canary failed (i-0a sent FAILURE)",
        "See in the start of version 2 why it sends FAILURE, mend that and run 'pulumi up' again.",
    ),
    Row(
        spent(Failure("i-0a", FailureReason.LOST, "failed a health check"), code=VerdictCode.CANARY_FAILED),
        MANY,
        "the canary failed (i-0a was lost after it was ready: failed a health check)",
        "See what ends version 2 after it is ready, mend that and run 'pulumi up' again.",
    ),
    Row(
        spent(Failure("i-0a", FailureReason.LOST, "failed a health check"), code=VerdictCode.TOO_MANY_LOSSES),
        MANY,
        "1 of 6 instances were lost after they were ready (i-0a: failed a health check)",
        "See what ends version 2 after it is ready, mend that and run 'pulumi up' again.",
    ),
    Row(
        Verdict(VerdictCode.ALARM, 1.0, cause="errors"),
        AlarmError,
        "alarm errors went into ALARM",
        "Mend what the alarm is about and run 'pulumi up' again.",
    ),
    Row(
        Verdict(VerdictCode.DEADLINE, 1.0, clock=1800.0),
        DeadlineExceededError,
        "the rollout took longer than its timeout of PT30M",
        "Raise updatePolicy.rollingUpdate.timeout or mend what is slow, then run 'pulumi up' again.",
    ),
    Row(
        Verdict(VerdictCode.STALLED, 1.0),
        DeadlineExceededError,
        "nothing has moved for an hour",
        "See in the activities of group web what it waited for, mend that and run 'pulumi up' again.",
    ),
    Row(
        Verdict(VerdictCode.OCCUPIED, 1.0, cause="i-1, i-2"),
        DeadlineExceededError,
        "i-1, i-2 stayed in standby, protected or in the warm pool for an hour",
        "Free them, or choose Ignore or Replace for them (standbyInstances, scaleInProtectedInstances, "
        "warmPoolInstances), and run 'pulumi up' again.",
    ),
    Row(
        Verdict(VerdictCode.ABORTED, 1.0),
        AbortedError,
        "aborted on request",
        "Run 'pulumi up' to try again.",
    ),
    Row(
        Verdict(VerdictCode.REJECTED, 1.0),
        AbortedError,
        "rejected on request",
        "Run 'pulumi up' to try again.",
    ),
    Row(
        Verdict(
            VerdictCode.REFUSED,
            1.0,
            cause="terminate: TerminateInstanceInAutoScalingGroup was refused (AccessDenied): not authorized",
            remedy=Remedy.PERMISSION,
            hint="Allow autoscaling:TerminateInstanceInAutoScalingGroup.",
        ),
        RefusedError,
        "the cloud refused: terminate: TerminateInstanceInAutoScalingGroup was refused (AccessDenied): not authorized",
        "Allow autoscaling:TerminateInstanceInAutoScalingGroup, then run 'pulumi up' again.",
    ),
    Row(
        Verdict(VerdictCode.REFUSED, 1.0, cause="resize: no"),
        RefusedError,
        "the cloud refused: resize: no",
        "Mend what the cloud objects to, then run 'pulumi up' again.",
    ),
    Row(
        Verdict(VerdictCode.NO_ROOM, 1.0),
        NoRoomError,
        "no room between MinInstancesInService and MaxSize",
        "Raise MaxSize or lower minInstancesInService, then run 'pulumi up' again.",
    ),
    Row(
        Verdict(VerdictCode.TOO_MANY_LAUNCHES, 1.0, of=6, cause="14"),
        InterferenceError,
        "14 launches did not replace 6 instances: others bring old ones back",
        "Find who adds old members to group web, end that, then run 'pulumi up' again.",
    ),
    Row(
        Verdict(VerdictCode.OPERATION_FAILED, 1.0, cause="i-0a failed its health checks."),
        TooManyFailuresError,
        "the cloud gave up: i-0a failed its health checks",
        "See in the activities of group web what went wrong, mend that and run 'pulumi up' again.",
    ),
    Row(
        Verdict(VerdictCode.OPERATION_STOPPED, 1.0, cause="refresh 4a77"),
        InterferenceError,
        "somebody stopped refresh 4a77",
        "Run 'pulumi up' to try again.",
    ),
    Row(
        Verdict(VerdictCode.OPERATION_RETURNED, 1.0, cause="refresh 4a77"),
        InterferenceError,
        "somebody had refresh 4a77 rolled back",
        "Run 'pulumi up' to try again.",
    ),
    Row(
        Verdict(VerdictCode.OPERATION_LOST, 1.0, cause="refresh 4a77"),
        RefusedError,
        "the cloud tells nothing of refresh 4a77 any more",
        "See in the activities of group web what became of it, mend that and run 'pulumi up' again.",
    ),
    Row(
        Verdict(VerdictCode.UNKNOWN_STATUS, 1.0, cause="Dreaming"),
        RefusedError,
        "the cloud calls the operation Dreaming, which this version does not know",
        "Wait for its end or cancel it, see what group web runs then, and run 'pulumi up' again.",
    ),
    Row(
        Verdict(VerdictCode.NOT_ARRIVED, 1.0, 4, 6),
        RefusedError,
        "the cloud calls it a success, but 4 of 6 instances run something else",
        "See in the activities of group web why it runs that, mend that and run 'pulumi up' again.",
    ),
    Row(
        Verdict(VerdictCode.NOT_APPROVED, 1.0, cause="20 %"),
        DeadlineExceededError,
        "nobody approved 20 % in time",
        "Run 'pulumi up' to try again.",
    ),
)
LACKING = Row(
    Verdict(VerdictCode.NOT_WHOLE, 1.0, 1, 6, cause="no m5.large capacity", remedy=Remedy.CAPACITY),
    AlarmError,
    "1 of 6 instances are not in service (no m5.large capacity)",
    "Give the group another instance type or zone, or wait for capacity, then run 'pulumi up' again.",
)
"""What ends a way back that had nothing left to replace."""
MOVED = Row(
    Verdict(VerdictCode.POINTER_MOVED, 1.0, cause="version 3; 4 on version 2, 2 on version 1"),
    InterferenceError,
    "somebody else pointed the group at version 3; 4 on version 2, 2 on version 1",
    "Find who else points group web somewhere, let only one of you do it (the group's own resource leaves it alone "
    "with ignore_changes), then run 'pulumi up' again.",
)
"""The one after which nothing is returned, whatever the policy says."""
BEGUN = Row(
    Verdict(VerdictCode.STRANGERS_OPERATION, 1.0, cause="instance refresh 4a77, which is InProgress"),
    InterferenceError,
    "somebody else began instance refresh 4a77, which is InProgress",
    "Wait for its end or cancel it, see what group web runs then, and run 'pulumi up' again.",
)
"""Another after which nothing is returned."""
IDS = [f"{row.verdict.code}, {row.remedy}" for row in ROWS]

BACK = "Group web is back on version 1 (3 instances touched); sizes and suspended processes are as found."
LEFT = (
    "Group web was left as it is: it points at version 2, and scaling out uses that; sizes and suspended processes are "
    "as found."
)
MIXED = "Group web is mixed, its sizes are still those of the rollout, its processes run again."
BEGAN = Verdict(VerdictCode.ALARM, 1.0, cause="errors")


def turned(verdict: Verdict, on_failure: OnFailure) -> Rollout:
    """A rollout that ended so, by the core's own turn: what is held takes it on an abort, and tells what it held."""
    held = rolling(held=verdict, launched=3)
    abort = look(*(old(f"old-{i}") for i in range(10)), requests=(Request("r-1", "abort"),))
    return decide(limits(on_failure=on_failure), held, abort).next


def error(rollout: Rollout, words: Words = TEMPLATE) -> RolloutError:
    ended = replace(rollout, step=Step.DONE)
    status = Status(Step.DONE, rollout.direction, 0, 0, 0, 0, (), 0, None)
    return error_of(
        Decision(ended, (), 0.0, Because(ReasonCode.DONE), status, outcome_of(ended)),
        words,
    )


def test_no_code_reason_or_remedy_is_without_a_row() -> None:
    """Who adds a code writes here what it says."""
    assert {row.verdict.code for row in (*ROWS, MOVED, BEGUN, LACKING)} == set(VerdictCode)
    assert {row.remedy for row in (*ROWS, MOVED, BEGUN)} == set(Remedy)
    assert {f.reason for row in ROWS for f in row.verdict.failures} == set(FailureReason)


@pytest.mark.parametrize("on_failure", OnFailure)
@pytest.mark.parametrize("row", ROWS, ids=IDS)
def test_a_way_forward_that_failed(row: Row, on_failure: OnFailure) -> None:
    """What failed, where the group is now, and the one thing to do, whatever follows a failure."""
    made = error(turned(row.verdict, on_failure))
    leaves = on_failure is OnFailure.LEAVE
    assert (type(made), made.returned) == (row.kind, not leaves)
    assert made.message == f"{row.what}. {LEFT if leaves else BACK}"
    assert made.hint == row.hint


@pytest.mark.parametrize("on_failure", OnFailure)
@pytest.mark.parametrize("row", ROWS, ids=IDS)
def test_a_way_back_that_failed_as_well(row: Row, on_failure: OnFailure) -> None:
    """Both sentences are said, the record is kept, and what to do is about the second."""
    made = error(replace(turned(BEGAN, on_failure), back_failed=row.verdict))
    assert (type(made), made.returned) == (RollbackFailedError, False)
    if on_failure is OnFailure.LEAVE:
        told = f"then giving sizes and processes back failed as well: {row.what}. "
        assert made.message.startswith(f"alarm errors went into ALARM; {told}Group web points at version 2")
        advice = row.advice
    else:
        told = f"then the way back to version 1 failed as well: {row.what}. {MIXED}"
        assert made.message == f"alarm errors went into ALARM; {told}"
        advice = row.advice.replace("version 2", "version 1")
    assert (
        made.hint
        == f"The record is kept on the group. {advice or 'Then '}run 'pulumi up' to go on from there."
    )


@pytest.mark.parametrize("on_failure", OnFailure)
def test_a_pointer_that_others_moved(on_failure: OnFailure) -> None:
    """Who is on what, that nothing more was touched, and whom to talk to; on either way."""
    made = error(turned(MOVED.verdict, on_failure))
    assert (type(made), made.returned) == (InterferenceError, False)
    assert made.message == (
        f"{MOVED.what}. Group web was let be: nothing more is replaced, and the pointer stays where they set it; sizes "
        "and suspended processes are as found."
    )
    assert made.hint == MOVED.hint
    back = error(replace(turned(BEGAN, OnFailure.ROLL_BACK), back_failed=MOVED.verdict))
    assert back.message == (
        f"alarm errors went into ALARM; then on the way back to version 1 {MOVED.what}. Group web is mixed and was let "
        "be; its sizes and suspended processes are as found."
    )


@pytest.mark.parametrize("on_failure", OnFailure)
def test_an_operation_that_others_began(on_failure: OnFailure) -> None:
    """It is named, nothing is returned whatever the policy says, and nobody's work is cancelled."""
    made = error(turned(BEGUN.verdict, on_failure))
    assert (type(made), made.returned, made.hint) == (InterferenceError, False, BEGUN.hint)
    assert made.message == (
        f"{BEGUN.what}. Group web was let be: nothing more is replaced by this update, and what they began goes on; "
        "sizes and suspended processes are as found."
    )
    back = error(replace(turned(BEGAN, OnFailure.ROLL_BACK), back_failed=BEGUN.verdict))
    assert f"on the way back to version 1 {BEGUN.what}. Group web is mixed and was let be" in back.message


def test_a_way_back_that_lacks_members() -> None:
    """The pointer is back and all is given back, but it is no return while fewer serve than Desired."""
    made = error(changed(turned(BEGAN, OnFailure.ROLL_BACK), unfilled=LACKING.verdict))
    assert (type(made), made.returned) == (LACKING.kind, False)
    assert made.message == (
        f"alarm errors went into ALARM. Group web points at version 1 again, but {LACKING.what}; sizes and suspended "
        "processes are as found."
    )
    assert made.hint == LACKING.hint


def test_where_a_left_group_points_is_where_it_was_last_seen_to() -> None:
    """After a failure without a way back somebody may point it elsewhere before sizes are given back."""
    left = turned(BEGAN, OnFailure.LEAVE)
    moved = changed(left, astray=Astray("lt-1:9", 2.0))
    assert "it points at lt-1:9, and scaling out uses that" in error(moved).message


def test_giving_back_that_failed_after_a_success() -> None:
    """The group runs what was wanted; what was not given back is said, with what to do."""
    hint = "Allow autoscaling:ResumeProcesses."
    denied = Verdict(VerdictCode.REFUSED, 1.0, cause="resume: no", remedy=Remedy.PERMISSION, hint=hint)
    made = error(rolling(back_failed=denied))
    assert str(made) == (
        "group web runs version 2, but giving sizes and processes back failed: the cloud refused: resume: no. The "
        "record is kept on the group. Allow autoscaling:ResumeProcesses, then run 'pulumi up' to go on from there."
    )


@pytest.mark.parametrize("row", ROWS, ids=IDS)
def test_what_makes_the_members_is_mended_only_where_it_is_at_fault(row: Row) -> None:
    """By the name that it has in this group; a build, a quota or a permission is no fault of it."""
    ways = [turned(row.verdict, on_failure) for on_failure in OnFailure] + [
        replace(turned(BEGAN, OnFailure.ROLL_BACK), back_failed=row.verdict)
    ]
    named = row.remedy in (Remedy.TEMPLATE, Remedy.IMAGE) and not cure_of(row.verdict).hint
    for rollout in ways:
        by_template, by_configuration = error(rollout), error(rollout, CONFIGURATION)
        assert ("launch template" in by_template.hint) is named
        assert "launch template" not in str(by_configuration)
        assert ("launch configuration" in by_configuration.hint) is named


@pytest.mark.parametrize("row", ROWS, ids=IDS)
def test_what_the_cloud_said_is_all_there(row: Row) -> None:
    """Its sentence stands in the message, and the action or quota that it named in the hint."""
    made = error(turned(row.verdict, OnFailure.ROLL_BACK))
    said = [row.verdict.cause, *(f.cause for f in row.verdict.failures)]
    advised = [row.verdict.hint, *(f.hint for f in row.verdict.failures)]
    assert all(sentence in made.message for sentence in said)
    assert all(hint.rstrip(".") in made.hint for hint in advised)


def test_the_deadline_names_what_set_it() -> None:
    """An operation's own timeout is raised there, not in the policy."""
    words = replace(TEMPLATE, timeout="customTimeouts.update")
    made = error(turned(Verdict(VerdictCode.DEADLINE, 1.0), OnFailure.ROLL_BACK), words)
    assert made.hint.startswith("Raise customTimeouts.update or ")


def test_a_rollout_that_did_not_fail_has_no_error() -> None:
    """Nobody asks for it."""
    with pytest.raises(ValueError, match="did not fail"):
        error(rolling())


def test_members_that_need_different_things_are_told_the_commonest() -> None:
    """Two that the quota stopped count for more than one that failed by itself; both are named."""
    quota = Failure("9c1e", FailureReason.LAUNCH_REFUSED, "vCPU limit", Remedy.QUOTA, "Ask AWS for more.")
    bad = Failure("i-0a", FailureReason.FAILURE_SIGNAL)
    made = error(turned(spent(bad, quota, replace(quota, id="9c1f")), OnFailure.ROLL_BACK))
    assert made.message.startswith(
        "3 of 6 instances failed (i-0a sent FAILURE; 2 launch refused: vCPU limit)"
    )
    assert made.hint == "Ask AWS for more, then run 'pulumi up' again."


@pytest.mark.parametrize("on_failure", OnFailure)
def test_an_abort_of_what_ran_well_is_told_as_such(on_failure: OnFailure) -> None:
    """Only an abort of what was held tells what it was held for."""
    abort = look(*(old(f"old-{i}") for i in range(10)), requests=(Request("r-1", "abort"),))
    after = decide(limits(on_failure=on_failure), rolling(launched=3), abort).next
    assert type(error(after)) is AbortedError
