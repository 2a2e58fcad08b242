"""EC2's status checks of new members: system, instance, and attached volumes."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pulumi_rolling.errors import PermanentFleetError
from pulumi_rolling.fleets.aws.api import EC2, Answer, AwsApi

MOST_IDS = 100
"""InstanceIds of one request: "Maximum 100 explicitly specified instance IDs" (DescribeInstanceStatus, EC2 API)."""
_CHECKS = ("SystemStatus", "InstanceStatus", "AttachedEbsStatus")
_PASSED = frozenset({"ok", "not-applicable"})
_UNKNOWN = "InvalidInstanceID.NotFound"
_ID = re.compile(r"\bi-[0-9a-f]+\b")


def read_checks(api: AwsApi, members: Iterable[str]) -> dict[str, bool]:
    """Passed or failed for each that EC2 has judged. Machines that do not run yet are left out by EC2 itself."""
    ids = sorted(set(members))
    found: dict[str, bool] = {}
    for start in range(0, len(ids), MOST_IDS):
        for status in _statuses(api, ids[start : start + MOST_IDS]):
            verdict = _verdict({status[check]["Status"] for check in _CHECKS if status.get(check)})
            if verdict is not None:
                found[status["InstanceId"]] = verdict
    return found


def _verdict(words: set[str]) -> bool | None:
    """``initializing`` and ``insufficient-data`` are no verdict."""
    if "impaired" in words:
        return False
    return True if words and words <= _PASSED else None


def _statuses(api: AwsApi, ids: list[str]) -> list[Answer]:
    """One id that EC2 does not know refuses the whole call, and is named in the refusal."""
    if not ids:
        return []
    try:
        answer = api.call(EC2, "DescribeInstanceStatus", InstanceIds=ids)
    except PermanentFleetError as error:
        known = sorted(set(ids) - set(_ID.findall(error.message)))
        if error.code != _UNKNOWN or len(known) == len(ids):
            raise
        return _statuses(api, known)
    found: list[Answer] = answer["InstanceStatuses"]
    return found
