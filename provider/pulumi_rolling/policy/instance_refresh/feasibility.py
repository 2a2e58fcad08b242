"""The policy against the live group: what forbids the refresh, and what people should know before it starts.

The service finds most of this only an hour after the start, or not at all; here it is known in preview.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pulumi_rolling.core.model.durations import iso
from pulumi_rolling.core.model.goal import OnFailure
from pulumi_rolling.errors import Fault
from pulumi_rolling.policy.groups.auto_scaling_group import PROCESSES, AutoScalingGroup
from pulumi_rolling.policy.instance_refresh.arithmetic import Bounds, bounds, checkpoints, left_old
from pulumi_rolling.policy.instance_refresh.block import InstanceRefresh
from pulumi_rolling.policy.instance_refresh.leaves import (
    ProtectedInstances,
    RefreshDefaults,
    StandbyInstances,
)
from pulumi_rolling.policy.instance_refresh.preferences import (
    Maintenance,
    Percentages,
    percentages,
    rolls_back_itself,
)
from pulumi_rolling.policy.leaves import all_of

NEEDED = frozenset({"Launch", "Terminate", "InstanceRefresh"})
"""A suspended InstanceRefresh stands still, and with a suspended Launch or Terminate nothing is replaced (EC2 Auto
Scaling user guide, "Suspend and resume processes")."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The group as far as a refresh depends on it."""

    desired: int
    old: int
    """Members that the refresh is to replace."""
    suspended: frozenset[str] = frozenset()
    maintenance: Maintenance | None = None
    protected: int = 0
    """Of the old ones, those that are protected from scale-in."""
    standby: int = 0
    """Of the old ones, those in standby."""
    heaviest: int = 1
    """The largest weight of a member, in units of Desired."""
    warm_up: float = 0.0
    """What the group gives an instance after it is in service, in seconds."""
    unchecked: tuple[str, ...] = ()
    """What the group is attached to and whose health its own checks do not look at."""
    irreversible: str = ""
    """Why the service could not return the group; empty where it can."""
    former_configuration: bool = False
    """The former revision is a launch configuration, to which no refresh leads."""
    configuration: bool = False
    """What is wanted is a launch configuration."""


def feasibility(
    refresh: InstanceRefresh, found: Found, on_failure: OnFailure = OnFailure.ROLL_BACK
) -> tuple[list[Fault], list[str]]:
    """Faults, which forbid the refresh, and warnings, which do not."""
    hold = percentages(refresh, found.maintenance)
    faults = [*_faults(refresh, found, hold), *_return_faults(refresh, found, on_failure)]
    warnings = [
        *size_warnings(found, bounds(found.desired, hold.least, hold.most)),
        *_health_warnings(found),
        *_waiting_warnings(refresh, found),
        *stop_warnings(refresh, found),
    ]
    return faults, warnings


def notes(refresh: InstanceRefresh, found: Found, on_failure: OnFailure = OnFailure.ROLL_BACK) -> list[str]:
    """Which defaults hold, and who returns the group."""
    hold = percentages(refresh, found.maintenance)
    said = []
    if hold.source:
        most = "no maxHealthyPercentage" if hold.most is None else f"maxHealthyPercentage {hold.most}"
        said.append(
            f"minHealthyPercentage {hold.least} and {most}: {hold.source} where the policy gives none"
        )
    if refresh.defaults is RefreshDefaults.CLOUD_FORMATION and not rolls_back_itself(refresh, on_failure):
        said.append(
            "a failed refresh is returned by another refresh to the former version, as CloudFormation does; the "
            "service returns it itself with autoRollback: true"
        )
    return said


def _faults(refresh: InstanceRefresh, found: Found, hold: Percentages) -> Iterator[Fault]:
    group, path = AutoScalingGroup.path, InstanceRefresh.path
    missing = [process for process in PROCESSES if process in NEEDED & found.suspended]
    if missing:
        yield Fault(
            f"{group}.suspendedProcesses",
            f"{all_of(missing)} {_are(len(missing))} suspended, and an instance refresh would replace "
            "nobody meanwhile; resume and then retry the update.",
        )
    if found.configuration:
        yield Fault(
            f"{group}.launchConfiguration",
            "cannot be deployed by an instance refresh, which is told a launch template; name a launchTemplate, or use "
            "rollingUpdate.",
        )
    if hold.are_too_wide and hold.source:
        yield Fault(
            f"{path}.minHealthyPercentage",
            f"leaves too wide a range: {hold.least} with the maxHealthyPercentage {hold.most} of {hold.source}; they "
            "may be 100 apart. Give both.",
        )


