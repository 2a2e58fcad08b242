"""All groups of a stack that roll, side by side: a line each, told from their records and their drivers' words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from pulumi_rolling.core.explain import line_of, sentence
from pulumi_rolling.core.model.codes import REASONS
from pulumi_rolling.report import wording
from pulumi_rolling.report.apart import Named
from pulumi_rolling.report.counted import counted
from pulumi_rolling.report.standing import Standing, time_left, way
from pulumi_rolling.report.status_json import VERSION, ending_json, rollout_json
from pulumi_rolling.report.watch import Ending

_BAR = 10
HEADINGS = ("GROUP", "REPLACED", "SERVING", "FLOOR", "STATE")


@dataclass(frozen=True, slots=True)
class WatchedGroup:
    """A group that rolls, or that has rolled since somebody looks on."""

    name: str
    resource: str = ""
    region: str = ""
    standing: Standing[Any] | None = None
    """As it was last seen."""
    floor: int | None = None
    """None: not told, as where the service keeps it."""
    ending: Ending | None = None
    """None: it goes on."""
    label: str = ""
    """What it is called beside others of its name; empty for its name alone."""

    @property
    def named(self) -> Named:
        return Named(self.name, self.region, self.resource)

    @property
    def shown(self) -> str:
        return self.label or self.name


def cells(group: WatchedGroup) -> tuple[str, str, str, str, str]:
    """What stands under the headings."""
    standing = group.standing
    if standing is None:
        return (group.shown, "", "", "", _end(group))
    now, status = counted(standing), standing.status
    serving = "" if status is None or group.ending is not None else str(status.in_service)
    floor = "" if group.floor is None or group.ending is not None else str(group.floor)
    done = now.total if group.ending is not None and group.ending.succeeded else now.replaced
    return (
        group.shown,
        f"{bar(done, now.total)} {done}/{now.total}",
        serving,
        floor,
        _state(group, standing),
    )


def bar(done: int, total: int) -> str:
    """Of ASCII alone, which every terminal and every log can show."""
    full = _BAR * done // total if total else 0
    return "#" * full + "." * (_BAR - full)


def text_line(group: WatchedGroup) -> str:
    """One line for logs, the counts in words; without the time left, which changes at every look."""
    standing = group.standing
    if group.ending is not None or standing is None:
        return f"{group.shown}: {_end(group)}"
    whither = f"{group.shown}: {_whither(standing)}"
    if not standing.is_driven:
        return f"{whither}, nobody drives it"
    if standing.status is None or standing.because is None:
        return whither
    told = line_of(replace(standing.status, time_left=None), standing.because, standing.addressed)
    floor = "" if group.floor is None else f", floor {group.floor}"
    return f"{whither}, {told}{floor}"


def stack_json(group: WatchedGroup) -> dict[str, Any]:
    """As `rolling list` tells a group, with floor and count in service; at its end as `rolling watch` does."""
    standing, ending = group.standing, group.ending
    beside = {"resourceName": group.resource or None, "region": group.region or None}
    if ending is not None or standing is None:
        return {**ending_json(group.name, ending or Ending(False, _end(group))), **beside}
    status = standing.status
    return {
        **rollout_json(standing),
        "inService": None if status is None else status.in_service,
        "floor": group.floor,
        **beside,
    }


def all_ended_json(stack: str, groups: Sequence[WatchedGroup]) -> dict[str, Any]:
    """The last line of a stack that was watched."""
    failed = [each for each in groups if each.ending is None or not each.ending.succeeded]
    return {
        "version": VERSION,
        "stack": stack or None,
        "state": "ended",
        "succeeded": not failed,
        "failed": [each.name for each in failed],
        "failedGroups": [
            {"group": each.name, "resourceName": each.resource or None, "region": each.region or None}
            for each in failed
        ],
    }


def all_ended_text(groups: Sequence[WatchedGroup]) -> str:
    good = sum(each.ending is not None and each.ending.succeeded for each in groups)
    return f"{good} of {wording.counted(len(groups), ('group', 'groups'))} at the target."


def asks(group: WatchedGroup) -> bool:
    """Whether nothing goes on before somebody acts."""
    standing = group.standing
    if group.ending is not None or standing is None or standing.because is None:
        return False
    return standing.is_driven and REASONS[standing.because.code].asks


def _state(group: WatchedGroup, standing: Standing[Any]) -> str:
    if group.ending is not None:
        return _end(group)
    if not standing.is_driven:
        return f"nobody drives it; {_whither(standing)}"
    told = [] if standing.because is None else [sentence(standing.because, standing.addressed)]
    left = time_left(standing)
    told = [*told, _whither(standing)] if asks(group) else [_whither(standing), *told]
    return ", ".join([*filter(None, told), *([] if left is None else [f"{left} left"])])


def _whither(standing: Standing[Any]) -> str:
    return way(standing).removeprefix(f"{standing.group}: ")


def _end(group: WatchedGroup) -> str:
    return "" if group.ending is None else group.ending.words.removeprefix(f"{group.name}: ").rstrip(".")
