"""What ESS says of a scaling group, in our words: sizes, pointer, members, marks, and what must not be rolled.

Reading only: no call is made here. The pointer is ``asc-...`` or ``lt-...:version``, as the group has it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from pulumi_rolling.core.model.member import Lifecycle
from pulumi_rolling.errors import Fault
from pulumi_rolling.fleets.alibaba.api import Answer
from pulumi_rolling.fleets.alibaba.launch_templates import address

MARK = "rolling:"
PATH = "essScalingGroup"
"""Where the group stands in the inputs."""
ACTIVE_REFRESH = frozenset(
    {"Pending", "InProgress", "Paused", "CheckpointPause", "Cancelling", "RollbackInProgress"}
)
_LEAVING = ("Removing", "Stopped")
_MANAGED = "Managed"
"""Instances that a user's own pool lends to the group, which no scaling touches."""
_FORMS = ("%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%MZ")
MINUTE = 60.0


@dataclass(frozen=True, slots=True)
class Listed:
    """One instance as the group lists it. ``address`` is empty where the group did not make it."""

    id: str
    address: str
    lifecycle: Lifecycle
    state: str
    healthy: bool
    zone: str
    protected: bool
    launched_at: float | None
    weight: int = 1
    attached: bool = False
    by_hand: bool = False
    """Added by a person: no refresh replaces it."""


def suspended(group: Answer) -> frozenset[str]:
    return frozenset(group.get("SuspendedProcesses") or ())


def expects(group: Answer) -> bool:
    """Whether the group has an expected number, which Auto Scaling keeps."""
    return bool(group.get("EnableDesiredCapacity"))


_COUNTS = (
    "ActiveCapacity",
    "PendingCapacity",
    "PendingWaitCapacity",
    "ProtectedCapacity",
    "RemovingCapacity",
    "RemovingWaitCapacity",
    "StandbyCapacity",
    "StoppedCapacity",
)


def counts(group: Answer) -> tuple[int, ...] | None:
    """How many members are in which state; None where the group does not tell all of it."""
    told = [group.get(name) for name in _COUNTS]
    return None if None in told else tuple(int(each or 0) for each in told)


def serving(group: Answer) -> int:
    """Members in service, by the group's own count."""
    return int(group.get("ActiveCapacity") or 0) + int(group.get("ProtectedCapacity") or 0)


def heals(suspended: frozenset[str]) -> bool:
    """Whether the group replaces a member that broke."""
    return "HealthCheck" not in suspended


def tags(group: Answer) -> dict[str, str]:
    return {tag["TagKey"]: tag.get("TagValue") or "" for tag in group.get("Tags") or ()}


def marks(group: Answer) -> dict[str, str]:
    return {key: value for key, value in tags(group).items() if key.startswith(MARK)}


def template_of(group: Answer) -> str:
    """The launch template that the group launches from; empty where it has a scaling configuration."""
    return group.get("LaunchTemplateId") or ""


def pointer(group: Answer) -> str:
    template = template_of(group)
    if template:
        return address(template, str(group.get("LaunchTemplateVersion") or "Default"))
    return group.get("ActiveScalingConfigurationId") or ""


def listed(instances: Iterable[Answer]) -> Iterator[Listed]:
    for instance in instances:
        if instance.get("CreationType") != _MANAGED:
            yield listed_one(instance)


def listed_one(instance: Answer) -> Listed:
    state = instance["LifecycleState"]
    template, version = instance.get("LaunchTemplateId"), instance.get("LaunchTemplateVersion")
    made_from = address(template, str(version)) if template and version else ""
    return Listed(
        id=instance["InstanceId"],
        address=made_from or instance.get("ScalingConfigurationId") or "",
        lifecycle=folded(state),
        state=state,
        healthy=str(instance.get("HealthStatus") or "Healthy").lower() == "healthy",
        zone=instance.get("ZoneId") or "",
        protected=state == "Protected",
        launched_at=_launched_at(instance),
        weight=int(instance.get("WeightedCapacity") or 1),
        attached=instance.get("CreationType") == "Attached" and not instance.get("Entrusted"),
        by_hand=instance.get("CreationType", "AutoCreated") != "AutoCreated",
    )