def _return_faults(refresh: InstanceRefresh, found: Found, on_failure: OnFailure) -> Iterator[Fault]:
    """Holding, and autoRollback: true where the service cannot, or where nothing is to be returned."""
    yield from hold_faults(on_failure)
    if refresh.auto_rollback is not True:
        return
    path = f"{InstanceRefresh.path}.autoRollback"
    if found.irreversible:
        yield Fault(
            path, f"cannot be had: {found.irreversible}. Leave it out, and this resource returns the group."
        )
    if on_failure is OnFailure.LEAVE:
        yield Fault(
            path, "may not stand with onFailure: leave, which leaves a failed group as it is; remove one."
        )


def hold_faults(on_failure: OnFailure) -> Iterator[Fault]:
    """A rollout of the service's cannot be held."""
    if on_failure is OnFailure.HOLD:
        yield Fault(
            "onFailure",
            "must be rollBack or leave with instanceRefresh: a refresh that failed is over, and nothing of it can be "
            "retried or skipped.",
        )


def size_warnings(found: Found, room: Bounds) -> Iterator[str]:
    """What rounding and low percentages make of a small group."""
    if not found.old:
        return
    if room.rounded and room.launch_first:
        yield (
            f"of {found.desired} the percentages leave room for nothing by rounding: the service launches one first, "
            f"{room.top} instances for a while."
        )
    elif room.rounded and not room.is_outage:
        yield (
            f"of {found.desired} minHealthyPercentage leaves room for nothing by rounding: without a "
            "maxHealthyPercentage the service terminates one all the same."
        )
    if room.is_outage:
        remedy = "set minHealthyPercentage: 100 and maxHealthyPercentage: 110 to launch first"
        who = "the only instance" if found.desired == 1 else f"all of Desired ({found.desired})"
        yield f"{who} may be replaced at once, and none stays in service; {remedy}."
    if found.heaviest >= found.desired > 0 and found.heaviest > 1:
        yield (
            f"an instance weighs {found.heaviest} of a Desired of {found.desired}: the service may replace all at "
            "once. Keep Desired above the largest weight."
        )


def _health_warnings(found: Found) -> Iterator[str]:
    """An instance is replaced when its group calls it healthy (EC2 Auto Scaling user guide, "Instance refresh")."""
    if found.old and found.unchecked:
        yield (
            f"health behind {', '.join(found.unchecked)} is not waited for: HealthCheckType is EC2, so the service "
            "counts an instance that runs. Set it to ELB, or instances may be replaced that nobody is ready to serve "
            "for."
        )


def _waiting_warnings(refresh: InstanceRefresh, found: Found) -> Iterator[str]:
    """For whom the refresh waits until it fails."""
    after = "for one hour, and then fails"
    if found.protected and refresh.scale_in_protected_instances is ProtectedInstances.WAIT:
        yield (
            f"{found.protected} to be replaced {_are(found.protected)} protected from scale-in: the refresh waits "
            f"{after}. Set scaleInProtectedInstances to Refresh or Ignore, or take the protection away."
        )
    if found.standby and refresh.standby_instances is StandbyInstances.WAIT:
        yield (
            f"{found.standby} to be replaced {_are(found.standby)} in standby: the refresh waits {after}. Set "
            "standbyInstances to Terminate or Ignore, or put them into service."
        )


def stop_warnings(refresh: InstanceRefresh, found: Found) -> Iterator[str]:
    """Old members that a last checkpoint leaves, approvals that are asked for, and time that is not there."""
    if not found.old:
        return
    percents = refresh.checkpoint_percentages
    left = left_old(found.old, percents)
    if left:
        yield (
            f"the last checkpoint is {percents[-1]} %, where the refresh ends: up to {left} old "
            f"{'instance is' if left == 1 else 'instances are'} left, and this update is then not done. Let "
            "checkpointPercentages end with 100."
        )
    stops = checkpoints(found.old, percents)
    if refresh.approval and stops:
        times = "once" if len(stops) == 1 else f"{len(stops)} times"
        yield (f"the refresh stops {times} until somebody approves, and pulumi up waits for that.")
    waits = refresh.checkpoint_delay * len(stops) + refresh.bake_time
    if refresh.timeout is not None and waits >= refresh.timeout:
        yield (
            f"timeout {iso(refresh.timeout)} leaves no time to replace anybody: checkpoints and bakeTime alone take "
            f"{iso(waits)}."
        )


def _are(count: int) -> str:
    return "is" if count == 1 else "are"
