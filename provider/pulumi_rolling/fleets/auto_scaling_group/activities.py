"""Scaling activities as launches that failed and losses with their causes.

An activity has a status, a cause and a message, and no code: what happened is read from AWS's own sentences, those of
refused launches in ``launch_refusals``. Sources: AWS CLI reference, ``describe-scaling-activities``; AWS re:Post, "Why
did Amazon EC2 Auto Scaling terminate an instance?".
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from pulumi_rolling.core.model.codes import Remedy
from pulumi_rolling.core.replace.observation import LaunchError, Loss, RefusedLaunch
from pulumi_rolling.fleets.aws.api import AUTO_SCALING, Answer, AwsApi, one_line
from pulumi_rolling.fleets.aws.launch_refusals import read_refusal

_MEMBER = re.compile(r"\bi-[0-9a-f]+\b")
_OVER = frozenset({"Successful", "Failed", "Cancelled"})
_REFUSED = frozenset({"Failed", "Cancelled"})

_BROKEN = re.compile(r"health|abandon", re.I)
"""Health checks and abandoned hooks are never excused, whatever else the sentence says."""
_SPOT = re.compile(r"spot.{0,40}(interrupt|terminat)|server\.spotinstance", re.I)
_SCALING_OR_BALANCE = re.compile(
    r"shrinking the capacity|difference between desired and actual capacity|balanc|migrating instances", re.I
)
_LIFETIME = re.compile(r"instance[ -]?lifetime", re.I)
"""The sentence is not published; the feature is called "maximum instance lifetime" (EC2 Auto Scaling user guide,
"Replace Auto Scaling instances based on maximum instance lifetime") and MaxInstanceLifetime (its API)."""
_INTO_POOL = "into warm pool"


@dataclass(frozen=True, slots=True)
class Seen:
    """One activity: a refused launch, the end of a member, or neither."""

    id: str
    started_at: float
    is_over: bool
    launch: RefusedLaunch | None = None
    loss: Loss | None = None
    by_machine: bool = False
    """The member was found terminated or stopped: only EC2 knows whether a Spot interruption did it."""


def read_activity(activity: Answer) -> Seen:
    """A launch that failed before there was an instance is a refused launch; after that a member is lost.

    The second kind is what an abandoned launch hook leaves: "Launching a new EC2 instance: i-… Status Reason:
    Instance failed to complete user's Lifecycle Action: … was abandoned: Lifecycle Action Completed with
    ABANDON Result".
    """
    description = str(activity.get("Description", ""))
    cause = str(activity.get("Cause", ""))
    message = str(activity.get("StatusMessage") or "")
    status = str(activity.get("StatusCode", ""))
    at = _epoch(activity["StartTime"])
    ident = str(activity["ActivityId"])
    is_over = status in _OVER
    member = _MEMBER.search(description)
    if description.startswith("Launching"):
        if _INTO_POOL in description:
            # The group owes that launch to its warm pool, not to Desired.
            return Seen(ident, at, is_over)
        if status not in _REFUSED:
            return Seen(ident, at, is_over)
        if member is None:
            return Seen(ident, at, is_over, launch=_refused(ident, at, message))
        excused = _SPOT.search(message) is not None
        told = read_refusal(message)
        loss = Loss(member[0], at, excused, one_line(message or cause), told.remedy, told.hint)
        return Seen(ident, at, is_over, loss=loss)
    if member is not None and description.startswith(("Terminating", "Detaching")):
        loss = Loss(member[0], at, is_excused(cause), one_line(cause))
        return Seen(ident, at, is_over, loss=loss, by_machine="terminated or stopped" in cause)
    return Seen(ident, at, is_over)


def _refused(ident: str, at: float, message: str) -> RefusedLaunch:
    told = read_refusal(message)
    # What nobody has shown before is for people to read; where nothing is said, the activities are.
    remedy = told.remedy or (Remedy.OBJECTION if message.strip() else Remedy.ACTIVITIES)
    return RefusedLaunch(ident, at, told.error, one_line(message), remedy, told.hint)


def is_excused(cause: str) -> bool:
    """True for scaling in, rebalancing over zones or capacity, Spot interruption, and age.

    Spot: "when Amazon EC2 needs the capacity back" (EC2 user guide, "Spot Instance interruptions"); rebalancing comes
    also as an "EC2 instance rebalance recommendation" (EC2 Auto Scaling user guide, "Capacity Rebalancing").

    A plain "taken out of service in response to a user request" is not: somebody ended that member on
    purpose.
    """
    if _SPOT.search(cause):
        return True
    if _BROKEN.search(cause):
        return False
    return bool(_SCALING_OR_BALANCE.search(cause) or _LIFETIME.search(cause))


def is_hopeless(seen: Collection[Seen]) -> bool:
    """Whether the newest of them is a launch refused for a cause that does not mend itself, and none is under way."""
    newest = max(seen, key=lambda one: one.started_at, default=None)
    if newest is None or newest.launch is None:
        return False
    return newest.launch.error is LaunchError.PERMANENT and all(one.is_over for one in seen)


class ActivityLog:
    """The activities of one group since one rollout began, read only as far back as there is news."""

    def __init__(self, group: str) -> None:
        self._group = group
        self._since: float | None = None
        self._seen: dict[str, Seen] = {}

    def read(self, api: AwsApi, since: float) -> list[Seen]:
        """All activities since then. A page of those that were over when last seen ends the reading."""
        if since != self._since:
            self._since, self._seen = since, {}
        parameters: Answer = {
            "AutoScalingGroupName": self._group,
            "Filters": [{"Name": "StartTimeLowerBound", "Values": [_iso(since)]}],
            "MaxRecords": 100,
        }
        for page in api.pages(AUTO_SCALING, "DescribeScalingActivities", **parameters):
            news = [a for a in page["Activities"] if not self._is_over(str(a["ActivityId"]))]
            for activity in news:
                seen = read_activity(activity)
                self._seen[seen.id] = seen
            if not page["Activities"] or _epoch(page["Activities"][-1]["StartTime"]) < since:
                break
            if not news and all(s.is_over for s in self._seen.values()):
                break
        return [s for s in self._seen.values() if s.started_at >= since]

    def _is_over(self, ident: str) -> bool:
        seen = self._seen.get(ident)
        return seen is not None and seen.is_over


def _epoch(moment: datetime) -> float:
    return moment.timestamp()


def _iso(at: float) -> str:
    """Whole seconds, rounded down: the form that the API's own example has."""
    return datetime.fromtimestamp(int(at), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
