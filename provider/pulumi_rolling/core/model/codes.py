"""Every code of the core, with the one meaning that it has: why a decision, why a failure, why an end, what mends it.

Explanation, errors and reports read these tables and have none of their own. The values stand in records, in state and
in JSON, so they never change. Who adds a code adds its row: a test walks all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum


class Step(Enum):
    """Where a direction is. Each machine has its own of them; bake and done are of both."""

    PREPARE = "prepare"
    ROLL = "roll"
    BAKE = "bake"
    RESIZE = "resize"
    """Desired becomes what it shall be at the end."""
    RESTORE = "restore"
    DONE = "done"
    START = "start"
    """An operation is begun, or looked for."""
    FOLLOW = "follow"
    RETURN = "return"
    """The service returns what its operation has done."""


class ReasonCode(StrEnum):
    """Why a decision acts or waits."""

    PREPARING = "preparing"
    STARTING = "starting"
    RESUMED = "resumed"
    UNSEEN = "unseen"
    ASTRAY = "astray"
    RAISING = "raising"
    REPLACING = "replacing"
    WAITING = "waiting"
    PAUSING = "pausing"
    GUARDED = "guarded"
    DRAINING = "draining"
    PARTING = "parting"
    SOAKING = "soaking"
    CHECKPOINT = "checkpoint"
    APPROVAL = "approval"
    WORD = "word"
    """The service itself stands until somebody speaks, and turns or goes on by itself where nobody does."""
    PAUSED = "paused"
    HELD = "held"
    FLOORED = "floored"
    OCCUPIED = "occupied"
    BAKING = "baking"
    DOUBTED = "doubted"
    REMOVING = "removing"
    REMOVING_OUTSIDE = "removingOutside"
    RESTORING = "restoring"
    FILLING = "filling"
    FAILED = "failed"
    REFUSED = "refused"
    LEASE_LOST = "leaseLost"
    INCOMPLETE = "incomplete"
    DONE = "done"
    FOLLOWING = "following"
    RETURNING = "returning"
    STOPPING = "stopping"
    UNPROVEN = "unproven"
    UNTOLD = "untold"
    UNKNOWN_STATUS = "unknownStatus"
    BUSY = "busy"
    UNHEEDED = "unheeded"


class FailureReason(StrEnum):
    """Why one member failed."""

    FAILURE_SIGNAL = "failureSignal"
    SIGNAL_TIMEOUT = "signalTimeout"
    NOT_IN_SERVICE = "notInService"
    TARGET_UNHEALTHY = "targetUnhealthy"
    CHECKS_FAILED = "checksFailed"
    PROBE_FAILED = "probeFailed"
    NEVER_APPEARED = "neverAppeared"
    LAUNCH_REFUSED = "launchRefused"
    VANISHED = "vanished"
    LOST = "lost"


class VerdictCode(StrEnum):
    """Why a direction ended."""

    TOO_MANY_FAILURES = "tooManyFailures"
    CANARY_FAILED = "canaryFailed"
    TOO_MANY_LOSSES = "tooManyLosses"
    ALARM = "alarm"
    DEADLINE = "deadline"
    STALLED = "stalled"
    OCCUPIED = "occupied"
    ABORTED = "aborted"
    REJECTED = "rejected"
    REFUSED = "refused"
    NO_ROOM = "noRoom"
    POINTER_MOVED = "pointerMoved"
    STRANGERS_OPERATION = "strangersOperation"
    NOT_WHOLE = "notWhole"
    TOO_MANY_LAUNCHES = "tooManyLaunches"
    OPERATION_FAILED = "operationFailed"
    OPERATION_STOPPED = "operationStopped"
    OPERATION_RETURNED = "operationReturned"
    OPERATION_LOST = "operationLost"
    UNKNOWN_STATUS = "unknownStatus"
    NOT_ARRIVED = "notArrived"
    NOT_APPROVED = "notApproved"
    COMMAND_FAILED = "commandFailed"


class EndedBy(Enum):
    """What ended a direction; the error has its class from it."""

    MEMBERS = "members"
    CANARY = "canary"
    ALARM = "alarm"
    CLOCK = "clock"
    PERSON = "person"
    CLOUD = "cloud"
    POLICY = "policy"
    COMMAND = "command"
    OTHERS = "others"


class Remedy(StrEnum):
    """What somebody has to mend before the next run can end better."""

    BUILD = "build"
    """What the new revision runs, as its members show it."""
    IMAGE = "image"
    TEMPLATE = "template"
    """What members are made from, save its image."""
    QUOTA = "quota"
    PERMISSION = "permission"
    CAPACITY = "capacity"
    """The cloud has none of that kind there now."""
    OBJECTION = "objection"
    """The cloud's own sentence says it, and no other remedy is known to fit."""
    ACTIVITIES = "activities"
    """Nobody said what is wrong; the cloud's list of what it did may."""
    ROOM = "room"
    """Least in service and greatest size leave no place for a change."""
    ALARM = "alarm"
    TIME = "time"
    FREE = "free"
    """Members that a person has set aside."""
    POINTER = "pointer"
    """Two parties that point the group at different revisions."""
    OTHERS = "others"
    """Who brings old members into the group while it rolls."""
    OPERATION = "operation"
    """Another roller that is at work on the same group."""
    COMMAND = "command"
    """What a command of the user's own objects to, as its output shows."""
    AGAIN = "again"
    """Nothing: a person ended it."""


