"""What ECS says of a service deployment, as an operation in the words that every service shares. No call is made here.

The status alone decides, with two exceptions. STOPPED is the end that a newer deployment, somebody's word, and a
breaker or an alarm without rollback have in common; where breaker or alarm was triggered, the service failed. And
SUCCESSFUL by early success is no end while old tasks run: ECS goes on replacing them "in the background".

Theory of the reasons. Core shows the first sentence and beside it the first that it does not hold. So the first is the
service's own on the whole (``statusReason``), and the causes follow: tasks that failed, then events. A way back for
which there was no candidate says only that, so its ``rollback.reason`` is what ``returned`` says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pulumi_rolling.core.delegate.operation import Gate, Operation, ServiceReturn, State
from pulumi_rolling.core.model.codes import Remedy
from pulumi_rolling.fleets.aws.api import Answer, one_line
from pulumi_rolling.fleets.ecs_service.description import moment

_STATES: Mapping[str, State] = {
    "PENDING": State.PENDING,
    "IN_PROGRESS": State.RUNNING,
    "SUCCESSFUL": State.SUCCEEDED,
    "STOP_REQUESTED": State.STOPPING,
    "STOPPED": State.STOPPED,
    "ROLLBACK_REQUESTED": State.RETURNING,
    "ROLLBACK_IN_PROGRESS": State.RETURNING,
    "ROLLBACK_SUCCESSFUL": State.RETURNED,
    "ROLLBACK_FAILED": State.RETURN_FAILED,
}
OVER = frozenset({"SUCCESSFUL", "STOPPED", "ROLLBACK_SUCCESSFUL", "ROLLBACK_FAILED"})
_TURNED = frozenset({State.RETURNING, State.RETURNED, State.RETURN_FAILED})
_GOING = frozenset({State.PENDING, State.RUNNING, State.AT_GATE, State.BAKING})
_BY_PERSON = "by user"
"""``Service deployment rolled back by user.`` (live answers)."""
_TRIGGERED = "TRIGGERED"
_ALARM_EVENT = "deployment failed: alarm detected"
_AWAITING = "AWAITING_ACTION"
_BAKE_TIME = "BAKE_TIME"


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What the answer does not hold and an operation has."""

    id: str
    at: float
    """When the answer was asked for, by the cloud's clock."""
    leads_to: str | None = None
    token: str = ""
    causes: tuple[str, ...] = ()
    remedy: Remedy | None = None
    """What mends the first of the causes."""
    failed: int = 0
    """Tasks of it that failed."""
    old: int = 0
    """Tasks of other revisions that still run."""
    gate_since: Mapping[str, float] | None = None
    """When gates were first seen, by name."""
    given_up: bool = False
    """We wanted it stopped. Nothing does, and the next one supersedes it."""


def operation_of(rollout: Answer, beside: Beside) -> Operation:
    gate, status = _gate(rollout, beside), str(rollout["status"])
    early = is_early(rollout) and beside.old > 0
    state = _state(rollout, gate, going_on=early)
    if beside.given_up and state in _GOING:
        state = State.STOPPED
    target = rollout.get("targetServiceRevision") or {}
    total, done = target.get("requestedTaskCount"), target.get("runningTaskCount")
    said = one_line(rollout.get("statusReason") or "")
    first = said or (_of_status(status) if state in _TURNED else "")
    causes = (*_alarms(rollout, first), *(each for each in beside.causes if not _says_alarm(rollout, each)))
    sentences = (first, *causes) if not early else (*causes, _early(rollout, beside.old))
    return Operation(
        id=beside.id,
        state=state,
        status=status if gate is None else f"{status}, {rollout.get('lifecycleStage') or 'at a hook'}",
        leads_to=beside.leads_to,
        token=beside.token,
        started_at=moment(rollout.get("createdAt")),
        done=done,
        total=None if total is None else max(total, done or 0),
        reasons=tuple(each for each in sentences if each),
        remedy=Remedy.ALARM if _is_triggered(rollout, _ALARMS) else beside.remedy,
        failed=max(beside.failed, failures(rollout)),
        gate=gate,
        returned=_returned(rollout, state, first),
    )


