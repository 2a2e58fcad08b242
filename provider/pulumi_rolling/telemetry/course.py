"""What happened to members and operations between two decisions, read off their rollouts: no rule of its own.

A member's time begins with our act, which the rollout keeps as an opening until the member appears; the oldest opening
belongs to the member that appears first. Members of one act are a batch.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pulumi_rolling.core.explain import failure_words
from pulumi_rolling.core.model.codes import FAILURES
from pulumi_rolling.core.replace.actions import Action, Resize, Terminate
from pulumi_rolling.core.replace.rollout import Rollout


@dataclass(frozen=True, slots=True)
class Begun:
    """A member that is new to us. ``at``: when the act was done that brought it."""

    id: str
    at: float


@dataclass(frozen=True, slots=True)
class Over:
    """A member that is judged, or that nobody judges any more. ``failed``: why, empty where it is ready."""

    id: str
    failed: str
    judged: bool = True


def begun(before: Any, after: Any, now: float, known: Mapping[str, Any]) -> Iterator[Begun]:
    """Members that came since, those that were judged at once among them. Where the cloud rolls, none is known."""
    if not isinstance(before, Rollout) or not isinstance(after, Rollout):
        return
    was, way = before.way, after.way
    failed = {each.id for each in way.failed if not FAILURES[each.reason].nameless}
    old = was.in_flight | was.succeeded | {each.id for each in was.failed}
    new = (way.in_flight | way.succeeded | failed) - known.keys() - old
    at = _acts(before, after)
    for member in sorted(new):
        yield Begun(member, next(at, now))


def over(after: Any, known: Mapping[str, Any]) -> Iterator[Over]:
    """Members that are in flight no more."""
    if not isinstance(after, Rollout):
        return
    # With a turn the failures of the way forward are in its verdict.
    told = (*(after.verdict.failures if after.verdict is not None else ()), *after.way.failed)
    failures = {failure.id: failure for failure in told}
    for member in [each for each in known if each not in after.way.in_flight]:
        if member in after.way.succeeded:
            yield Over(member, "")
        elif member in failures:
            failure = failures[member]
            yield Over(member, failure_words(failure) + (f": {failure.cause}" if failure.cause else ""))
        else:
            yield Over(member, "the direction ended before it was judged", judged=False)


def operation_of(rollout: Any) -> str:
    """The id of the service's operation that is followed; empty where we roll ourselves."""
    return "" if isinstance(rollout, Rollout) else str(rollout.way.operation)


def acts(rollout: Any) -> set[float]:
    """When what brings members was done and is not seen yet: each such act begins a batch."""
    if not isinstance(rollout, Rollout):
        return set()
    return {each.at for each in rollout.ours.issued if _launches(each.action)}


def owed_since(rollout: Any) -> set[float]:
    """When the launches were due whose members have not appeared."""
    openings = rollout.way.openings if isinstance(rollout, Rollout) else ()
    return acts(rollout) | {opening.at for opening in openings}


def _launches(action: Action) -> bool:
    return isinstance(action, Resize) or (isinstance(action, Terminate) and action.relaunch)


def _acts(before: Rollout, after: Rollout) -> Iterator[float]:
    """When the launches were due whose members have appeared, the oldest first, then acts that are seen by now."""
    left = Counter({opening.at: opening.count for opening in before.way.openings})
    left.subtract({opening.at: opening.count for opening in after.way.openings})
    for at in sorted(left):
        yield from [at] * max(0, left[at])
    done = [each for each in before.ours.issued if each not in after.ours.issued]
    yield from sorted(each.at for each in done if _launches(each.action))
