"""The policy against the live group, as far as its sizes, processes and scheduled actions decide.

CloudFormation finds these faults only while an update runs; here they are known in preview.
"""

from __future__ import annotations

from pulumi_rolling.core.model.durations import iso
from pulumi_rolling.core.model.member import Sizes
from pulumi_rolling.core.replace.gates import Stop, stops
from pulumi_rolling.core.replace.limits import Limits
from pulumi_rolling.errors import Fault
from pulumi_rolling.policy.groups.auto_scaling_group import (
    NEEDED_PROCESSES,
    PROCESSES,
    RECOMMENDED,
    AutoScalingGroup,
    processes_suspended,
)
from pulumi_rolling.policy.rolling_update.block import RollingUpdate
from pulumi_rolling.policy.rolling_update.limits import floor_of

_SHORT_PAUSE = 60
"""A signal alone needs a buffer of a minute on its way through the cloud (guardian/cdk pull request 2462)."""


def feasibility(
    roll: RollingUpdate,
    allowed: Limits,
    sizes: Sizes,
    suspended: frozenset[str] = frozenset(),
    scheduled_actions: tuple[str, ...] = (),
    *,
    old: int | None = None,
) -> tuple[list[Fault], list[str]]:
    """Faults, which forbid the roll, and warnings, which do not.

    ``allowed`` are the limits of the block under these sizes. ``old``: how many members are to be replaced; without it
    all of Desired.
    """
    faults = [*_process_faults(roll, suspended, scheduled_actions)]
    warnings: list[str] = []
    if sizes.max > 0 and floor_of(roll, sizes) >= sizes.max:
        faults.append(_floor_fault(roll, sizes))
    else:
        warnings += _size_warnings(roll, allowed, sizes)
    warnings += _process_warnings(roll, suspended)
    warnings += _keeping_warnings(roll, suspended)
    warnings += _signal_warnings(roll)
    warnings += _stop_warnings(roll, allowed, sizes.desired if old is None else old)
    return faults, warnings


def advice(roll: RollingUpdate, suspended: frozenset[str] = frozenset()) -> str | None:
    """One line on the processes that may disturb the roll, or None where all of them rest."""
    resting = suspended.union(roll.suspend_processes)
    running = [process for process in RECOMMENDED if process not in resting]
    if not running:
        return None
    return f"AWS advises to suspend {', '.join(running)} during a rolling update (suspendProcesses)."


def _process_faults(
    roll: RollingUpdate, suspended: frozenset[str], scheduled_actions: tuple[str, ...]
) -> list[Fault]:
    faults = []
    missing = [process for process in PROCESSES if process in NEEDED_PROCESSES & suspended]
    if missing:
        faults.append(Fault(f"{AutoScalingGroup.path}.suspendedProcesses", processes_suspended(missing)))
    if scheduled_actions and "ScheduledActions" not in suspended.union(roll.suspend_processes):
        faults.append(
            Fault(
                f"{RollingUpdate.path}.suspendProcesses",
                "Autoscaling rolling updates cannot be performed because scheduled action(s) "
                f"[{', '.join(scheduled_actions)}] are currently associated with this autoscaling group; "
                "either delete these actions or suspend the ScheduledActions process and then retry the "
                "update. "
                "Adding ScheduledActions to suspendProcesses is enough.",
            )
        )
    return faults


def _floor_fault(roll: RollingUpdate, sizes: Sizes) -> Fault:
    given = roll.min_instances_in_service
    found = str(given)
    if not isinstance(given, int):
        found = f"{given} of Desired {sizes.desired}, which is {floor_of(roll, sizes)},"
    return Fault(
        f"{RollingUpdate.path}.minInstancesInService",
        "MinInstancesInService must be less than the autoscaling group's MaxSize; "
        f"found {found} with a MaxSize of {sizes.max}. Lower it, or raise MaxSize.",
    )


