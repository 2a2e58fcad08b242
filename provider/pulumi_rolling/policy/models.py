"""The inputs of RollingGroup that can be judged without a cloud: models over the normalised camelCase form.

The models know each field alone. What is wrong between fields is in ``rules``, against the live group in
``feasibility``. A field that is not known yet (preview) takes its default here; ``check.unknowns`` names it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    PlainValidator,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    field_validator,
    model_validator,
)
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticUndefined

from pulumi_rolling.core.model.goal import OnFailure
from pulumi_rolling.core.replace.limits import Choice, Guard, Pacing, ZoneOrder
from pulumi_rolling.policy import leaves
from pulumi_rolling.policy.leaves import Fold
from pulumi_rolling.policy.percent import Percent

PAUSE_WITH_SIGNALS = 300
"""CloudFormation's default PauseTime, PT5M, where it waits for signals; otherwise it does not pause."""
DRAIN = 900
"""PT15M: how long a victim is waited for where drain is on and nothing else is said."""

_LATER = "is not available in this version"
_ELSEWHERE = "belongs to another kind of CloudFormation resource, not to an Auto Scaling group; remove it."

Share = Annotated[float | None, Fold(leaves.fold_number), PlainValidator(leaves.percent)]
Flag = Annotated[bool, Fold(leaves.fold_flag), PlainValidator(leaves.flag)]
Text = Annotated[str | None, PlainValidator(leaves.text)]
Stop = Annotated[int, PlainValidator(leaves.stop)]


class Block(BaseModel):
    """A mapping of the inputs. Keys with two leading underscores are Pulumi's own and pass unread."""

    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=to_camel)

    other_names: ClassVar[Mapping[str, str]] = {}
    """CloudFormation's own names (camelCase) of our fields."""
    refused: ClassVar[Mapping[str, str]] = {}
    """Names (camelCase) that are refused, and the sentence to say."""
    meant: ClassVar[Mapping[str, str]] = {}
    """Names (camelCase) of other services and tools, and our field that does the same."""
    form: ClassVar[str] = "a mapping of fields"
    """What may stand for the block."""

    @model_validator(mode="before")
    @classmethod
    def _without_engine_keys(cls, value: Any) -> Any:
        if not isinstance(value, Mapping):
            return value
        return {key: item for key, item in value.items() if not str(key).startswith("__")}

    @field_validator("*", mode="wrap")
    @classmethod
    def _unless_unknown(cls, value: Any, handler: ValidatorFunctionWrapHandler, info: ValidationInfo) -> Any:
        if info.context is not None and info.field_name is not None and info.context["is_unknown"](value):
            default = cls.model_fields[info.field_name].get_default()
            return None if default is PydanticUndefined else default
        return handler(value)


class Canary(Block):
    """Members replaced before all others. Times are seconds."""

    size: Annotated[int | Percent | None, Fold(leaves.fold_number), PlainValidator(leaves.canary)] = None
    """None: no canary."""
    soak: Stop = 0

    form: ClassVar[str] = 'a whole number, a percent of Desired such as "10%", or a mapping of size and soak'


class Readiness(Block):
    """What makes a new member ready, beyond being in service and its signal. Times are seconds."""

    target_health: Flag = False
    status_checks: Flag = False
    warm_up: Annotated[int, PlainValidator(leaves.pause)] = 0
    timeout: Annotated[int | None, PlainValidator(leaves.ready_within)] = None
    signal_queue: Annotated[str | None, PlainValidator(leaves.queue)] = None

    refused: ClassVar[Mapping[str, str]] = {
        "signals": "is said beside readiness: use waitOnResourceSignals, with pauseTime for how long.",
    }


class Checkpoints(Block):
    """Shares of the members to replace at which new starts stop. Times are seconds."""

    percents: Annotated[
        tuple[Annotated[float, PlainValidator(leaves.checkpoint)], ...],
        Fold(leaves.fold_numbers),
        AfterValidator(leaves.known),
    ] = ()
    delay: Stop = 0

    form: ClassVar[str] = "a list of percents, or a mapping of percents and delay"


def _special(**synonyms: str) -> Fold:
    return Fold(leaves.fold_choice(*(choice.value for choice in Choice), **synonyms))


