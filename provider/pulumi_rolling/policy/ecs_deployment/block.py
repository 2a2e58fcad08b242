"""The block ``updatePolicy.ecsDeployment``: an ECS service's deployment configuration, in the API's own names.

What is not given is None, and means what the service has. A ``DeploymentConfiguration`` of CloudFormation may be pasted
as it is: it has the same members. What of it is sent stands in ``configuration``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import (
    AfterValidator,
    PlainValidator,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from pulumi_rolling.policy.block import POLICY, Block
from pulumi_rolling.policy.ecs_deployment import leaves
from pulumi_rolling.policy.ecs_deployment.counterparts import ELSEWHERE, MEANT
from pulumi_rolling.policy.ecs_deployment.leaves import (
    DeploymentStrategy,
    HookAction,
    HookTarget,
    RevisionCleanup,
    ThresholdType,
    fold_minutes,
    fold_word,
)
from pulumi_rolling.policy.leaves import (
    Choosable,
    Flag,
    Fold,
    Text,
    alarm,
    fold_number,
    is_not_known_yet,
    known_once,
    one_of,
    whole_roll,
)

Minutes = Annotated[int | None, Fold(fold_minutes), PlainValidator(leaves.bake)]


class ThresholdConfiguration(Block):
    """After how many failures the circuit breaker acts."""

    type: Annotated[
        ThresholdType | None, Fold(fold_word(ThresholdType)), PlainValidator(one_of(ThresholdType))
    ] = None
    value: Annotated[int | None, Fold(fold_number), PlainValidator(leaves.tolerated)] = None


class DeploymentCircuitBreaker(Block):
    """ECS's own verdict that a deployment cannot succeed."""

    enable: Flag = True
    rollback: Choosable = None
    """None: not given, which means as the service has it where its breaker is on, and else as ``onFailure`` says."""
    reset_on_healthy_task: Choosable = None
    threshold_configuration: ThresholdConfiguration | None = None


class DeploymentAlarms(Block):
    """Alarms of which one in ALARM fails the deployment."""

    alarm_names: Annotated[
        tuple[Annotated[str, PlainValidator(alarm)], ...] | None,
        AfterValidator(lambda names: None if names is None else known_once(names)),
    ] = None
    enable: Flag = True
    rollback: Choosable = None
    """None: not given, which means as the service has it where its alarms are on, and else as ``onFailure`` says."""

    form: ClassVar[str] = "a list of names, or a mapping of alarmNames, enable and rollback"


class HookTimeoutConfiguration(Block):
    """How long a hook is waited for, and what happens then."""

    timeout_in_minutes: Annotated[int | None, Fold(fold_minutes), PlainValidator(leaves.hook_timeout)] = None
    action: Annotated[HookAction | None, Fold(fold_word(HookAction)), PlainValidator(one_of(HookAction))] = (
        None
    )


class DeploymentLifecycleHook(Block):
    """A function that is called, or a pause, at stages of the deployment."""

    target_type: Annotated[
        HookTarget | None, Fold(fold_word(HookTarget)), PlainValidator(one_of(HookTarget))
    ] = None
    """None: not given, which means AWS_LAMBDA."""
    hook_target_arn: Text = None
    role_arn: Text = None
    lifecycle_stages: Annotated[
        tuple[Annotated[str, PlainValidator(leaves.stage)], ...],
        Fold(leaves.fold_stages),
        AfterValidator(known_once),
    ] = ()
    hook_details: Annotated[dict[str, Any] | None, PlainValidator(leaves.details)] = None
    timeout_configuration: HookTimeoutConfiguration | None = None


def _unless_unknown(
    value: Any, handler: ValidatorFunctionWrapHandler, info: ValidationInfo
) -> DeploymentLifecycleHook:
    """An empty hook for one that is not known yet."""
    hook: DeploymentLifecycleHook = (
        DeploymentLifecycleHook() if is_not_known_yet(value, info) else handler(value)
    )
    return hook


class LinearConfiguration(Block):
    """Traffic that moves in equal steps."""

    step_percent: Annotated[float | None, Fold(fold_number), PlainValidator(leaves.step_percent)] = None
    step_bake_time_in_minutes: Minutes = None


class CanaryConfiguration(Block):
    """Traffic of which a small part moves first."""

    canary_percent: Annotated[float | None, Fold(fold_number), PlainValidator(leaves.canary_percent)] = None
    canary_bake_time_in_minutes: Minutes = None


class EarlySuccessCriteria(Block):
    """A share of healthy tasks at which a rolling deployment is called successful."""

    enable: Flag = True
    healthy_percent: Annotated[int | None, Fold(fold_number), PlainValidator(leaves.healthy_share)] = None
    source_service_revision_cleanup: Annotated[
        RevisionCleanup | None, Fold(fold_word(RevisionCleanup)), PlainValidator(one_of(RevisionCleanup))
    ] = None


class EcsDeployment(Block):
    """An ECS service's deployment configuration, and what we add."""

    minimum_healthy_percent: Annotated[
        int | None, Fold(fold_number), PlainValidator(leaves.least_healthy)
    ] = None
    maximum_percent: Annotated[int | None, Fold(fold_number), PlainValidator(leaves.most_running)] = None
    circuit_breaker: DeploymentCircuitBreaker | None = None
    alarms: Annotated[DeploymentAlarms | None, Fold(leaves.fold_names)] = None
    strategy: Annotated[
        DeploymentStrategy | None,
        Fold(fold_word(DeploymentStrategy)),
        PlainValidator(one_of(DeploymentStrategy)),
    ] = None
    bake_time_in_minutes: Minutes = None
    lifecycle_hooks: tuple[Annotated[DeploymentLifecycleHook, WrapValidator(_unless_unknown)], ...] | None = (
        None
    )
    """None: not given. An empty list takes the service's hooks away."""
    linear_configuration: LinearConfiguration | None = None
    canary_configuration: CanaryConfiguration | None = None
    early_success_criteria: EarlySuccessCriteria | None = None
    force_new_deployment: Flag = False
    timeout: Annotated[int | None, PlainValidator(whole_roll)] = None
    """Seconds. None: not given, which means ``limits.LONGEST_DEPLOYMENT`` and the waits of the deployment itself."""

    key: ClassVar[str] = "ecsDeployment"
    path: ClassVar[str] = f"{POLICY}.{key}"
    pasted_key: ClassVar[str] = "deploymentConfiguration"
    other_names: ClassVar[Mapping[str, str]] = {"deploymentCircuitBreaker": "circuitBreaker"}
    meant: ClassVar[Mapping[str, str]] = MEANT
    refused: ClassVar[Mapping[str, str]] = ELSEWHERE
