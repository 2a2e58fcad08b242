"""The block ``updatePolicy.rollingUpdate``: CloudFormation's AutoScalingRollingUpdate with our additions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, PlainValidator

from pulumi_rolling.core.replace.limits import Choice, Guard, Pacing, ZoneOrder
from pulumi_rolling.policy.block import POLICY, Block
from pulumi_rolling.policy.groups.auto_scaling_group import fold_processes, process
from pulumi_rolling.policy.leaves import (
    Choosable,
    Flag,
    Fold,
    Share,
    Stop,
    alarm,
    fold_choice,
    fold_number,
    fold_numbers,
    known,
    known_once,
    whole_roll,
)
from pulumi_rolling.policy.percent import Percent
from pulumi_rolling.policy.rolling_update import leaves

PAUSE_WITH_SIGNALS = 300
"""CloudFormation's default PauseTime, PT5M, where it waits for signals; otherwise it does not pause."""
DRAIN = 900
"""PT15M: how long a victim is waited for where drain is on and nothing else is said."""


class Canary(Block):
    """Members replaced before all others. Times are seconds."""

    size: Annotated[int | Percent | None, Fold(fold_number), PlainValidator(leaves.canary)] = None
    """None: no canary."""
    soak: Stop = 0

    form: ClassVar[str] = 'a whole number, a percent of Desired such as "10%", or a mapping of size and soak'


class Command(Block):
    """A command of the user's own that says whether a new member is ready. Times are seconds."""

    run: Annotated[str | None, PlainValidator(leaves.line)] = None
    """None: no command."""
    timeout: Annotated[int, PlainValidator(leaves.try_within)] = 30
    interval: Annotated[int, PlainValidator(leaves.try_within)] = 5

    form: ClassVar[str] = "a line for the shell, or a mapping of run, timeout and interval"


class Http(Block):
    """A URL that answers with success once a new member is ready. Times are seconds."""

    url: Annotated[str | None, PlainValidator(leaves.template)] = None
    """None: no URL."""
    timeout: Annotated[int, PlainValidator(leaves.try_within)] = 5
    interval: Annotated[int, PlainValidator(leaves.try_within)] = 5

    form: ClassVar[str] = "a URL, or a mapping of url, timeout and interval"


class BeforeTerminate(Block):
    """A command of the user's own before a member that serves is ended. Times are seconds."""

    run: Annotated[str | None, PlainValidator(leaves.line)] = None
    """None: no command."""
    timeout: Annotated[int, PlainValidator(leaves.try_within)] = 300

    form: ClassVar[str] = "a line for the shell, or a mapping of run and timeout"


class Readiness(Block):
    """What makes a new member ready, beyond being in service and its signal. Times are seconds."""

    target_health: Choosable = None
    """None: not given, which means where the group is attached to a load balancer's targets."""
    status_checks: Flag = False
    warm_up: Annotated[int, PlainValidator(leaves.pause)] = 0
    timeout: Annotated[int | None, PlainValidator(leaves.ready_within)] = None
    signal_queue: Annotated[str | None, PlainValidator(leaves.queue)] = None
    command: Annotated[Command, Fold(leaves.fold_line)] = Command()
    http: Annotated[Http, Fold(leaves.fold_url)] = Http()

    refused: ClassVar[Mapping[str, str]] = {
        "signals": "is said beside readiness: use waitOnResourceSignals, with pauseTime for how long.",
    }


class Checkpoints(Block):
    """Shares of the members to replace at which new starts stop. Times are seconds."""

    percents: Annotated[
        tuple[Annotated[float, PlainValidator(leaves.checkpoint)], ...],
        Fold(fold_numbers),
        AfterValidator(known),
    ] = ()
    delay: Stop = 0

    form: ClassVar[str] = "a list of percents, or a mapping of percents and delay"


def _special(**synonyms: str) -> Fold:
    return Fold(fold_choice(*(choice.value for choice in Choice), **synonyms))


