"""A rollout's status as JSON: a stable interface with a version, whose keys may be added to and never change meaning.

What is not there is null. Moments are ISO 8601 in UTC.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pulumi_rolling.core.explain import failure_words, sentence, verdict_sentence
from pulumi_rolling.core.model.decision import Because
from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.core.model.verdict import Failure, Verdict
from pulumi_rolling.core.replace.rollout import Rollout
from pulumi_rolling.report.counted import counted, failures
from pulumi_rolling.report.member_progress import failures_of, part_of
from pulumi_rolling.report.operation_status import followed
from pulumi_rolling.report.standing import Either, GroupStatus, OperationStatus, Standing
from pulumi_rolling.report.watch import Ending
from pulumi_rolling.report.wording import utc

VERSION = 1
CHANGING = frozenset({"at", "secondsLeft", "leaseUntil"})
"""Keys of which the values change at every look, whether anything happens or not."""


def not_rolling_json(group: str) -> dict[str, Any]:
    """A group without a record."""
    return {"version": VERSION, "group": group, "state": "none", "driven": False}


def status_json(standing: Either) -> dict[str, Any]:
    """The rollout with each member of the group, or with the operation that the cloud carries out."""
    if isinstance(standing, OperationStatus):
        return {
            **rollout_json(standing),
            "operation": _operation(standing),
            "inService": standing.seen.in_service,
        }
    return {**rollout_json(standing), **_members(standing)}


def _members(standing: GroupStatus) -> dict[str, Any]:
    rollout, way = standing.rollout, standing.rollout.way
    lost = {one.id for one in way.lost}
    failed = [one for one in failures_of(rollout).values() if one.id not in lost]
    return {
        "failures": failures(rollout),
        "failed": _failed(failed),
        "lost": _failed(way.lost),
        "skipped": sorted(way.skipped),
        "kept": list(rollout.ours.kept),
        "retried": sorted(way.retried),
        "found": {
            "minSize": rollout.found.sizes.min,
            "maxSize": rollout.found.sizes.max,
            "desired": rollout.found.sizes.desired,
        },
        "members": [
            {
                "id": member.id,
                "part": part_of(rollout, member).value,
                "revision": str(member.revision),
                "zone": member.zone,
                "lifecycle": member.lifecycle.value,
                "launchedAt": _moment(member.launched_at),
                "signal": member.signal.value if member.signal is not None else None,
            }
            for member in standing.members
        ],
    }


def _operation(standing: OperationStatus) -> dict[str, Any] | None:
    told = followed(standing)
    if told is None:
        return None
    return {
        "id": told.id,
        "status": told.status or told.state.value,
        "percent": told.percent,
        "reason": told.reasons[0] if told.reasons else None,
    }


def rollout_json(standing: Standing[Any]) -> dict[str, Any]:
    """What record, lease and the driver's words say without a look at any member."""
    rollout, way, because = standing.rollout, standing.rollout.way, standing.because
    is_back = rollout.direction is Direction.BACK
    now = counted(standing)
    left = standing.status.time_left if standing.status is not None and standing.is_driven else None
    return {
        "version": VERSION,
        "group": standing.group,
        "at": _moment(standing.at),
        "state": "returning" if is_back else "rolling",
        "driven": standing.is_driven,
        "rollout": rollout.goal.id,
        "resource": standing.owner,
        "startedAt": _moment(rollout.started_at),
        "step": rollout.step.value,
        "from": str(rollout.goal.came_from),
        "to": str(rollout.goal.to),
        "replaced": now.replaced,
        "total": now.total,
        "secondsLeft": None if left is None else [round(bound) for bound in left],
        "paused": way.paused,
        "held": _verdict(way.held if isinstance(rollout, Rollout) else None),
        "gate": None if way.gate is None else {"since": _moment(way.gate.at), "approved": way.gate.approved},
        "reason": None if because is None else _reason(because, standing.addressed),
        "verdict": _verdict(rollout.verdict),
        "wayBackFailed": _verdict(rollout.back_failed),
        "driver": standing.driver,
        "leaseUntil": _moment(standing.lease_until),
        "asked": [{"verb": each.kind, "member": each.member or None} for each in standing.asked],
    }


def ending_json(group: str, ending: Ending) -> dict[str, Any]:
    """The last line of a rollout that was watched."""
    return {
        "version": VERSION,
        "group": group,
        "state": "ended",
        "succeeded": ending.succeeded,
        "sentence": ending.words,
    }


def _reason(because: Because, call: str) -> dict[str, Any]:
    return {
        "code": because.code.value,
        "sentence": sentence(because, call),
        "members": list(because.members),
    }


def _verdict(verdict: Verdict | None) -> dict[str, Any] | None:
    if verdict is None:
        return None
    return {"code": verdict.code.value, "sentence": verdict_sentence(verdict), "at": _moment(verdict.at)}


def _failed(failures: Sequence[Failure]) -> list[dict[str, str]]:
    return [{"id": one.id, "reason": one.reason.value, "sentence": failure_words(one)} for one in failures]


def _moment(at: float | None) -> str | None:
    return None if at is None else utc(at)
