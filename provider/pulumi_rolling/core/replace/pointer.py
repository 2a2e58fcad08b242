"""Where the group points while it rolls, and whose doing that is.

Theory of operation. Prepare points the group at the target and goes on once that is seen. From then on the cloud
launches from the target, and a pointer that is elsewhere is somebody else's act. Nothing starts while it is: each
victim would be replaced by what the others chose, and be a victim again. One that is back within a settle time was a
late answer, or a hand that slipped. One that stays is meant: people's hands win, the rollout ends without going back,
the pointer and the members stay as they are. The address is compared, since a version with equal contents is another.
One that was elsewhere when a driver took the rollout over is pointed at the target once more: its update asks for that.

Worked example: settle 20 s. At 100 s the group points at version 1 in place of 2: nothing starts. At 120 s it still
does: the rollout ends there, and MinSize, Desired and processes are given back.
"""

from __future__ import annotations

from collections import Counter

from pulumi_rolling.core.model.codes import Step, VerdictCode
from pulumi_rolling.core.model.member import Lifecycle
from pulumi_rolling.core.model.verdict import Verdict
from pulumi_rolling.core.replace.actions import PointAt
from pulumi_rolling.core.replace.limits import ONE_HOUR
from pulumi_rolling.core.replace.look import Look
from pulumi_rolling.core.replace.rollout import Astray, Rollout, replace

_UNWATCHED = (Step.PREPARE, Step.DONE)


def watch_pointer(look: Look) -> Look:
    """The look with where the pointer is astray and since when. While prepare moves it nobody can tell."""
    rollout, seen = look.rollout, look.seen
    known = rollout.way.astray
    if rollout.step in _UNWATCHED:
        return look
    if seen.pointer == rollout.target.address:
        now = None
    else:
        now = Astray(seen.pointer, seen.at if known is None else known.since)
    if now == known:
        return look
    return look.with_rollout(replace(rollout, way=replace(rollout.way, astray=now)))


def is_astray(rollout: Rollout) -> bool:
    """Somebody else's pointer stands in the way; not while an act of ours that moves it is to be seen."""
    if rollout.way.astray is None or rollout.step in _UNWATCHED:
        return False
    if rollout.gives_up or rollout.back_failed is not None:
        return False
    return not any(isinstance(issued.action, PointAt) for issued in rollout.ours.issued)


def is_from_before(look: Look) -> bool:
    """It was elsewhere when this driver came, an hour ago at most: the update that brought it wants the target."""
    astray, resumed_at = look.rollout.way.astray, look.rollout.resumed_at
    if astray is None or resumed_at is None:
        return False
    return astray.since < resumed_at + look.limits.settle and look.at < resumed_at + ONE_HOUR


def settled_at(look: Look) -> float:
    """When a pointer that is still astray was meant."""
    astray = look.rollout.way.astray
    return look.at if astray is None else astray.since + look.limits.settle


def moved_verdict(look: Look) -> Verdict:
    """Whither the pointer went, and how many members are of what."""
    way = look.rollout.way
    here = [m for m in look.seen.members if m.lifecycle is not Lifecycle.LEAVING]
    on = Counter(str(m.revision) for m in here)
    counts = ", ".join(f"{count} on {revision}" for revision, count in on.most_common(3))
    cause = f"{_called(look)}; {counts or 'there are no members'}"
    return Verdict(VerdictCode.POINTER_MOVED, look.at, way.failures, way.total, cause=cause)


def _called(look: Look) -> str:
    """The pointer as people call it, where anything seen tells."""
    goal, pointer = look.rollout.goal, look.seen.pointer
    known = [goal.to, *([goal.came_from] if goal.came_from is not None else [])]
    known += (member.revision for member in look.seen.members)
    return next((str(revision) for revision in known if revision.address == pointer), pointer)
