"""The arguments of RollingGroup in Python. Any value may be an output; what is not given is not sent.

They judge nothing: the same checks hold for every language, and stand in ``policy``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import pulumi

from pulumi_rolling.policy.spelling import camel


@dataclass(frozen=True, kw_only=True)
class Block:
    """Arguments that become one mapping with camelCase keys."""

    def properties(self) -> dict[str, Any]:
        """Arguments that are given, nested blocks included."""
        given = {camel(f.name): getattr(self, f.name) for f in fields(self)}
        return {key: properties_of(value) for key, value in given.items() if value is not None}


def properties_of(value: Any) -> Any:
    """A block, or each of a list, as its properties; a pasted block, an output or a plain value as it is."""
    if isinstance(value, list | tuple):
        return [properties_of(each) for each in value]
    return value.properties() if isinstance(value, Block) else value


@dataclass(frozen=True, kw_only=True)
class LaunchTemplate(Block):
    """The revision wanted: a template by ``id`` or ``name``; ``version`` a number, ``$Latest`` or ``$Default``."""

    id: pulumi.Input[str] | None = None
    name: pulumi.Input[str] | None = None
    version: pulumi.Input[str | int] | None = None


@dataclass(frozen=True, kw_only=True)
class AutoScalingGroup(Block):
    """The EC2 Auto Scaling group to roll. Region and endpoint default to what the AWS SDK finds.

    Exactly one of ``launch_template`` and ``launch_configuration`` (a name).
    """

    name: pulumi.Input[str]
    launch_template: pulumi.Input[LaunchTemplate] | LaunchTemplate | None = None
    launch_configuration: pulumi.Input[str] | None = None
    region: pulumi.Input[str] | None = None
    endpoint: pulumi.Input[str] | None = None


@dataclass(frozen=True, kw_only=True)
class EcsService(Block):
    """The ECS service to roll, and the task definition wanted: ``family:revision``, ARN, or family.

    Cluster and service are names or ARNs; without a cluster it is ``default``.
    """

    service: pulumi.Input[str]
    task_definition: pulumi.Input[str]
    cluster: pulumi.Input[str] | None = None
    region: pulumi.Input[str] | None = None
    endpoint: pulumi.Input[str] | None = None


@dataclass(frozen=True, kw_only=True)
class EssLaunchTemplate(Block):
    """The revision wanted of a group that is made from a launch template: its id, and the number of a version."""

    id: pulumi.Input[str]
    version: pulumi.Input[str | int]


@dataclass(frozen=True, kw_only=True)
class EssScalingGroup(Block):
    """The ESS scaling group of Alibaba Cloud to roll, by its id. Needs ``pip install 'pulumi-rolling[alibaba]'``.

    Exactly one of ``scaling_configuration`` (an id) and ``launch_template``. Keys default to ``ALICLOUD_*``, then to
    Alibaba's own chain of credentials.
    """

    id: pulumi.Input[str]
    scaling_configuration: pulumi.Input[str] | None = None
    launch_template: pulumi.Input[EssLaunchTemplate] | EssLaunchTemplate | None = None
    region: pulumi.Input[str] | None = None
    endpoint: pulumi.Input[str] | None = None
    access_key: pulumi.Input[str] | None = None
    secret_key: pulumi.Input[str] | None = None
    security_token: pulumi.Input[str] | None = None


@dataclass(frozen=True, kw_only=True)
class Canary(Block):
    """Instances replaced before all others: a count or a percent of Desired, and for how long they are watched."""

    size: pulumi.Input[int | str]
    soak: pulumi.Input[str] | None = None


@dataclass(frozen=True, kw_only=True)
class Command(Block):
    """A line for /bin/sh where ``pulumi up`` runs, tried for each new instance until it exits with 0."""

    run: pulumi.Input[str]
    timeout: pulumi.Input[str] | None = None
    interval: pulumi.Input[str] | None = None


@dataclass(frozen=True, kw_only=True)
class Http(Block):
    """A URL asked from where ``pulumi up`` runs, for each new instance, until it answers from 200 to 399."""

    url: pulumi.Input[str]
    timeout: pulumi.Input[str] | None = None
    interval: pulumi.Input[str] | None = None


@dataclass(frozen=True, kw_only=True)
class BeforeTerminate(Block):
    """A line for /bin/sh where ``pulumi up`` runs, before each instance in service that is replaced."""

    run: pulumi.Input[str]
    timeout: pulumi.Input[str] | None = None


@dataclass(frozen=True, kw_only=True)
class Readiness(Block):
    """What makes a new instance ready, beyond being in service and its signal."""

    target_health: pulumi.Input[bool] | None = None
    status_checks: pulumi.Input[bool] | None = None
    warm_up: pulumi.Input[str] | None = None
    timeout: pulumi.Input[str] | None = None
    signal_queue: pulumi.Input[str] | None = None
    command: pulumi.Input[Command | str] | None = None
    http: pulumi.Input[Http | str] | None = None


@dataclass(frozen=True, kw_only=True)
class Checkpoints(Block):
    """Percents of the instances to replace at which new starts stop, and for how long."""

    percents: pulumi.Input[Sequence[pulumi.Input[float]]]
    delay: pulumi.Input[str] | None = None


@dataclass(frozen=True, kw_only=True)
class RollingUpdate(Block):
    """CloudFormation's AutoScalingRollingUpdate (the first seven), and our additions. See docs/policy.md.

    A canary may be its size alone, checkpoints their percents alone.
    """

    max_batch_size: pulumi.Input[int | str] | None = None
    min_instances_in_service: pulumi.Input[int | str] | None = None
    min_successful_instances_percent: pulumi.Input[float] | None = None
    min_active_instances_percent: pulumi.Input[float] | None = None
    pause_time: pulumi.Input[str] | None = None
    suspend_processes: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None
    wait_on_resource_signals: pulumi.Input[bool] | None = None
    pacing: pulumi.Input[str] | None = None
    timeout: pulumi.Input[str] | None = None
    guard: pulumi.Input[str] | None = None
    canary: pulumi.Input[Canary | int | str] | None = None
    slow_start: pulumi.Input[bool] | None = None
    readiness: pulumi.Input[Readiness] | None = None
    alarms: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None
    bake_time: pulumi.Input[str] | None = None
    checkpoints: pulumi.Input[Checkpoints | Sequence[float]] | None = None
    approval: pulumi.Input[bool] | None = None
    zone_order: pulumi.Input[str] | None = None
    standby_instances: pulumi.Input[str] | None = None
    scale_in_protected_instances: pulumi.Input[str] | None = None
    warm_pool_instances: pulumi.Input[str] | None = None
    before_terminate: pulumi.Input[BeforeTerminate | str] | None = None
    drain: pulumi.Input[bool] | None = None
    drain_timeout: pulumi.Input[str] | None = None
    keep_failed: pulumi.Input[int] | None = None


@dataclass(frozen=True, kw_only=True)
class InstanceRefresh(Block):
    """Preferences of an instance refresh, and our additions.

    See docs/instance-refresh.md for EC2 Auto Scaling, and docs/alibaba.md for ESS, which refuses some of them. Times
    are whole seconds or ISO 8601 durations.
    """

    strategy: pulumi.Input[str] | None = None
    min_healthy_percentage: pulumi.Input[int] | None = None
    max_healthy_percentage: pulumi.Input[int] | None = None
    instance_warmup: pulumi.Input[int | str] | None = None
    checkpoint_percentages: pulumi.Input[Sequence[pulumi.Input[int]]] | None = None
    checkpoint_delay: pulumi.Input[int | str] | None = None
    approval: pulumi.Input[bool] | None = None
    auto_rollback: pulumi.Input[bool] | None = None
    bake_time: pulumi.Input[int | str] | None = None
    alarms: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None
    skip_matching: pulumi.Input[bool] | None = None
    scale_in_protected_instances: pulumi.Input[str] | None = None
    standby_instances: pulumi.Input[str] | None = None
    timeout: pulumi.Input[str] | None = None
    defaults: pulumi.Input[str] | None = None
    allow_container_refresh: pulumi.Input[bool] | None = None


@dataclass(frozen=True, kw_only=True)
class ThresholdConfiguration(Block):
    """After how many failures the breaker acts: ``COUNT``, ``BOUNDED_PERCENT`` or ``UNBOUNDED_PERCENT``."""

    type: pulumi.Input[str]
    value: pulumi.Input[int]


@dataclass(frozen=True, kw_only=True)
class DeploymentCircuitBreaker(Block):
    """ECS's own verdict that a deployment cannot succeed."""

    enable: pulumi.Input[bool] | None = None
    rollback: pulumi.Input[bool] | None = None
    reset_on_healthy_task: pulumi.Input[bool] | None = None
    threshold_configuration: pulumi.Input[ThresholdConfiguration] | ThresholdConfiguration | None = None


