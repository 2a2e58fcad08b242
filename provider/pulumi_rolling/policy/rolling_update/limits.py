"""What a rollout may do: the Limits of a rolling update against the sizes as found."""

from __future__ import annotations

from pulumi_rolling.core.model.goal import OnFailure
from pulumi_rolling.core.model.member import Sizes
from pulumi_rolling.core.replace.limits import Limits
from pulumi_rolling.policy.rolling_update.block import RollingUpdate
from pulumi_rolling.policy.timing import Timing

ALL = 100.0
"""CloudFormation's default of both percents."""


def limits(
    roll: RollingUpdate,
    sizes: Sizes,
    timing: Timing,
    former: RollingUpdate | None = None,
    on_failure: OnFailure = OnFailure.ROLL_BACK,
) -> Limits:
    """What a rollout under the block may do.

    ``former`` is the block of the last deployment: it rules the way back, as CloudFormation has it.
    """
    success = roll.min_successful_instances_percent
    return Limits(
        batch=batch_of(roll, sizes),
        floor=min(floor_of(roll, sizes), sizes.desired),
        max_size=sizes.max,
        need_percent=ALL if success is None else success,
        active_percent=_active_percent(roll),
        signals=roll.wait_on_resource_signals,
        pause=float(roll.pause),
        pacing=roll.effective_pacing,
        suspend=frozenset(roll.suspend_processes),
        timeout=None if roll.timeout is None else float(roll.timeout),
        on_failure=on_failure,
        guard=roll.effective_guard,
        target_health=roll.readiness.target_health is True,
        status_checks=roll.readiness.status_checks,
        warm_up=float(roll.readiness.warm_up),
        ready_within=None if roll.readiness.timeout is None else float(roll.readiness.timeout),
        probes=roll.probes,
        before_terminate=None if roll.before_terminate.run is None else float(roll.before_terminate.timeout),
        canary=canary_of(roll, sizes),
        soak=float(roll.canary.soak),
        slow_start=roll.slow_start,
        checkpoints=roll.checkpoints.percents,
        checkpoint_delay=float(roll.checkpoints.delay),
        approval=roll.approval,
        alarms=roll.alarms,
        bake=float(roll.bake_time),
        zone_order=roll.zone_order,
        standby=roll.standby_instances,
        protected=roll.scale_in_protected_instances,
        warm_pool=roll.warm_pool_instances,
        drain=None if roll.drain_within is None else float(roll.drain_within),
        keep_failed=roll.keep_failed,
        settle=timing.settle,
        boot_limit=timing.boot_limit,
        poll=timing.poll,
        way_back=None if former is None else limits(former, sizes, timing, None, on_failure),
    )


def batch_of(roll: RollingUpdate, sizes: Sizes) -> int:
    """MaxBatchSize as a number; the room below MaxSize is the core's to judge."""
    size = roll.max_batch_size
    return size if isinstance(size, int) else size.batch_of(sizes.desired)


def floor_of(roll: RollingUpdate, sizes: Sizes) -> int:
    """MinInstancesInService as a number, not yet lowered to Desired."""
    size = roll.min_instances_in_service
    return size if isinstance(size, int) else size.floor_of(sizes.desired)


def canary_of(roll: RollingUpdate, sizes: Sizes) -> int:
    """The canaries as a number, not yet lowered to what is to be replaced; 0: none."""
    size = roll.canary.size
    if size is None:
        return 0
    return size if isinstance(size, int) else size.batch_of(sizes.desired)


def _active_percent(roll: RollingUpdate) -> float | None:
    """With signals only where it was given: docs/decisions/0003-active-percent-with-signals.md."""
    given = roll.min_active_instances_percent
    return ALL if given is None and not roll.wait_on_resource_signals else given