class RollingUpdate(Block):
    """CloudFormation's AutoScalingRollingUpdate with our additions. Times are seconds."""

    max_batch_size: Annotated[int | Percent, Fold(leaves.fold_number), PlainValidator(leaves.batch)] = 1
    min_instances_in_service: Annotated[
        int | Percent, Fold(leaves.fold_number), PlainValidator(leaves.floor)
    ] = 0
    min_successful_instances_percent: Share = None
    """None: not given, which means 100."""
    min_active_instances_percent: Share = None
    """None: not given, which means 100 without signals and unjudged with them."""
    pause_time: Annotated[int | None, PlainValidator(leaves.pause)] = None
    suspend_processes: Annotated[
        tuple[Annotated[str, PlainValidator(leaves.process)], ...],
        Fold(leaves.fold_processes),
        AfterValidator(leaves.known_once),
    ] = ()
    wait_on_resource_signals: Flag = False
    pacing: Annotated[
        Pacing | None, Fold(leaves.fold_choice("lockStep", "sliding")), PlainValidator(leaves.pacing)
    ] = None
    timeout: Annotated[int | None, PlainValidator(leaves.whole_roll)] = None
    guard: Annotated[Guard | None, Fold(leaves.fold_guard), PlainValidator(leaves.guard)] = None
    """None: not given, which means balanced where the window slides."""
    canary: Annotated[Canary, Fold(leaves.fold_canary)] = Canary()
    slow_start: Flag = False
    readiness: Readiness = Readiness()
    alarms: Annotated[
        tuple[Annotated[str, PlainValidator(leaves.alarm)], ...], AfterValidator(leaves.known_once)
    ] = ()
    bake_time: Stop = 0
    checkpoints: Annotated[Checkpoints, Fold(leaves.fold_checkpoints)] = Checkpoints()
    approval: Flag = False
    zone_order: Annotated[
        ZoneOrder, Fold(leaves.fold_choice("balanced", "oneAtATime")), PlainValidator(leaves.zone_order)
    ] = ZoneOrder.BALANCED
    standby_instances: Annotated[
        Choice, _special(terminate=Choice.REPLACE.value), PlainValidator(leaves.choice)
    ] = Choice.IGNORE
    scale_in_protected_instances: Annotated[
        Choice, _special(refresh=Choice.REPLACE.value), PlainValidator(leaves.choice)
    ] = Choice.REPLACE
    warm_pool_instances: Annotated[Choice, _special(), PlainValidator(leaves.choice)] = Choice.REPLACE
    drain: Flag = False
    drain_timeout: Annotated[int | None, PlainValidator(leaves.drain_timeout)] = None

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
    def drain_within(self) -> int | None:
        """How long a victim is waited for; None: not at all."""
        if not self.drain:
            return None
        return DRAIN if self.drain_timeout is None else self.drain_timeout


class ReplacingUpdate(Block):
    """CloudFormation's AutoScalingReplacingUpdate, which is harmless only while WillReplace is false."""

    will_replace: Annotated[bool, Fold(leaves.fold_flag), PlainValidator(leaves.will_replace)] = False


class ScheduledAction(Block):
    """CloudFormation's AutoScalingScheduledAction. Nothing to do: RollingGroup never re-asserts sizes."""

    ignore_unmodified_group_size_properties: Flag = False


class UpdatePolicy(Block):
    """The policy: one strategy, and what CloudFormation lets stand beside it."""

    rolling_update: RollingUpdate = RollingUpdate()
    auto_scaling_replacing_update: ReplacingUpdate = ReplacingUpdate()
    auto_scaling_scheduled_action: ScheduledAction = ScheduledAction()

    other_names: ClassVar[Mapping[str, str]] = {
        "autoScalingRollingUpdate": "rollingUpdate",
        "autoScalingInstanceRefresh": "instanceRefresh",
    }
    refused: ClassVar[Mapping[str, str]] = {
        "instanceRefresh": f"{_LATER}; use rollingUpdate.",
        "ecsDeployment": f"{_LATER}; for an Auto Scaling group use rollingUpdate.",
        "beanstalkUpdate": f"{_LATER}; for an Auto Scaling group use rollingUpdate.",
        "rollingUpdateTask": f"{_LATER}; for an Auto Scaling group use rollingUpdate.",
        "codeDeployLambdaAliasUpdate": _ELSEWHERE,
        "enableVersionUpgrade": _ELSEWHERE,
        "useOnlineResharding": _ELSEWHERE,
    }


STRATEGIES = ("rollingUpdate", "instanceRefresh", "ecsDeployment", "beanstalkUpdate", "rollingUpdateTask")


class LaunchTemplate(Block):
    """The revision wanted. ``version`` None: the template's default version, as the cloud has it."""

    id: Text = None
    name: Text = None
    version: Annotated[str | None, Fold(leaves.fold_version), PlainValidator(leaves.version)] = None


class AutoScalingGroup(Block):
    """Which group, and where. ``name`` is None only where it is not known yet."""

    name: Text = None
    region: Text = None
    endpoint: Annotated[str | None, PlainValidator(leaves.endpoint)] = None
    launch_template: LaunchTemplate = LaunchTemplate()
    launch_configuration: Text = None
    """Name of the launch configuration wanted, for groups that have no launch template. None: the template holds."""

    other_names: ClassVar[Mapping[str, str]] = {"launchConfigurationName": "launchConfiguration"}


class RollingGroupInputs(Block):
    """All inputs of the resource."""

    auto_scaling_group: AutoScalingGroup = AutoScalingGroup()
    update_policy: UpdatePolicy = UpdatePolicy()
    on_failure: Annotated[
        OnFailure, Fold(leaves.fold_choice("rollBack", "leave", "hold")), PlainValidator(leaves.on_failure)
    ] = OnFailure.ROLL_BACK
    triggers: Annotated[list[Any] | dict[str, Any] | None, PlainValidator(leaves.triggers)] = None

    refused: ClassVar[Mapping[str, str]] = {
        "ecsService": f"{_LATER}; this version rolls an autoScalingGroup.",
        "beanstalkEnvironment": f"{_LATER}; this version rolls an autoScalingGroup.",
        "essScalingGroup": f"{_LATER}; this version rolls an autoScalingGroup.",
    }


GROUP_KINDS = ("autoScalingGroup", "ecsService", "beanstalkEnvironment", "essScalingGroup")