def _size_warnings(roll: RollingUpdate, allowed: Limits, sizes: Sizes) -> list[str]:
    """Where the sizes found leave less room than the policy asks for."""
    if sizes.desired == 0:
        return []
    warnings = []
    asked, floor = floor_of(roll, sizes), allowed.floor
    if asked > floor:
        warnings.append(
            f"minInstancesInService {asked} is more than Desired {sizes.desired}, and is lowered to it."
        )
    wanted = allowed.batch
    batch = min(wanted, sizes.desired, sizes.max - floor)
    if batch < min(wanted, sizes.desired):
        warnings.append(
            f"maxBatchSize {wanted} is lowered to {batch}: MaxSize {sizes.max} less the {floor} to be kept "
            "in service leaves no more room."
        )
    left = max(sizes.desired, floor + batch) - batch
    if left == 0:
        warnings.append(
            f"all of Desired ({sizes.desired}) is replaced at once, and none stays in service; raise "
            "minInstancesInService or lower maxBatchSize to keep some."
        )
    elif sizes.max == sizes.desired:
        warnings.append(
            f"MaxSize equals Desired ({sizes.desired}), so nothing can be launched ahead: {left} in service "
            f"while {batch} being replaced."
        )
    return warnings


def _process_warnings(roll: RollingUpdate, suspended: frozenset[str]) -> list[str]:
    if "AddToLoadBalancer" not in suspended.union(roll.suspend_processes):
        return []
    return [
        "AddToLoadBalancer is suspended during the roll: members launched meanwhile are not registered with "
        "the load balancer, then or later."
    ]


def _keeping_warnings(roll: RollingUpdate, suspended: frozenset[str]) -> list[str]:
    resting = suspended.union(roll.suspend_processes)
    if not roll.keep_failed or resting & {"HealthCheck", "ReplaceUnhealthy"}:
        return []
    return [
        "keepFailed keeps what the rollout itself takes out of the group: an instance that fails the group's own "
        "health check may be terminated by the cloud before that. Adding HealthCheck to suspendProcesses prevents it."
    ]


def _signal_warnings(roll: RollingUpdate) -> list[str]:
    """A launch hook that gives up before pauseTime is told of where the source of signals is chosen."""
    if not roll.wait_on_resource_signals or roll.pause >= _SHORT_PAUSE:
        return []
    return [
        f"pauseTime {iso(roll.pause)} is short for a member to boot and signal, and it holds for the way back as well."
    ]


def _stop_warnings(roll: RollingUpdate, allowed: Limits, old: int) -> list[str]:
    """Where the roll stops on its way, as far as few members or the timeout of the roll bend that."""
    if not old:
        return []
    warnings = []
    if allowed.canary > old:
        warnings.append(
            f"canary {allowed.canary} is more than the {old} to be replaced, and is lowered to it."
        )
    found = stops(allowed, old)
    warnings += _merged(roll.checkpoints.percents, found, old)
    if roll.approval:
        warnings.append(
            f"the roll stops {_times(len(found))} until somebody approves, and pulumi up waits for that."
            + (f" The timeout of {iso(roll.timeout)} runs on meanwhile." if roll.timeout else "")
        )
    waits = sum(int(stop.wait) for stop in found) + roll.bake_time
    if roll.timeout is not None and waits >= roll.timeout:
        warnings.append(
            f"timeout {iso(roll.timeout)} leaves no time to replace anybody: soak, checkpoints and "
            f"bakeTime alone take {iso(waits)}."
        )
    return warnings


def _merged(percents: tuple[float, ...], found: tuple[Stop, ...], old: int) -> list[str]:
    """Checkpoints that rounding to whole members makes one; a stop carries the last of its percents."""
    warnings = []
    before = 0.0
    for stop in found:
        if stop.percent is None:
            continue
        same = [percent for percent in percents if before < percent <= stop.percent]
        before = stop.percent
        if len(same) > 1:
            listed = f"{', '.join(f'{each:g}' for each in same[:-1])} and {same[-1]:g}"
            members = "1 member" if old == 1 else f"{old} members"
            warnings.append(f"checkpoints {listed} % are one stop among {members} to replace.")
    return warnings


def _times(count: int) -> str:
    return "once" if count == 1 else "twice" if count == 2 else f"{count} times"