def _launched_at(instance: Answer) -> float | None:
    found = (moment(str(instance.get(name) or "")) for name in ("CreatedTime", "CreationTime"))
    return next((at for at, _ in (each for each in found if each is not None)), None)


def moment(text: str) -> tuple[float, float] | None:
    """A time as ESS writes it, and how long the unit is that it stops at."""
    for form, unit in zip(_FORMS, (1.0, MINUTE), strict=True):
        try:
            return datetime.strptime(text, form).replace(tzinfo=UTC).timestamp(), unit
        except ValueError:
            continue
    return None


def folded(state: str) -> Lifecycle:
    """LifecycleState as five words. A state that is new to us counts as pending: present, and not yet in service."""
    if state in ("InService", "Protected"):
        return Lifecycle.IN_SERVICE
    if state == "Pending:Wait":
        return Lifecycle.WAITING
    if state == "Standby":
        return Lifecycle.STANDBY
    return Lifecycle.LEAVING if state.startswith(_LEAVING) else Lifecycle.PENDING


def refusals(group: Answer, members: Iterable[Listed], refreshes: Iterable[Answer]) -> tuple[Fault, ...]:
    """Everything about the group that this version does not roll, each with what to do instead."""
    there = tuple(members)
    said = (*_of_the_group(group), *unfit(group, there))
    faults = [Fault(f"{PATH}.{name}", message) for name, message in said]
    for refresh in refreshes:
        if refresh["Status"] in ACTIVE_REFRESH:
            faults.append(
                Fault(
                    f"{PATH}.instanceRefresh",
                    f"instance refresh {refresh['InstanceRefreshTaskId']} is {refresh['Status']} on the group. "
                    "Wait for its end, or cancel it.",
                )
            )
    return tuple(faults)


def _of_the_group(group: Answer) -> Iterator[tuple[str, str]]:
    """What a refresh can do, and this program cannot."""
    if group.get("GroupType", "ECS") != "ECS":
        yield "id", "groups of container instances (ECI) are not available in this version."


def overrides(group: Answer) -> tuple[str, ...]:
    """Instance types that the group has in place of its launch template's own."""
    types = (each.get("InstanceType") for each in group.get("LaunchTemplateOverrides") or ())
    return tuple(each for each in types if each)


def unfit(group: Answer, members: tuple[Listed, ...]) -> Iterator[tuple[str, str]]:
    """Field of the group's block and sentence, for what forbids every way to roll the group."""
    resting = [name for name in ("ScaleIn", "ScaleOut") if name in suspended(group)]
    if group.get("LifecycleState", "Active") != "Active":
        yield "id", f"the group is {group['LifecycleState']}, and acts only while it is Active. Enable it."
    if group.get("SystemSuspended"):
        yield (
            "id",
            "Auto Scaling has suspended the group after seven days of failures, and does nothing in it. Mend what "
            "fails and change the group, which resumes it.",
        )
    if resting:
        yield (
            "suspendedProcesses",
            f"{' and '.join(resting)} must run: while suspended, the group refuses the removals and launches of the "
            "roll. Resume it.",
        )
    if re.search("recycle", str(group.get("ScalingPolicy") or "")) or int(group.get("StoppedCapacity") or 0):
        yield (
            "scalingPolicy",
            "the group starts its stopped instances, which are old, before it launches new ones. Set scalingPolicy "
            "to release, and remove the stopped instances.",
        )
    weights = [each.get("WeightedCapacity") for each in group.get("LaunchTemplateOverrides") or ()]
    if any(each.weight != 1 for each in members) or any(weight not in (None, 1) for weight in weights):
        yield (
            "weightedCapacity",
            "groups whose instances count by weight are not available in this version. Take weightedCapacity away.",
        )