class Decider(Enum):
    """What the next start depends on."""

    MEMBERS = "members"
    """Boots, signals, health: their law says how long it may take."""
    SOMEBODY = "somebody"
    """A person's word, a time that the policy set, or members that a person has set aside."""


@dataclass(frozen=True, slots=True)
class ReasonMeaning:
    words: str = ""
    """The sentence where it has no numbers."""
    decider: Decider = Decider.MEMBERS
    passing: bool = False
    """Soon over: another shell, which looks later, tells from the group itself what is awaited."""
    at_a_gate: bool = False
    only_told: bool = False
    """Only the driver's own words tell that nothing new starts."""
    asks: bool = False
    """Nothing goes on before somebody acts, so it is told first, and once more to stay."""


@dataclass(frozen=True, slots=True)
class FailureMeaning:
    words: str
    remedy: Remedy = Remedy.BUILD
    """Where the cloud did not say more."""
    look: str = ""
    """Where to look at a build that fails so, with the place of the ``{revision}``."""
    within_clock: bool = False
    """The member had a time for it, which belongs into the sentence."""
    of_signals: bool = False
    """MinActiveInstancesPercent, which knows no signals, does not count it."""
    nameless: bool = False
    """There never was a member, so the failure's id tells people nothing."""


@dataclass(frozen=True, slots=True)
class VerdictMeaning:
    words: str
    """As what ended it, in a list of such."""
    ended_by: EndedBy
    remedy: Remedy
    """Where neither the cloud nor a failure said more."""
    look: str = "what it waited for"
    """What the cloud's list of what it did may tell."""


_SOMEBODY = Decider.SOMEBODY

