"""Scaling activities as launches that failed and losses with their causes.

Theory of operation. The times of an activity may carry minutes alone, and whether a refused launch is of this rollout
is told by its time. So the activities that a group has before the rollout are noted, and one that appears later counts
from when it is first seen. Sources: ESS API reference, DescribeScalingActivities; ESS user guide, "Instance rollback".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from pulumi_rolling.core.model.codes import Remedy
from pulumi_rolling.core.model.member import Lifecycle, Member
from pulumi_rolling.core.replace.observation import LaunchError, Loss, RefusedLaunch
from pulumi_rolling.core.replace.rollout import Rollout
from pulumi_rolling.fleets.alibaba.api import AlibabaApi, Answer
from pulumi_rolling.fleets.alibaba.launch_refusals import read_code
from pulumi_rolling.fleets.alibaba.place import ESS
from pulumi_rolling.fleets.alibaba.refused import one_line
from pulumi_rolling.fleets.ess_scaling_group.description import moment

OURS = "rolling"
"""The mark of a launch that is ours (ScaleWithAdjustment, ActivityMetadata)."""
_HAND = "Api"
_OTHERS = frozenset({"Cms", "ScheduledTask"})
"""What begins an activity by a rule: alarm tasks and scheduled tasks (DescribeScalingActivities, TriggerSourceType)."""
_PAGE = 50
_MEMBER = re.compile(r"\bi-[0-9a-z]+\b")
_FAILED = frozenset({"Failed", "Warning"})
_UNDER_WAY = "InProgress"
TOLD_BY = 10.0
"""Seconds within which an activity is told of after its members are."""
_BROKEN = re.compile(r"health", re.I)
"""Health checks are never excused, whatever else the sentence says."""
_COUNTED = (Lifecycle.PENDING, Lifecycle.WAITING, Lifecycle.IN_SERVICE)


@dataclass(frozen=True, slots=True)
class Seen:
    """One activity since the rollout began, and when it is taken to have begun."""

    activity: Answer
    at: float

    @property
    def removed(self) -> frozenset[str]:
        return _members(self.activity.get("DestroyedInstances"))

    @property
    def failed(self) -> bool:
        return self.activity["StatusCode"] in _FAILED


@dataclass(slots=True)
class _Turned:
    """Pages that were asked for in one look, and those that follow."""

    at: float
    rest: Iterator[list[Answer]]
    read: list[list[Answer]] = field(default_factory=list)

    def again(self) -> Iterator[list[Answer]]:
        yield from self.read
        for page in self.rest:
            self.read.append(page)
            yield page


class ActivityLog:
    """The activities of one group that were not there before."""

    def __init__(self, group: str, api: AlibabaApi) -> None:
        self._group = group
        self._api = api
        self._before: set[str] = set()
        self._seen: dict[str, float] = {}
        self._turned = _Turned(0.0, iter(()))

    def note(self) -> None:
        """Those that the group has now are none of a rollout that begins later."""
        for page in self._pages():
            self._before |= {each["ScalingActivityId"] for each in page if each["StatusCode"] != _UNDER_WAY}
            return

    def read(self, since: float, now: float) -> list[Seen]:
        """Those since then, as far back as there is news."""
        found = []
        for page in self._of(now):
            news = [each for each in page if each["ScalingActivityId"] not in self._before]
            found += [Seen(each, self._at(each, now)) for each in news]
            if len(news) < len(page) or not page or self._at(page[-1], now) < since:
                break
        return [each for each in found if each.at >= since]

    def since(self, since: float, now: float) -> Iterator[Answer]:
        """Those that began since then, also where another driver of the rollout lived then."""
        for page in self._of(now):
            for each in page:
                begun = self._began(each, now)
                if begun < since:
                    return
                yield each

    def _began(self, activity: Answer, now: float) -> float:
        """Of one from before we looked, the beginning of the minute that ESS tells."""
        if activity["ScalingActivityId"] not in self._before:
            return self._at(activity, now)
        told = moment(str(activity.get("StartTime") or ""))
        return told[0] if told else 0.0

    def _of(self, now: float) -> Iterator[list[Answer]]:
        """The pages of one look, each of which is asked for once."""
        if self._turned.at != now:
            self._turned = _Turned(now, self._pages())
        return self._turned.again()

    def _pages(self) -> Iterator[list[Answer]]:
        return self._api.pages(
            ESS,
            "DescribeScalingActivities",
            "ScalingActivities",
            ScalingGroupId=self._group,
            PageSize=_PAGE,
        )

    def _at(self, activity: Answer, now: float) -> float:
        ident, told = activity["ScalingActivityId"], moment(str(activity.get("StartTime") or ""))
        if ident not in self._seen:
            start, unit = told or (now, 1.0)
            self._seen[ident] = max(start, min(now, start + unit - 0.001))
        return self._seen[ident]


class MovedByOthers:
    """How many members others' activities brought since a rollout began, less those that they took away.

    Launches of ours bear our mark. What somebody removes by hand looks as our own removals do, and is made up for; so
    is what a health check removes. Members that come or go show in the group's list. So an answer serves while the
    same are there and nothing of others is under way, once it was asked for some time after the list changed: an
    activity may be told later than its members.
    """

    def __init__(self, log: ActivityLog) -> None:
        self._log = log
        self._here: frozenset[str] | None = None
        self._since = 0.0
        """When the list was first seen to show those."""
        self._serves = False
        self._moved = 0

    def now(self, since: float, here: frozenset[str], now: float) -> int:
        """``here``: all members that the group lists."""
        if here != self._here:
            self._here, self._since, self._serves = here, now, False
        if not self._serves:
            activities = list(self._log.since(since, now))
            self._moved = sum(_moved(each) for each in activities if each["StatusCode"] != _UNDER_WAY)
            waits = any(each["StatusCode"] == _UNDER_WAY and not _is_ours(each) for each in activities)
            self._serves = not waits and now - self._since >= TOLD_BY
        return self._moved


def _is_ours(activity: Answer) -> bool:
    return activity.get("ActivityMetadata") == OURS


def _moved(activity: Answer) -> int:
    source = activity.get("TriggerSourceType")
    brought = len(_members(activity.get("CreatedInstances")))
    if source in _OTHERS:
        return brought - len(_members(activity.get("DestroyedInstances")))
    return brought if source == _HAND and not _is_ours(activity) else 0


def what_went_wrong(
    log: ActivityLog, rollout: Rollout, members: Iterable[Member], desired: int, now: float
) -> tuple[tuple[RefusedLaunch, ...], tuple[Loss, ...]]:
    """Nothing, and no call, where the group is complete and all that are awaited are there."""
    counted = {m.id for m in members if m.lifecycle in _COUNTED}
    awaited = rollout.way.in_flight | {member for member, _ in rollout.way.missing}
    if len(counted) >= desired and awaited <= counted and not rollout.way.openings:
        return (), ()
    launches: dict[str, RefusedLaunch] = {}
    losses: dict[str, Loss] = {}
    for seen in log.read(rollout.started_at, now):
        abandoned = _abandoned(seen.activity)
        if seen.failed and not abandoned and not seen.removed:
            launch = _refused(seen)
            launches[launch.id] = launch
        for member in (abandoned | seen.removed) & awaited:
            losses.setdefault(member, _loss(seen, member, member in abandoned))
    return tuple(sorted(launches.values(), key=lambda x: (x.at, x.id))), tuple(losses.values())


def _refused(seen: Seen) -> RefusedLaunch:
    activity = seen.activity
    code = str(activity.get("ErrorCode") or "")
    error, remedy, hint = read_code(code)
    return RefusedLaunch(activity["ScalingActivityId"], seen.at, error, cause_of(activity), remedy, hint)


def _loss(seen: Seen, member: str, abandoned: bool) -> Loss:
    """A member whose launch was taken back failed; one that was removed was sick, or somebody's scaling took it."""
    cause = cause_of(seen.activity) if abandoned else one_line(str(seen.activity.get("Cause") or ""))
    return Loss(member, seen.at, excused=not abandoned and not _BROKEN.search(cause), cause=cause)


