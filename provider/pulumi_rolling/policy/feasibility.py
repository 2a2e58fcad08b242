"""The policy against the live group, as far as its sizes, processes and scheduled actions decide.

CloudFormation finds these faults only while an update runs; here they are known in preview.
"""

from __future__ import annotations

from pulumi_rolling.core.model.durations import iso
from pulumi_rolling.core.model.member import Sizes
from pulumi_rolling.core.replace.gates import Stop, stops
from pulumi_rolling.errors import Fault
from pulumi_rolling.policy.leaves import NEEDED_PROCESSES, PROCESSES, processes_suspended
from pulumi_rolling.policy.limits import batch_of, canary_of, floor_of, limits
from pulumi_rolling.policy.models import RollingUpdate, UpdatePolicy
from pulumi_rolling.policy.timing import Timing

RECOMMENDED = ("AlarmNotification", "AZRebalance", "HealthCheck", "ReplaceUnhealthy", "ScheduledActions")
"""What AWS advises to suspend (AWS knowledge centre, "auto-scaling-group-rolling-updates")."""

_SHORT_PAUSE = 60
"""A signal alone needs a buffer of a minute on its way through the cloud (guardian/cdk pull request 2462)."""


def feasibility(
    policy: UpdatePolicy,
    sizes: Sizes,
    suspended: frozenset[str] = frozenset(),
    scheduled_actions: tuple[str, ...] = (),
    *,
    signal_heartbeat: float | None = None,
    old: int | None = None,
) -> tuple[list[Fault], list[str]]:
    """Faults, which forbid the roll, and warnings, which do not.

    ``signal_heartbeat``: seconds that the launch hook waits whose completion is the signal, if any. ``old``: how
    many members are to be replaced; without it all of Desired.
    """
    roll = policy.rolling_update
    faults = [*_process_faults(roll, suspended, scheduled_actions)]
    warnings: list[str] = []
    if sizes.max > 0 and floor_of(roll, sizes) >= sizes.max:
        faults.append(_floor_fault(roll, sizes))
    else:
        warnings += _size_warnings(roll, sizes)
    warnings += _process_warnings(roll, suspended)
    warnings += _signal_warnings(roll, signal_heartbeat)
    warnings += _stop_warnings(policy, sizes, sizes.desired if old is None else old)
    return faults, warnings


def advice(policy: UpdatePolicy, suspended: frozenset[str] = frozenset()) -> str | None:
    """One line on the processes that may disturb the roll, or None where all of them rest."""
    resting = suspended.union(policy.rolling_update.suspend_processes)
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
        faults.append(Fault("autoScalingGroup.suspendedProcesses", processes_suspended(missing)))
    if scheduled_actions and "ScheduledActions" not in suspended.union(roll.suspend_processes):
        faults.append(
            Fault(
                "updatePolicy.rollingUpdate.suspendProcesses",
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
        "updatePolicy.rollingUpdate.minInstancesInService",
        "MinInstancesInService must be less than the autoscaling group's MaxSize; "
        f"found {found} with a MaxSize of {sizes.max}. Lower it, or raise MaxSize.",
    )


def _size_warnings(roll: RollingUpdate, sizes: Sizes) -> list[str]:
    """Where the sizes found leave less room than the policy asks for."""
    if sizes.desired == 0:
        return []
    warnings = []
    asked = floor_of(roll, sizes)
    floor = min(asked, sizes.desired)
    if asked > floor:
        warnings.append(
            f"minInstancesInService {asked} is more than Desired {sizes.desired}, and is lowered to it."
        )
    wanted = batch_of(roll, sizes)
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


def _signal_warnings(roll: RollingUpdate, heartbeat: float | None) -> list[str]:
    if not roll.wait_on_resource_signals:
        return []
    warnings = []
    if roll.pause < _SHORT_PAUSE:
        warnings.append(
            f"pauseTime {iso(roll.pause)} is short for a member to boot and signal, and it "
            "holds for the way back as well."
        )
    if heartbeat is not None and heartbeat < roll.pause:
        warnings.append(
            f"the launch hook gives up after {iso(heartbeat)}, before pauseTime "
            f"{iso(roll.pause)}; raise its heartbeat timeout."
        )
    return warnings


def _stop_warnings(policy: UpdatePolicy, sizes: Sizes, old: int) -> list[str]:
    """Where the roll stops on its way, as far as few members or the timeout of the roll bend that."""
    roll = policy.rolling_update
    if not old:
        return []
    warnings = []
    canary = canary_of(roll, sizes)
    if canary > old:
        warnings.append(f"canary {canary} is more than the {old} to be replaced, and is lowered to it.")
    found = stops(limits(policy, sizes, Timing()), old)
    warnings += _merged(roll.checkpoints.percents, found, old)
    if roll.approval:
        warnings.append(
            f"the roll stops {_times(len(found))} until somebody runs 'rolling approve GROUP' (or 'rolling "
            "reject GROUP'), and pulumi up waits for that."
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