class RollingUpdate(Block):
    """CloudFormation's AutoScalingRollingUpdate with our additions. Times are seconds."""

    max_batch_size: Annotated[int | Percent, Fold(fold_number), PlainValidator(leaves.batch)] = 1
    min_instances_in_service: Annotated[int | Percent, Fold(fold_number), PlainValidator(leaves.floor)] = 0
    min_successful_instances_percent: Share = None
    """None: not given, which means 100."""
    min_active_instances_percent: Share = None
    """None: not given, which means 100 without signals and unjudged with them."""
    pause_time: Annotated[int | None, PlainValidator(leaves.pause)] = None
    suspend_processes: Annotated[
        tuple[Annotated[str, PlainValidator(process)], ...],
        Fold(fold_processes),
        AfterValidator(known_once),
    ] = ()
    wait_on_resource_signals: Flag = False
    pacing: Annotated[
        Pacing | None, Fold(fold_choice("lockStep", "sliding")), PlainValidator(leaves.pacing)
    ] = None
    timeout: Annotated[int | None, PlainValidator(whole_roll)] = None
    guard: Annotated[Guard | None, Fold(leaves.fold_guard), PlainValidator(leaves.guard)] = None
    """None: not given, which means balanced where the window slides."""
    canary: Annotated[Canary, Fold(leaves.fold_canary)] = Canary()
    slow_start: Flag = False
    readiness: Readiness = Readiness()
    alarms: Annotated[tuple[Annotated[str, PlainValidator(alarm)], ...], AfterValidator(known_once)] = ()
    bake_time: Stop = 0
    checkpoints: Annotated[Checkpoints, Fold(leaves.fold_checkpoints)] = Checkpoints()
    approval: Flag = False
    zone_order: Annotated[
        ZoneOrder, Fold(fold_choice("balanced", "oneAtATime")), PlainValidator(leaves.zone_order)
    ] = ZoneOrder.BALANCED
    standby_instances: Annotated[
        Choice, _special(terminate=Choice.REPLACE.value), PlainValidator(leaves.choice)
    ] = Choice.IGNORE
    scale_in_protected_instances: Annotated[
        Choice, _special(refresh=Choice.REPLACE.value), PlainValidator(leaves.choice)
    ] = Choice.REPLACE
    warm_pool_instances: Annotated[Choice, _special(), PlainValidator(leaves.choice)] = Choice.REPLACE
    before_terminate: Annotated[BeforeTerminate, Fold(leaves.fold_line)] = BeforeTerminate()
    drain: Flag = False
    drain_timeout: Annotated[int | None, PlainValidator(leaves.drain_timeout)] = None
    keep_failed: Annotated[int, Fold(fold_number), PlainValidator(leaves.kept)] = 0

    key: ClassVar[str] = "rollingUpdate"
    path: ClassVar[str] = f"{POLICY}.{key}"
    pasted_key: ClassVar[str] = "autoScalingRollingUpdate"
    pasted_fields: ClassVar[Mapping[str, Any]] = {
        "pacing": Pacing.LOCK_STEP.value,
        "readiness": {"targetHealth": False},
    }
    meant: ClassVar[Mapping[str, str]] = {
        # CloudFormation's AutoScalingInstanceRefresh (2026), whose fields are easily taken for its neighbour's.
        "alarmSpecification": "alarms, a list of names",
        "checkpointPercentages": "checkpoints.percents",
        "checkpointDelay": "checkpoints.delay",
        "instanceWarmup": "readiness.warmUp",
        "minHealthyPercentage": 'minInstancesInService, which takes a percent of Desired such as "90%"',
        "maxHealthyPercentage": 'maxBatchSize, which takes a percent of Desired such as "10%"',
        "autoRollback": "onFailure, beside updatePolicy",
    }
    refused: ClassVar[Mapping[str, str]] = {
        "allowContainerRefresh": "is about ESS scaling groups under instanceRefresh; remove it.",
        "skipMatching": "is what a rolling update always does; remove it. triggers, beside updatePolicy, roll members "
        "whose revision is equal.",
    }

    @property
    def pause(self) -> int:
        """PauseTime in effect, in seconds."""
        if self.pause_time is not None:
            return self.pause_time
        return PAUSE_WITH_SIGNALS if self.wait_on_resource_signals else 0

    @property
    def effective_pacing(self) -> Pacing:
        """As given; otherwise sliding, except that a fixed pause between batches needs batches."""
        if self.pacing is not None:
            return self.pacing
        return Pacing.LOCK_STEP if self.pause and not self.wait_on_resource_signals else Pacing.SLIDING

    @property
    def effective_guard(self) -> Guard:
        """As given, or balanced; a batch ends before the next begins, so lock-step needs none."""
        if self.effective_pacing is Pacing.LOCK_STEP:
            return Guard.OFF
        return self.guard or Guard.BALANCED

    @property
    def probes(self) -> bool:
        """Whether new members have to answer to something of the user's own."""
        return self.readiness.command.run is not None or self.readiness.http.url is not None

    @property
    def drain_within(self) -> int | None:
        """How long a victim is waited for; None: not at all."""
        if not self.drain:
            return None
        return DRAIN if self.drain_timeout is None else self.drain_timeout