def _abandoned(activity: Answer) -> frozenset[str]:
    """Members that an activity launched and took back again."""
    told = activity.get("ErrorMessages") or ()
    return frozenset().union(*(_members(each.get("FailedInstanceIds")) for each in told))


def remedy_of(activity: Answer) -> Remedy:
    """What mends an activity that failed; what nobody has shown before is for people to read."""
    return read_code(str(activity.get("ErrorCode") or ""))[1] or Remedy.OBJECTION


def is_hopeless(activities: list[Answer]) -> bool:
    """Whether the newest of them failed for a cause that does not mend itself, and none is under way."""
    if not activities or any(each["StatusCode"] == _UNDER_WAY for each in activities):
        return False
    newest = activities[0]
    told = read_code(str(newest.get("ErrorCode") or ""))[0]
    return newest["StatusCode"] in _FAILED and told is LaunchError.PERMANENT


def cause_of(activity: Answer) -> str:
    """Why an activity failed, in one line."""
    code, message = activity.get("ErrorCode") or "", activity.get("ErrorMessage") or ""
    told = next((each.get("Message") or "" for each in activity.get("ErrorMessages") or ()), "")
    said = message or told or activity.get("StatusMessage") or ""
    return one_line(f"{code}: {said}" if code and code not in said else str(said))


def _members(told: object) -> frozenset[str]:
    """Ids in a list whose items may be lists in JSON themselves."""
    return frozenset(_MEMBER.findall(str(told or "")))