def failures(rollout: Answer) -> int:
    """Tasks that failed, as the circuit breaker counts them; it begins anew with a healthy one."""
    return int((rollout.get("deploymentCircuitBreaker") or {}).get("failureCount") or 0)


def is_over(rollout: Answer) -> bool:
    """Whether ECS does nothing more for it; a status that is not known is not over."""
    return str(rollout["status"]) in OVER


def is_early(rollout: Answer) -> bool:
    """It was, or may have been, declared successful before all was replaced (DeploymentEarlySuccessCriteria)."""
    early = (rollout.get("deploymentConfiguration") or {}).get("earlySuccessCriteria") or {}
    return bool(early.get("enable")) and str(rollout["status"]) == "SUCCESSFUL"


def awaiting(rollout: Answer) -> list[Answer]:
    """Hooks that wait for somebody's word."""
    hooks = rollout.get("lifecycleHookDetails") or ()
    return [each for each in hooks if each.get("status") == _AWAITING and each.get("hookId")]


def gate_name(rollout: Answer, hook: Answer) -> str:
    """The stage may be one that this version does not know."""
    return f"{rollout.get('lifecycleStage') or 'hook'}:{hook['hookId']}"


def hook_in(gate: str) -> str:
    return gate.rpartition(":")[2]


def _state(rollout: Answer, gate: Gate | None, *, going_on: bool) -> State:
    state = _STATES.get(str(rollout["status"]), State.UNKNOWN)
    if state is State.SUCCEEDED and going_on:
        return State.RUNNING
    if state is State.STOPPED and any(_is_triggered(rollout, each) for each in _GUARDS):
        return State.FAILED
    if state is State.RUNNING and gate is not None:
        return State.AT_GATE
    if state is State.RUNNING and rollout.get("lifecycleStage") == _BAKE_TIME:
        return State.BAKING
    return state


_ALARMS = "alarms"
_GUARDS = ("deploymentCircuitBreaker", _ALARMS)


def _is_triggered(rollout: Answer, guard: str) -> bool:
    return (rollout.get(guard) or {}).get("status") == _TRIGGERED


def _alarms(rollout: Answer, said: str) -> tuple[str, ...]:
    """Those that made it fail, where the service's own sentences do not name them."""
    told = f"{said} {(rollout.get('rollback') or {}).get('reason') or ''}"
    unsaid = [name for name in _rang(rollout) if name not in told]
    return (f"in ALARM: {', '.join(unsaid)}",) if unsaid else ()


def _rang(rollout: Answer) -> tuple[str, ...]:
    return tuple((rollout.get("alarms") or {}).get("triggeredAlarmNames") or ())


def _says_alarm(rollout: Answer, cause: str) -> bool:
    """An event that says of alarms no more than that there was one, where they are known by name."""
    return bool(_rang(rollout)) and cause.rstrip(".").endswith(_ALARM_EVENT)


def _gate(rollout: Answer, beside: Beside) -> Gate | None:
    """The first hook that waits. Without a word in time ECS does what ``timeoutAction`` says, else ROLLBACK."""
    if str(rollout["status"]) != "IN_PROGRESS":
        return None
    hook = next(iter(awaiting(rollout)), None)
    if hook is None:
        return None
    name = gate_name(rollout, hook)
    ends = moment(hook.get("expiresAt"))
    since = (beside.gate_since or {}).get(name, beside.at)
    return Gate(
        name,
        lasts=None if ends is None else max(0.0, ends - since),
        goes_on=hook.get("timeoutAction") == "CONTINUE",
        by_word=True,
    )


def _returned(rollout: Answer, state: State, said: str) -> ServiceReturn | None:
    if state not in _TURNED:
        return None
    reason = one_line((rollout.get("rollback") or {}).get("reason") or "")
    return ServiceReturn(reason, by_person=_BY_PERSON in reason or _BY_PERSON in said)


def _early(rollout: Answer, old: int) -> str:
    early = rollout["deploymentConfiguration"]["earlySuccessCriteria"]
    share = early.get("healthyPercent")
    at = "" if share is None else f" at {share} %"
    return f"declared successful{at}, and {old} old {'task is' if old == 1 else 'tasks are'} still running"


def _of_status(status: str) -> str:
    return f"the service deployment is {status}"
