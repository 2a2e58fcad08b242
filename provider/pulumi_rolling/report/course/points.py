"""Points of one drive's decisions, whichever machine decides: all that listen to the drive are given the same.

A launch has no name before its member appears, so acts and members are told in order: the first that appears is that
of the oldest launch that is owed. A member for which none is owed was launched by the cloud itself.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

from pulumi_rolling.core.delegate.delegating import Delegating
from pulumi_rolling.core.model.decision import Decision
from pulumi_rolling.core.replace.actions import Resize, Terminate
from pulumi_rolling.core.replace.rollout import Rollout
from pulumi_rolling.report.course import delegated, replaced
from pulumi_rolling.report.course.point import Acted, Owed, Point, is_turned


class Reader:
    """``call``: the group as a command has to name it. ``now``: the time of day in seconds, which may be set back.

    No point stands before the one that it follows, and no act after the point that tells of it.
    """

    def __init__(self, limits: Any, call: str, now: Callable[[], float]) -> None:
        self._limits, self._call, self._now = limits, call, now
        self._members: _Members | None = None
        self._last: float | None = None

    def read(self, before: Any, decision: Decision[Any, Any]) -> Point:
        """``before``: the rollout that was decided on. Each decision is to be read once, and in its order."""
        at = max(round(self._now(), 3), round(before.started_at, 3) if self._last is None else self._last)
        self._last = at
        if isinstance(decision.next, Delegating):
            return delegated.point(self._limits, before, decision, at, self._call)
        if self._members is None:
            self._members = _Members(before, decision.next, at)
        point = replaced.point(self._limits, before, decision, at, self._call)
        return self._members.told(before, decision.next, point)


class _Members:
    """Launches that are owed and members that are known, since a record was taken up."""

    def __init__(self, record: Rollout, after: Rollout, at: float) -> None:
        """``after``: as the first decision left it. A record forgets who is ready, so that it tells of them again."""
        way = record.way
        self._known = {*way.in_flight, *way.succeeded, *(failure.id for failure in way.failed)}
        owed = sorted(min(round(due, 3), at) for due in _due(record, record))
        seen = max(0, len(owed) - len([*_due(record, after)]))
        self._owed = deque(owed[seen:])
        self._appearing = deque(owed[:seen])
        """Acts of which the next point may name the members."""
        self._launched = record.ours.launched

    def told(self, before: Rollout, after: Rollout, point: Point) -> Point:
        """The point, with acts that were never sent as launches that did not happen."""
        launches = point.launches + before.ours.launched - self._launched
        self._launched = after.ours.launched
        for _ in range(min(-launches, len(self._owed))):
            # Older ones may have a member on its way.
            self._owed.pop()
        failed = [each.id for each in point.failed if each.named]
        acted: list[Acted] = []
        if is_turned(before, after):
            # The verdict's failures are of the way that it ended.
            acted += self._acted(failed if point.verdict is not None else ())
            self._known.clear()
            self._owed.clear()
            self._appearing.clear()
        acted += self._acted((*point.appeared, *point.readied, *failed))
        self._owed.extend([point.at] * max(0, launches))
        self._appearing = self._owed
        owed = tuple(Owed(*each) for each in Counter(self._owed).items())
        return replace(point, launches=launches, acted=tuple(acted), owed=owed)

    def _acted(self, names: Iterable[str]) -> Iterator[Acted]:
        for name in names:
            if name not in self._known:
                self._known.add(name)
                if self._appearing:
                    yield Acted(name, self._appearing.popleft())


def _due(record: Rollout, rollout: Rollout) -> Iterator[float]:
    """When launches of a record were due whose members have not appeared in the rollout."""
    for opening in rollout.way.openings:
        yield from [opening.at] * opening.count
    ours = record.ours
    for issued in ours.issued:
        action = issued.action
        if issued not in rollout.ours.issued:
            continue
        if isinstance(action, Terminate) and action.relaunch:
            yield issued.at
        elif isinstance(action, Resize) and action.desired is not None:
            yield from [issued.at] * (max(0, ours.desired - ours.desired_before) // record.way.unit)
