"""What DescribeInstanceRefreshes says, as an operation in the words that every service shares. No call is made here.

Theory of operation. The service tells ``PercentageComplete`` p and ``InstancesToUpdate`` r, and not how many there are
in all. Percent is floor(100·done/total) with done + r = total, so done is at least ceil(p·r/(100 - p)); what was known
of the total before goes with it, since at 100 percent nothing follows. On the service's way back both count what the
way forward had done: p falls to 0, r rises to the total, and so ``done`` is always how many are new at that time.

Worked example. p 20, r 8: done 2 of 10. Rolling back, p 10, r 9: one of the two is left to be returned.

Percent is no end: 100 stands there while the last instance warms up and while the refresh bakes. The status alone
decides; ``EndTime`` may be there before the end.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pulumi_rolling.core.delegate.operation import Gate, Operation, ServiceReturn, State
from pulumi_rolling.core.model.codes import Remedy
from pulumi_rolling.fleets.auto_scaling_group import description as described
from pulumi_rolling.fleets.aws.api import Answer, one_line
from pulumi_rolling.fleets.aws.launch_templates import DEFAULT, TemplateWanted

PROCESS = "InstanceRefresh"
"""The process of the group whose suspension lets a refresh stand still."""
_STATES: Mapping[str, State] = {
    "Pending": State.PENDING,
    "InProgress": State.RUNNING,
    "Baking": State.BAKING,
    "Cancelling": State.STOPPING,
    "RollbackInProgress": State.RETURNING,
    "Successful": State.SUCCEEDED,
    "Failed": State.FAILED,
    "Cancelled": State.STOPPED,
    "RollbackSuccessful": State.RETURNED,
    "RollbackFailed": State.RETURN_FAILED,
}
ALL = 100
_OF_ALARM = re.compile(r"\balarms?\b", re.I)


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What the answer does not hold and an operation has."""

    leads_to: str | None = None
    token: str = ""
    total: int = 0
    """As it was known before."""
    causes: tuple[str, ...] = ()
    """Of failed launches and lost instances since it began, the newest first."""
    remedy: Remedy | None = None
    """What mends the first of the causes."""
    is_hopeless: bool = False
    failed: int = 0
    """Launches and instances that failed by the causes."""
    suspended: bool = False
    """The group's process InstanceRefresh rests."""
    at_gate: bool = False
    """It stands at the checkpoint that it has reached."""


def operation_of(refresh: Answer, beside: Beside) -> Operation:
    gate = _gate(refresh) if beside.at_gate else None
    state = _STATES.get(str(refresh["Status"]), State.UNKNOWN) if gate is None else State.AT_GATE
    done, total = progress(refresh, beside.total)
    percent = refresh.get("PercentageComplete")
    started = refresh.get("StartTime")
    turned = _returned(refresh, total)
    # A refresh that is back has no reason of its own any more: the one for which it turned goes before the causes.
    reason = one_line(refresh.get("StatusReason") or "") or (turned.reason if turned is not None else "")
    return Operation(
        id=str(refresh["InstanceRefreshId"]),
        state=state,
        status=str(refresh["Status"]),
        leads_to=beside.leads_to,
        token=beside.token,
        started_at=started.timestamp() if isinstance(started, datetime) else None,
        percent=None if percent is None else float(percent),
        done=done,
        total=total,
        reasons=(*((reason,) if reason else ()), *beside.causes),
        remedy=Remedy.ALARM if _OF_ALARM.search(reason) else beside.remedy,
        is_hopeless=beside.is_hopeless,
        failed=beside.failed,
        gate=gate,
        is_paused=beside.suspended,
        returned=turned,
        whole=is_whole(refresh),
    )


def is_over(refresh: Answer) -> bool:
    """Whether the service does nothing more for it; a status that is not known is not over."""
    return str(refresh["Status"]) not in described.ACTIVE_REFRESH and str(refresh["Status"]) in _STATES


def has_gone_wrong(refresh: Answer) -> bool:
    """Whether it is over or on its way back without having succeeded."""
    state = _STATES.get(str(refresh["Status"]))
    return state is State.RETURNING or (is_over(refresh) and state is not State.SUCCEEDED)


def is_whole(refresh: Answer) -> bool:
    """A last checkpoint below 100 ends a refresh as Successful, with old instances left."""
    percents = _checkpoints(refresh)
    return not percents or percents[-1] >= ALL


def checkpoint(refresh: Answer) -> int | None:
    """The checkpoint that the refresh has reached and not passed, as far as percent alone tells; the last ends it."""
    if _STATES.get(str(refresh["Status"])) is not State.RUNNING:
        return None
    done = refresh.get("PercentageComplete") or 0
    reached = [percent for percent in _checkpoints(refresh)[:-1] if percent <= done]
    return reached[-1] if reached else None


def gate_name(percent: int) -> str:
    return f"{percent} %"


def delay(refresh: Answer) -> float:
    return float((refresh.get("Preferences") or {}).get("CheckpointDelay", 0))


def progress(refresh: Answer, known: int = 0) -> tuple[int | None, int | None]:
    """How many are done, and of how many. ``known``: the total as it was told before."""
    left = refresh.get("InstancesToUpdate")
    if left is None:
        return None, known or None
    turned = refresh.get("RollbackDetails") or {}
    before = turned.get("InstancesToUpdateOnRollback")
    total = max(
        known,
        _total(refresh.get("PercentageComplete") or 0, left),
        0 if before is None else _total(turned.get("PercentageCompleteOnRollback") or 0, before),
    )
    return total - left, total


def template_of(refresh: Answer) -> TemplateWanted | None:
    """The launch template that it was begun for; None: it has no desired configuration, and goes where the group is."""
    desired = refresh.get("DesiredConfiguration") or {}
    template = described.template_of(desired)
    if not template:
        return None
    version = str(template.get("Version") or DEFAULT)
    ident = template.get("LaunchTemplateId")
    return TemplateWanted(ident, None if ident else template.get("LaunchTemplateName"), version)


def _total(percent: int, left: int) -> int:
    return left if percent >= ALL else left - (-percent * left // (ALL - percent))


def _gate(refresh: Answer) -> Gate | None:
    reached = checkpoint(refresh)
    return None if reached is None else Gate(gate_name(reached), float(reached), delay(refresh))


def _returned(refresh: Answer, total: int | None) -> ServiceReturn | None:
    details = refresh.get("RollbackDetails")
    if not details:
        return None
    left = details.get("InstancesToUpdateOnRollback")
    done = None if left is None or total is None else total - left
    return ServiceReturn(one_line(details.get("RollbackReason") or ""), done)


def _checkpoints(refresh: Answer) -> list[int]:
    percents: list[int] = (refresh.get("Preferences") or {}).get("CheckpointPercentages") or []
    return percents
