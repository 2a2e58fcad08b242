"""How long a return will take, before it begins: by the last rollouts of the groups that it will roll. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from pulumi_rolling.stack.deployment import Deployment, Entry, name_in, plain
from pulumi_rolling.stack.groups import is_group


@dataclass(frozen=True)
class Estimate:
    """`seconds`: None where a group on the way has no rollout to go by.

    `path`: the groups that roll one after another and take longest. `unknown`: groups that have never rolled.
    """

    seconds: float | None
    path: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    groups: int = 0


def estimate(now: Deployment, returning: Iterable[str]) -> Estimate:
    """The longest chain of rollouts among the groups that the return changes; independent groups roll at once.

    Everything else is counted as nothing: an instance takes minutes to boot, an input seconds to change.
    """
    wanted = set(returning)
    rolling = [urn for urn, entry in now.living.items() if urn in wanted and is_group(entry)]
    lasted = {urn: seconds for urn in rolling if (seconds := _lasted(now.living[urn])) is not None}
    unknown = tuple(urn for urn in rolling if urn not in lasted)
    if unknown:
        return Estimate(None, (), unknown, len(rolling))
    longest: dict[str, tuple[float, tuple[str, ...]]] = {}
    # A need stands before who needs it in state, so one pass is enough.
    for urn, entry in now.living.items():
        before = max((longest[need] for need in sorted(entry.needs) if need in longest), default=(0.0, ()))
        longest[urn] = (before[0] + lasted[urn], (*before[1], urn)) if urn in lasted else before
    seconds, path = max(longest.values(), default=(0.0, ()))
    return Estimate(seconds, path, (), len(rolling))


def estimate_text(told: Estimate) -> str:
    """The estimate in a sentence, with how it was got."""
    if told.unknown:
        names = ", ".join(name_in(urn) for urn in told.unknown)
        return f"How long this will take is unknown: no earlier rollout of {names} is recorded."
    if not told.path:
        return "No group rolls on this way."
    names = " and then ".join(name_in(urn) for urn in told.path)
    beside = told.groups - len(told.path)
    others = f"; {beside} more beside" if beside else ""
    return f"This will take about {spoken(told.seconds or 0)}, as long as the last rollout of {names} took{others}."


def spoken(seconds: float) -> str:
    """A duration as people say it: 45 s, 3 min 20 s, 1 h 5 min."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def _lasted(entry: Entry) -> float | None:
    last = plain(entry.outputs.get("lastRollout"))
    if not isinstance(last, Mapping):
        return None
    try:
        began, ended = (datetime.fromisoformat(str(last[key])) for key in ("startedAt", "finishedAt"))
        return max(0.0, (ended - began).total_seconds())
    except (KeyError, ValueError, TypeError):
        return None
