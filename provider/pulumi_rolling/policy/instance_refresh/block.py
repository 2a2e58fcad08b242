"""The block ``updatePolicy.instanceRefresh``: the preferences of an instance refresh, in the service's own names.

CloudFormation's AutoScalingInstanceRefresh has the same names and other defaults; ``defaults`` says which hold.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, PlainValidator

from pulumi_rolling.policy.block import POLICY, Block
from pulumi_rolling.policy.instance_refresh import leaves
from pulumi_rolling.policy.instance_refresh.leaves import (
    ProtectedInstances,
    RefreshDefaults,
    RefreshStrategy,
    StandbyInstances,
)
from pulumi_rolling.policy.leaves import (
    Choosable,
    Flag,
    Fold,
    alarm,
    fold_choice,
    fold_number,
    fold_numbers,
    known,
    known_once,
    one_of,
    whole_roll,
)

CHECKPOINT_DELAY = 3600
"""The service's default CheckpointDelay, where there are checkpoints (RefreshPreferences)."""

Pause = Annotated[int, Fold(leaves.fold_seconds), PlainValidator(leaves.pause)]
_BATCHES = "is said in percents of Desired: minHealthyPercentage for those that stay in service"
_NO_BUDGET = (
    "has no counterpart: an instance refresh tries for one hour to replace an instance and then fails, and counts no "
    "failures. Use alarms, or rollingUpdate, which has a budget."
)
_NO_SIGNALS = (
    "has no counterpart: an instance refresh hears no signals. Give the group a launch lifecycle hook that its "
    "instances complete (CONTINUE or ABANDON), for which the refresh waits; or use rollingUpdate."
)
_NO_PREFERENCE = (
    "said by what the group's own block names: a launch template, or a scaling configuration of an ESS group."
)
_NO_PACE = (
    "has no counterpart: the service paces the refresh by its percentages; remove it, or use rollingUpdate."
)
_DRAIN = (
    "has no counterpart: instances leave by the target group's deregistration delay and by the group's termination "
    "hooks; set them there, or use rollingUpdate."
)


class InstanceRefresh(Block):
    """Preferences of StartInstanceRefresh, and what we add. Times are seconds."""

    strategy: Annotated[RefreshStrategy, Fold(fold_choice("Rolling")), PlainValidator(leaves.strategy)] = (
        RefreshStrategy.ROLLING
    )
    min_healthy_percentage: Annotated[int | None, Fold(fold_number), PlainValidator(leaves.least_healthy)] = (
        None
    )
    """None: not given, which means the group's maintenance policy, then the default."""
    max_healthy_percentage: Annotated[int | None, Fold(fold_number), PlainValidator(leaves.most_healthy)] = (
        None
    )
    """None: not given. 100 is another thing: then the service launches before it terminates."""
    instance_warmup: Annotated[int | None, Fold(leaves.fold_seconds), PlainValidator(leaves.warm_up)] = None
    """None: not given, which means the group's default warm-up, then its grace period."""
    checkpoint_percentages: Annotated[
        tuple[Annotated[int, PlainValidator(leaves.checkpoint)], ...],
        Fold(fold_numbers),
        AfterValidator(known),
    ] = ()
    checkpoint_delay: Pause = CHECKPOINT_DELAY
    approval: Flag = False
    auto_rollback: Choosable = None
    """None: not given, which means that the service returns the group where that can be had."""
    bake_time: Pause = 0
    alarms: Annotated[tuple[Annotated[str, PlainValidator(alarm)], ...], AfterValidator(known_once)] = ()
    skip_matching: Flag = True
    scale_in_protected_instances: Annotated[
        ProtectedInstances,
        Fold(fold_choice(*(each.value for each in ProtectedInstances), replace="Refresh")),
        PlainValidator(one_of(ProtectedInstances)),
    ] = ProtectedInstances.WAIT
    standby_instances: Annotated[
        StandbyInstances,
        Fold(fold_choice(*(each.value for each in StandbyInstances), replace="Terminate")),
        PlainValidator(one_of(StandbyInstances)),
    ] = StandbyInstances.WAIT
    timeout: Annotated[int | None, PlainValidator(whole_roll)] = None
    defaults: Annotated[
        RefreshDefaults,
        Fold(fold_choice(*(each.value for each in RefreshDefaults))),
        PlainValidator(one_of(RefreshDefaults)),
    ] = RefreshDefaults.SERVICE
    allow_container_refresh: Flag = False

    key: ClassVar[str] = "instanceRefresh"
    path: ClassVar[str] = f"{POLICY}.{key}"
    pasted_key: ClassVar[str] = "autoScalingInstanceRefresh"
    pasted_fields: ClassVar[Mapping[str, Any]] = {"defaults": RefreshDefaults.CLOUD_FORMATION.value}
    refused: ClassVar[Mapping[str, str]] = {
        "preferences": "must be a mapping of fields, none of which stands beside it as well.",
        "alarmSpecification": "must be a mapping of Alarms, with no alarms beside it.",
        "desiredConfiguration": "is made from the group's own block: say launchTemplate there, or scalingConfiguration "
        "of an ESS group.",
        "imageId": f"is {_NO_PREFERENCE}",
        "containers": f"are {_NO_PREFERENCE}",
        "maxBatchSize": f"{_BATCHES}, and maxHealthyPercentage for how many there may be.",
        "minInstancesInService": f"{_BATCHES}.",
        "minSuccessfulInstancesPercent": _NO_BUDGET,
        "minActiveInstancesPercent": _NO_BUDGET,
        "pauseTime": "is said by instanceWarmup, seconds that a new instance is given after it is in service; with "
        "signals, by the heartbeat of a launch lifecycle hook.",
        "waitOnResourceSignals": _NO_SIGNALS,
        "suspendProcesses": "has no counterpart: the service rolls with its processes as they are. Suspend others at "
        "the group itself; Launch, Terminate and InstanceRefresh must run.",
        "pacing": _NO_PACE,
        "guard": _NO_PACE,
        "canary": "is said by a first checkpoint: checkpointPercentages [1, 100] stops after the first instances, for "
        "as long as checkpointDelay says.",
        "slowStart": _NO_PACE,
        "readiness": "is said by instanceWarmup (for warmUp) and by the group's own health checks: HealthCheckType ELB "
        "for the health of targets, EC2 for status checks; in place of a command or a URL of your own give the group a "
        "launch lifecycle hook, or the target group a health check. How long one instance may take is one hour.",
        "checkpoints": "is said by checkpointPercentages and checkpointDelay.",
        "checkpointPauseTime": "must be whole minutes, with no checkpointDelay beside it.",
        "zoneOrder": "has no counterpart: the service keeps the zones balanced; remove it, or use rollingUpdate.",
        "warmPoolInstances": "has no counterpart: the service replaces the warm pool after the group, always; remove "
        "it, or use rollingUpdate.",
        "beforeTerminate": "has no counterpart: give the group a termination lifecycle hook, for which the service "
        "waits; or use rollingUpdate.",
        "drain": _DRAIN,
        "drainTimeout": _DRAIN,
        "keepFailed": "is not possible: the service terminates what it replaces by itself; remove it, or use "
        "rollingUpdate.",
    }