@dataclass(frozen=True, kw_only=True)
class DeploymentAlarms(Block):
    """CloudWatch alarms of which one in ALARM fails the deployment."""

    alarm_names: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None
    enable: pulumi.Input[bool] | None = None
    rollback: pulumi.Input[bool] | None = None


@dataclass(frozen=True, kw_only=True)
class HookTimeoutConfiguration(Block):
    """How long a hook is waited for (minutes), and what happens then: ``ROLLBACK`` or ``CONTINUE``."""

    timeout_in_minutes: pulumi.Input[int | str] | None = None
    action: pulumi.Input[str] | None = None


@dataclass(frozen=True, kw_only=True)
class DeploymentLifecycleHook(Block):
    """A function that is called (``AWS_LAMBDA``), or a pause (``PAUSE``), at stages of the deployment."""

    lifecycle_stages: pulumi.Input[Sequence[pulumi.Input[str]]]
    target_type: pulumi.Input[str] | None = None
    hook_target_arn: pulumi.Input[str] | None = None
    role_arn: pulumi.Input[str] | None = None
    hook_details: pulumi.Input[Any] | None = None
    timeout_configuration: pulumi.Input[HookTimeoutConfiguration] | HookTimeoutConfiguration | None = None


@dataclass(frozen=True, kw_only=True)
class LinearConfiguration(Block):
    """Traffic that moves in equal steps: percent of each, and minutes between them."""

    step_percent: pulumi.Input[float] | None = None
    step_bake_time_in_minutes: pulumi.Input[int | str] | None = None