REASONS: Mapping[ReasonCode, ReasonMeaning] = {
    ReasonCode.PREPARING: ReasonMeaning("suspending processes and moving the pointer"),
    ReasonCode.STARTING: ReasonMeaning("starting", passing=True),
    ReasonCode.RESUMED: ReasonMeaning(
        "found an interrupted rollout; letting the cloud settle before going on"
    ),
    ReasonCode.UNSEEN: ReasonMeaning("waiting until our last change shows", passing=True),
    ReasonCode.ASTRAY: ReasonMeaning(
        "somebody else pointed the group elsewhere; looking whether that stays",
        decider=_SOMEBODY,
        only_told=True,
    ),
    ReasonCode.RAISING: ReasonMeaning(passing=True),
    ReasonCode.REPLACING: ReasonMeaning(passing=True),
    ReasonCode.WAITING: ReasonMeaning("waiting", passing=True),
    ReasonCode.PAUSING: ReasonMeaning("pausing"),
    ReasonCode.GUARDED: ReasonMeaning(only_told=True),
    ReasonCode.DRAINING: ReasonMeaning(only_told=True),
    ReasonCode.PARTING: ReasonMeaning(only_told=True),
    ReasonCode.SOAKING: ReasonMeaning(decider=_SOMEBODY, at_a_gate=True),
    ReasonCode.CHECKPOINT: ReasonMeaning(decider=_SOMEBODY, at_a_gate=True),
    ReasonCode.APPROVAL: ReasonMeaning(decider=_SOMEBODY, at_a_gate=True, asks=True),
    ReasonCode.WORD: ReasonMeaning(decider=_SOMEBODY, at_a_gate=True, asks=True),
    ReasonCode.PAUSED: ReasonMeaning(decider=_SOMEBODY, asks=True),
    ReasonCode.HELD: ReasonMeaning(decider=_SOMEBODY, asks=True),
    ReasonCode.FLOORED: ReasonMeaning(decider=_SOMEBODY, only_told=True, asks=True),
    ReasonCode.OCCUPIED: ReasonMeaning(decider=_SOMEBODY, only_told=True, asks=True),
    ReasonCode.BAKING: ReasonMeaning(),
    ReasonCode.DOUBTED: ReasonMeaning(only_told=True),
    ReasonCode.REMOVING: ReasonMeaning("removing what is too many"),
    ReasonCode.REMOVING_OUTSIDE: ReasonMeaning("removing what stands outside Desired"),
    ReasonCode.RESTORING: ReasonMeaning("giving sizes and processes back"),
    ReasonCode.FILLING: ReasonMeaning(only_told=True),
    ReasonCode.FAILED: ReasonMeaning("failed"),
    ReasonCode.REFUSED: ReasonMeaning("refused by the cloud"),
    ReasonCode.LEASE_LOST: ReasonMeaning("another driver rolls this group"),
    ReasonCode.INCOMPLETE: ReasonMeaning("the cloud answered only in part"),
    ReasonCode.DONE: ReasonMeaning("done"),
    ReasonCode.FOLLOWING: ReasonMeaning(),
    ReasonCode.RETURNING: ReasonMeaning(),
    ReasonCode.STOPPING: ReasonMeaning("waiting until the operation is over", only_told=True),
    ReasonCode.UNPROVEN: ReasonMeaning("the operation is over; looking what the group runs", passing=True),
    ReasonCode.UNTOLD: ReasonMeaning(only_told=True),
    ReasonCode.UNKNOWN_STATUS: ReasonMeaning(only_told=True),
    ReasonCode.BUSY: ReasonMeaning("another operation is in the way; looking whose it is", only_told=True),
    ReasonCode.UNHEEDED: ReasonMeaning(only_told=True),
}

FAILURES: Mapping[FailureReason, FailureMeaning] = {
    FailureReason.FAILURE_SIGNAL: FailureMeaning(
        "sent FAILURE", look="in the start of {revision} why it sends FAILURE", of_signals=True
    ),
    FailureReason.SIGNAL_TIMEOUT: FailureMeaning(
        "sent no signal",
        look="in the start of {revision} what keeps it from sending its signal",
        within_clock=True,
        of_signals=True,
    ),
    FailureReason.NOT_IN_SERVICE: FailureMeaning(
        "did not reach service",
        look="in the start of {revision} what keeps it from service",
        within_clock=True,
    ),
    FailureReason.TARGET_UNHEALTHY: FailureMeaning(
        "did not become healthy in every target group",
        look="what the health checks of the target groups find in {revision}",
        within_clock=True,
    ),
    FailureReason.CHECKS_FAILED: FailureMeaning(
        "did not pass its status checks",
        look="what the status checks find in {revision}",
        within_clock=True,
    ),
    FailureReason.PROBE_FAILED: FailureMeaning(
        "did not answer to the policy's own probe",
        look="what the probe of {revision} finds",
        within_clock=True,
    ),
    FailureReason.NEVER_APPEARED: FailureMeaning(
        "never appeared", remedy=Remedy.ACTIVITIES, within_clock=True, nameless=True
    ),
    FailureReason.LAUNCH_REFUSED: FailureMeaning("launch refused", remedy=Remedy.OBJECTION, nameless=True),
    FailureReason.VANISHED: FailureMeaning(
        "vanished before it was ready", look="what ends {revision} before it is ready"
    ),
    FailureReason.LOST: FailureMeaning(
        "was lost after it was ready", look="what ends {revision} after it is ready"
    ),
}

