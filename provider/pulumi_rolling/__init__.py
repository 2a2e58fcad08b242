"""UpdatePolicy for Pulumi: the public names. Importing this loads no cloud SDK, and Pulumi's only on first use."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from pulumi_rolling.version import VERSION

if TYPE_CHECKING:
    from pulumi_rolling.resource.args import (
        AutoScalingGroup,
        BeforeTerminate,
        Canary,
        CanaryConfiguration,
        Checkpoints,
        Command,
        DeploymentAlarms,
        DeploymentCircuitBreaker,
        DeploymentLifecycleHook,
        EarlySuccessCriteria,
        EcsDeployment,
        EcsService,
        EssLaunchTemplate,
        EssScalingGroup,
        HookTimeoutConfiguration,
        Http,
        InstanceRefresh,
        LaunchTemplate,
        LinearConfiguration,
        Readiness,
        RollingUpdate,
        ThresholdConfiguration,
        UpdatePolicy,
    )
    from pulumi_rolling.resource.attribute.policy import update_policy
    from pulumi_rolling.resource.rolling_group import RollingGroup

__version__ = VERSION

_WHERE = {
    "AutoScalingGroup": "pulumi_rolling.resource.args",
    "BeforeTerminate": "pulumi_rolling.resource.args",
    "Canary": "pulumi_rolling.resource.args",
    "CanaryConfiguration": "pulumi_rolling.resource.args",
    "Checkpoints": "pulumi_rolling.resource.args",
    "Command": "pulumi_rolling.resource.args",
    "Http": "pulumi_rolling.resource.args",
    "DeploymentAlarms": "pulumi_rolling.resource.args",
    "DeploymentCircuitBreaker": "pulumi_rolling.resource.args",
    "DeploymentLifecycleHook": "pulumi_rolling.resource.args",
    "EarlySuccessCriteria": "pulumi_rolling.resource.args",
    "EcsDeployment": "pulumi_rolling.resource.args",
    "EcsService": "pulumi_rolling.resource.args",
    "EssLaunchTemplate": "pulumi_rolling.resource.args",
    "EssScalingGroup": "pulumi_rolling.resource.args",
    "HookTimeoutConfiguration": "pulumi_rolling.resource.args",
    "InstanceRefresh": "pulumi_rolling.resource.args",
    "LaunchTemplate": "pulumi_rolling.resource.args",
    "LinearConfiguration": "pulumi_rolling.resource.args",
    "Readiness": "pulumi_rolling.resource.args",
    "RollingGroup": "pulumi_rolling.resource.rolling_group",
    "RollingUpdate": "pulumi_rolling.resource.args",
    "ThresholdConfiguration": "pulumi_rolling.resource.args",
    "UpdatePolicy": "pulumi_rolling.resource.args",
    "update_policy": "pulumi_rolling.resource.attribute.policy",
}

__all__ = [
    "AutoScalingGroup",
    "BeforeTerminate",
    "Canary",
    "CanaryConfiguration",
    "Checkpoints",
    "Command",
    "DeploymentAlarms",
    "DeploymentCircuitBreaker",
    "DeploymentLifecycleHook",
    "EarlySuccessCriteria",
    "EcsDeployment",
    "EcsService",
    "EssLaunchTemplate",
    "EssScalingGroup",
    "HookTimeoutConfiguration",
    "Http",
    "InstanceRefresh",
    "LaunchTemplate",
    "LinearConfiguration",
    "Readiness",
    "RollingGroup",
    "RollingUpdate",
    "ThresholdConfiguration",
    "UpdatePolicy",
    "__version__",
    "update_policy",
]


def __getattr__(name: str) -> Any:
    """A public name, imported when it is used: the command line stands here, too, and must not wait for the SDK."""
    if name in _WHERE:
        return getattr(import_module(_WHERE[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
