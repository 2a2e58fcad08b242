"""What DescribeAutoScalingGroups says, in our words: sizes, pointer, members, marks, and what must not be rolled.

Reading only: no call is made here. The pointer is ``lt-id:version`` as the group has it, or ``lc:name`` for a group on
a launch configuration.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pulumi_rolling.core.model.member import Lifecycle, Sizes
from pulumi_rolling.errors import Fault
from pulumi_rolling.fleets.aws.api import Answer
from pulumi_rolling.fleets.aws.launch_configurations import PREFIX
from pulumi_rolling.fleets.aws.launch_templates import DEFAULT, address

MARK = "rolling:"
WARM = "Warmed:"
"""Lifecycle states of instances in the warm pool begin so."""
PATH = "autoScalingGroup"
"""Where the group stands in the inputs."""
_OVER = frozenset({"Terminated", "Detaching", "Detached", "Quarantined"})
ACTIVE_REFRESH = frozenset({"Pending", "InProgress", "Baking", "Cancelling", "RollbackInProgress"})
_DEPRECATED_PROCESS = "RemoveFromLoadBalancerLowPriority"
"""Listed as suspended together with AddToLoadBalancer on old groups; neither suspended nor resumed by name."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One instance as the group lists it. ``template`` is empty where it was not launched from a template."""

    id: str
    template: str
    version: str
    origin: str
    """What it was launched from when that is no template."""
    lifecycle: Lifecycle
    state: str
    healthy: bool
    zone: str
    protected: bool
    instance_type: str = ""
    weight: int = 1
    """Units of Desired, where its override gives it a weight."""


def sizes(group: Answer) -> Sizes:
    return Sizes(group["MinSize"], group["MaxSize"], group["DesiredCapacity"])


def suspended(group: Answer) -> frozenset[str]:
    names = {process["ProcessName"] for process in group.get("SuspendedProcesses", [])}
    return frozenset(names - {_DEPRECATED_PROCESS})


def health_checks(group: Answer) -> frozenset[str]:
    """Kinds of checks beside EC2's own (API reference, HealthCheckType: a list with commas)."""
    kinds = str(group.get("HealthCheckType") or "").split(",")
    return frozenset(kind.strip() for kind in kinds) - {"EC2", ""}


def heals(suspended: frozenset[str]) -> bool:
    """Whether the group replaces a member that broke (EC2 Auto Scaling user guide, "Suspend and resume processes")."""
    return not suspended & {"HealthCheck", "ReplaceUnhealthy"}


def tags(group: Answer) -> dict[str, str]:
    return {tag["Key"]: tag.get("Value", "") for tag in group.get("Tags", [])}


def marks(group: Answer) -> dict[str, str]:
    return {key: value for key, value in tags(group).items() if key.startswith(MARK)}


def mixed_template(group: Answer) -> Answer | None:
    """The pointer of a mixed instances policy lives inside the policy."""
    policy = group.get("MixedInstancesPolicy") or {}
    template: Answer | None = (policy.get("LaunchTemplate") or {}).get("LaunchTemplateSpecification")
    return template


def template_of(group: Answer) -> Answer | None:
    """The launch template specification that the group launches from."""
    return group.get("LaunchTemplate") or mixed_template(group)


def pointer(group: Answer) -> str:
    template = template_of(group)
    if template is None:
        return f"{PREFIX}{group.get('LaunchConfigurationName', '')}"
    return address(template["LaunchTemplateId"], template.get("Version") or DEFAULT)


def moved_policy(group: Answer, template: str, version: str) -> Answer:
    """The whole mixed instances policy with nothing changed but the pointer.

    A specification may be sent with an id or a name, "but not both" (LaunchTemplateSpecification, EC2 Auto
    Scaling API); the description has both.
    """
    policy: Answer = dict(group["MixedInstancesPolicy"])
    launch: Answer = dict(policy["LaunchTemplate"])
    launch["LaunchTemplateSpecification"] = {"LaunchTemplateId": template, "Version": version}
    if "Overrides" in launch:
        launch["Overrides"] = [_without_name(override) for override in launch["Overrides"]]
    policy["LaunchTemplate"] = launch
    return policy


def _without_name(override: Answer) -> Answer:
    own = override.get("LaunchTemplateSpecification")
    if not own or "LaunchTemplateId" not in own:
        return override
    kept = {key: value for key, value in own.items() if key != "LaunchTemplateName"}
    return {**override, "LaunchTemplateSpecification": kept}


def listed(group: Answer) -> Iterator[Listed]:
    """The instances of the group itself; those of its warm pool are not members."""
    for instance in group.get("Instances", []):
        if not instance["LifecycleState"].startswith(WARM):
            yield listed_one(instance)


def listed_one(instance: Answer) -> Listed:
    state = instance["LifecycleState"]
    template = instance.get("LaunchTemplate") or {}
    return Listed(
        id=instance["InstanceId"],
        template=template.get("LaunchTemplateId", ""),
        version=str(template.get("Version", "")),
        origin=instance.get("LaunchConfigurationName", ""),
        lifecycle=folded(state),
        state=state,
        healthy=instance.get("HealthStatus", "Healthy").lower() == "healthy",
        zone=instance.get("AvailabilityZone", ""),
        protected=bool(instance.get("ProtectedFromScaleIn", False)),
        instance_type=instance.get("InstanceType", ""),
        weight=int(instance.get("WeightedCapacity") or 1),
    )


def folded(state: str) -> Lifecycle:
    """LifecycleState as five words. An unknown new state counts as pending: present, and not yet in service.

    A root volume being replaced keeps its instance, which serves again afterwards (facts/aws.md 1.2). What stands in a
    warm pool is as good as in standby: prepared, outside Desired, not serving.
    """
    if state.startswith(WARM):
        ending = state.startswith((f"{WARM}Terminating", f"{WARM}Terminated"))
        return Lifecycle.LEAVING if ending else Lifecycle.STANDBY
    if state in ("InService", "RootVolumeReplaced"):
        return Lifecycle.IN_SERVICE
    if state == "Pending:Wait":
        return Lifecycle.WAITING
    if state in ("Standby", "EnteringStandby"):
        return Lifecycle.STANDBY
    if state.startswith("Terminating") or state in _OVER:
        return Lifecycle.LEAVING
    return Lifecycle.PENDING


def refusals(group: Answer, refreshes: list[Answer]) -> tuple[Fault, ...]:
    """Everything about the group that this version does not roll, each with what to do instead."""
    faults: list[Fault] = []
    for refresh in refreshes:
        if refresh["Status"] in ACTIVE_REFRESH:
            faults.append(
                Fault(
                    f"{PATH}.instanceRefresh",
                    f"instance refresh {refresh['InstanceRefreshId']} is {refresh['Status']} on the group. "
                    "Wait for its end, or cancel it.",
                )
            )
    return tuple(faults)


def mixed_needs_template() -> Fault:
    return Fault(
        f"{PATH}.launchConfiguration",
        "the group has a mixed instances policy, which needs a launch template and would be lost with a launch "
        "configuration. Name a launchTemplate.",
    )
