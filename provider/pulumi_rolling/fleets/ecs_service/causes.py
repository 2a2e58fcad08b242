"""Why tasks of a deployment fail: stopped tasks with their containers and exit codes, and events of the service.

ECS forgets a stopped task after an hour and keeps a hundred events, so what was seen of a deployment is remembered for
as long as it is followed. Stopped tasks are asked for when the count of failures, or the way, has changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from pulumi_rolling.core.model.codes import Remedy
from pulumi_rolling.errors import PermanentFleetError
from pulumi_rolling.fleets.aws.api import Answer, AwsApi, one_line
from pulumi_rolling.fleets.ecs_service.description import moment
from pulumi_rolling.fleets.ecs_service.tasks import described

MOST_CAUSES = 3
"""Causes that a look brings."""
_NEVER_STARTED = "TaskFailedToStart"
_BY_ITSELF = frozenset({_NEVER_STARTED, "EssentialContainerExited"})
"""Stop codes (Task, ECS API) of a task that nobody stopped."""
_CHECKED = re.compile(r"failed .*health checks|unhealthy", re.I)
"""Why the scheduler stops a task that failed; other reasons of its are its own work."""
_TROUBLE = re.compile(r"fail|unhealthy|error|throttl|unable|missing|alarm detected", re.I)
"""What makes an event a cause."""
_OF_DEPLOYMENT = re.compile(r"\(deployment (ecs-svc/[^)]+)\)")
_OWN_NAME = re.compile(r"^\(service [^)]*\) ")
_TASK = re.compile(r"\(task [^)]*\) ?")


@dataclass(slots=True)
class _Failed:
    """A failed task: when it stopped, and why."""

    id: str
    at: float
    text: str
    remedy: Remedy


@dataclass(slots=True)
class _Of:
    """What is remembered of one deployment."""

    tasks: dict[str, _Failed] = field(default_factory=dict)
    events: dict[str, tuple[float, str]] = field(default_factory=dict)
    told: object = None


class Causes:
    def __init__(self, service: str, cluster: str, api: AwsApi) -> None:
        self._service = service
        self._cluster = cluster
        self._api = api
        self._known: dict[str, _Of] = {}

    def hear(self, service: Answer, ident: str, since: float) -> None:
        """Failing events of the deployment since it began; they stand in the description."""
        events = self._known.setdefault(ident, _Of()).events
        for event in service.get("events") or ():
            at, text = moment(event.get("createdAt")) or 0.0, str(event.get("message") or "")
            named = _OF_DEPLOYMENT.search(text)
            if at >= since and _TROUBLE.search(text) and (named is None or named[1] == ident):
                events[str(event["id"])] = (at, one_line(_OWN_NAME.sub("", text)))

    def read(self, ident: str, told: object) -> None:
        """Ask for stopped tasks, once for each ``told``."""
        known = self._known.setdefault(ident, _Of())
        if known.told == told:
            return
        known.told = told
        try:
            stopped = list(described(self._api, self._cluster, self._service, "STOPPED", known.tasks))
        except PermanentFleetError:
            return  # the events stand without them
        for task in stopped:
            why = _why(task)
            if task.get("startedBy") == ident and why:
                at = moment(task.get("stoppedAt")) or moment(task.get("stoppingAt")) or 0.0
                name = task["taskArn"].rpartition("/")[2]
                known.tasks[task["taskArn"]] = _Failed(name, at, why, _remedy(task))

    def of(self, ident: str) -> tuple[str, ...]:
        """The newest first: tasks, then events that say something else; what only sums up comes last."""
        known = self._known.get(ident, _Of())
        newest = sorted(known.events.values(), key=lambda one: -one[0])
        texts = [text for _, text in newest]
        sums = [text for text in texts if _OF_DEPLOYMENT.search(text)]
        events = [text for text in _alike(texts) if text not in sums]
        sums = [_OF_DEPLOYMENT.sub("", text).strip() for text in sums]
        return tuple(dict.fromkeys([*_told(known.tasks.values()), *events, *sums]))[:MOST_CAUSES]

    def failed(self, ident: str) -> int:
        """Tasks that were seen to have failed."""
        return len(self._known[ident].tasks) if ident in self._known else 0

    def remedy(self, ident: str) -> Remedy | None:
        """What mends the first of the causes; None where there is none."""
        known = self._known.get(ident, _Of())
        tasks = sorted(known.tasks.values(), key=lambda one: -one.at)
        if tasks:
            return tasks[0].remedy
        of_tasks = [text for _, text in known.events.values() if not _OF_DEPLOYMENT.search(text)]
        if not of_tasks:
            return None
        return Remedy.BUILD if any("unhealthy" in text for text in of_tasks) else Remedy.OBJECTION


def _remedy(task: Answer) -> Remedy:
    """A task that never started, ECS objects to; one that ran, its own image ended or kept from being healthy."""
    return Remedy.OBJECTION if task.get("stopCode") == _NEVER_STARTED else Remedy.BUILD


def _alike(texts: Iterable[str]) -> Iterator[str]:
    """One of those that differ by the task alone."""
    seen: set[str] = set()
    for text in texts:
        bare = _TASK.sub("", text)
        if bare not in seen:
            seen.add(bare)
            yield text


def _told(failed: Iterable[_Failed]) -> list[str]:
    """One sentence for all tasks that failed alike, the last of them by its id."""
    groups: dict[str, list[_Failed]] = {}
    for each in sorted(failed, key=lambda one: -one.at):
        groups.setdefault(each.text, []).append(each)
    return [
        one_line(
            f"task {own[0].id}: {text}" if len(own) == 1 else f"{len(own)} tasks, last {own[0].id}: {text}"
        )
        for text, own in groups.items()
    ]


def _why(task: Answer) -> str:
    """Empty for a task that was stopped for another reason than that it failed."""
    code, reason = str(task.get("stopCode") or ""), str(task.get("stoppedReason") or "").strip()
    if code in _BY_ITSELF:
        containers = "; ".join(_containers(task, reason))
        return ": ".join(each for each in (reason.rstrip("."), containers) if each) or code
    return reason if _CHECKED.search(reason) else ""


def _containers(task: Answer, reason: str) -> Iterator[str]:
    """Those that ended badly; where none did, all that ended."""
    ended = [each for each in task.get("containers") or () if _ended(each)]
    bad = [each for each in ended if each.get("reason") or each.get("exitCode")]
    for each in bad or ended:
        code, own = each.get("exitCode"), str(each.get("reason") or "")
        parts = [
            f"container {each.get('name')}",
            f"exit code {code}" if code is not None else "",
            own if own and own not in reason else "",
        ]
        yield ", ".join(part for part in parts if part)


def _ended(container: Answer) -> bool:
    return container.get("exitCode") is not None or bool(container.get("reason"))