VERDICTS: Mapping[VerdictCode, VerdictMeaning] = {
    VerdictCode.TOO_MANY_FAILURES: VerdictMeaning("too many failures", EndedBy.MEMBERS, Remedy.BUILD),
    VerdictCode.CANARY_FAILED: VerdictMeaning("a canary failed", EndedBy.CANARY, Remedy.BUILD),
    VerdictCode.TOO_MANY_LOSSES: VerdictMeaning("too many losses", EndedBy.MEMBERS, Remedy.BUILD),
    VerdictCode.ALARM: VerdictMeaning("an alarm", EndedBy.ALARM, Remedy.ALARM),
    VerdictCode.DEADLINE: VerdictMeaning("the roll's timeout", EndedBy.CLOCK, Remedy.TIME),
    VerdictCode.STALLED: VerdictMeaning("nothing moved for an hour", EndedBy.CLOCK, Remedy.ACTIVITIES),
    VerdictCode.OCCUPIED: VerdictMeaning("members set aside for an hour", EndedBy.CLOCK, Remedy.FREE),
    VerdictCode.ABORTED: VerdictMeaning("an abort", EndedBy.PERSON, Remedy.AGAIN),
    VerdictCode.REJECTED: VerdictMeaning("a rejection", EndedBy.PERSON, Remedy.AGAIN),
    VerdictCode.REFUSED: VerdictMeaning("an act that the cloud refused", EndedBy.CLOUD, Remedy.OBJECTION),
    VerdictCode.NO_ROOM: VerdictMeaning(
        "no room between MinInstancesInService and MaxSize", EndedBy.POLICY, Remedy.ROOM
    ),
    VerdictCode.POINTER_MOVED: VerdictMeaning("a pointer that others moved", EndedBy.OTHERS, Remedy.POINTER),
    VerdictCode.STRANGERS_OPERATION: VerdictMeaning(
        "an operation that others began", EndedBy.OTHERS, Remedy.OPERATION
    ),
    VerdictCode.NOT_WHOLE: VerdictMeaning("fewer in service than Desired", EndedBy.CLOUD, Remedy.ACTIVITIES),
    VerdictCode.TOO_MANY_LAUNCHES: VerdictMeaning("too many launches", EndedBy.OTHERS, Remedy.OTHERS),
    VerdictCode.OPERATION_FAILED: VerdictMeaning(
        "an operation that failed", EndedBy.MEMBERS, Remedy.ACTIVITIES, "what went wrong"
    ),
    VerdictCode.OPERATION_STOPPED: VerdictMeaning(
        "an operation that others stopped", EndedBy.OTHERS, Remedy.AGAIN
    ),
    VerdictCode.OPERATION_RETURNED: VerdictMeaning(
        "an operation that others had rolled back", EndedBy.OTHERS, Remedy.AGAIN
    ),
    VerdictCode.OPERATION_LOST: VerdictMeaning(
        "an operation that the cloud tells nothing of", EndedBy.CLOUD, Remedy.ACTIVITIES, "what became of it"
    ),
    VerdictCode.UNKNOWN_STATUS: VerdictMeaning(
        "a status that this version does not know", EndedBy.CLOUD, Remedy.OPERATION
    ),
    VerdictCode.NOT_ARRIVED: VerdictMeaning(
        "a success after which the group runs something else",
        EndedBy.CLOUD,
        Remedy.ACTIVITIES,
        "why it runs that",
    ),
    VerdictCode.NOT_APPROVED: VerdictMeaning(
        "a gate that nobody approved in time", EndedBy.CLOCK, Remedy.AGAIN
    ),
    VerdictCode.COMMAND_FAILED: VerdictMeaning(
        "a command of the policy's own", EndedBy.COMMAND, Remedy.COMMAND
    ),
}
