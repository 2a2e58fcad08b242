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

from pulumi_rolling.core.model import OnFailure, Pacing
from pulumi_rolling.policy import leaves
from pulumi_rolling.policy.leaves import Fold
from pulumi_rolling.policy.percent import Percent

PAUSE_WITH_SIGNALS = 300
"""CloudFormation's default PauseTime, PT5M, where it waits for signals; otherwise it does not pause."""

_LATER = "is not available in this version"
_ELSEWHERE = "belongs to another kind of CloudFormation resource, not to an Auto Scaling group; remove it."

Share = Annotated[float | None, Fold(leaves.fold_number), PlainValidator(leaves.percent)]
Flag = Annotated[bool, Fold(leaves.fold_flag), PlainValidator(leaves.flag)]
Text = Annotated[str | None, PlainValidator(leaves.text)]


class Block(BaseModel):
    """A mapping of the inputs. Keys with two leading underscores are Pulumi's own and pass unread."""

    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=to_camel)

    other_names: ClassVar[Mapping[str, str]] = {}
    """CloudFormation's own names (camelCase) of our fields."""
    refused: ClassVar[Mapping[str, str]] = {}
    """Names (camelCase) that are refused, and the sentence to say."""

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

    refused: ClassVar[Mapping[str, str]] = {
        "guard": f"{_LATER}; a smaller maxBatchSize also bounds what a bad build reaches.",
        "readiness": f"{_LATER}; use waitOnResourceSignals with pauseTime, and signal once ready.",
        "canary": f"{_LATER}; a maxBatchSize of 1 also tries one member first.",
        "checkpoints": f"{_LATER}; use pauseTime without signals to pause after each batch.",
        "approval": f"{_LATER}; use pauseTime without signals to pause after each batch.",
        "alarms": f"{_LATER}; have the instance signal FAILURE instead (waitOnResourceSignals).",
        "drain": f"{_LATER}; a termination lifecycle hook drains a member before it goes.",
        "drainTimeout": f"{_LATER}; the timeout of a termination lifecycle hook bounds a drain.",
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