@dataclass(frozen=True, kw_only=True)
class CanaryConfiguration(Block):
    """Traffic of which a part moves first: its percent, and minutes until the rest follows."""

    canary_percent: pulumi.Input[float] | None = None
    canary_bake_time_in_minutes: pulumi.Input[int | str] | None = None


@dataclass(frozen=True, kw_only=True)
class EarlySuccessCriteria(Block):
    """A share of healthy tasks at which a rolling deployment is called successful."""

    enable: pulumi.Input[bool] | None = None
    healthy_percent: pulumi.Input[int] | None = None
    source_service_revision_cleanup: pulumi.Input[str] | None = None


@dataclass(frozen=True, kw_only=True)
class EcsDeployment(Block):
    """An ECS service's deployment configuration, and our additions. See docs/ecs.md.

    What is not given is as the service has it. Alarms may be their names alone.
    """

    minimum_healthy_percent: pulumi.Input[int] | None = None
    maximum_percent: pulumi.Input[int] | None = None
    circuit_breaker: pulumi.Input[DeploymentCircuitBreaker] | DeploymentCircuitBreaker | None = None
    alarms: pulumi.Input[DeploymentAlarms | Sequence[str]] | DeploymentAlarms | None = None
    strategy: pulumi.Input[str] | None = None
    bake_time_in_minutes: pulumi.Input[int | str] | None = None
    lifecycle_hooks: Sequence[DeploymentLifecycleHook] | pulumi.Input[Sequence[Any]] | None = None
    linear_configuration: pulumi.Input[LinearConfiguration] | LinearConfiguration | None = None
    canary_configuration: pulumi.Input[CanaryConfiguration] | CanaryConfiguration | None = None
    early_success_criteria: pulumi.Input[EarlySuccessCriteria] | EarlySuccessCriteria | None = None
    force_new_deployment: pulumi.Input[bool] | None = None
    timeout: pulumi.Input[str] | None = None


@dataclass(frozen=True, kw_only=True)
class UpdatePolicy(Block):
    """The policy: exactly one strategy. A CloudFormation block, as it is, may stand in its place."""

    rolling_update: pulumi.Input[RollingUpdate] | RollingUpdate | None = None
    instance_refresh: pulumi.Input[InstanceRefresh] | InstanceRefresh | None = None
    ecs_deployment: pulumi.Input[EcsDeployment] | EcsDeployment | None = None
