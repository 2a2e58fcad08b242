"""UpdatePolicy for Pulumi: the public names. Importing this loads no cloud SDK, and Pulumi's only on first use."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pulumi_rolling.resource.args import (
        AutoScalingGroup,
        BeforeTerminate,
        Canary,
        Checkpoints,
        Command,
        Http,
        InstanceRefresh,
        LaunchTemplate,
        Readiness,
        RollingUpdate,
        UpdatePolicy,
    )
    from pulumi_rolling.resource.rolling_group import RollingGroup

__version__ = "0.1.0"

_WHERE = {
    "AutoScalingGroup": "pulumi_rolling.resource.args",
    "BeforeTerminate": "pulumi_rolling.resource.args",
    "Canary": "pulumi_rolling.resource.args",
    "Checkpoints": "pulumi_rolling.resource.args",
    "Command": "pulumi_rolling.resource.args",
    "Http": "pulumi_rolling.resource.args",
    "InstanceRefresh": "pulumi_rolling.resource.args",
    "LaunchTemplate": "pulumi_rolling.resource.args",
    "Readiness": "pulumi_rolling.resource.args",
    "RollingGroup": "pulumi_rolling.resource.rolling_group",
    "RollingUpdate": "pulumi_rolling.resource.args",
    "UpdatePolicy": "pulumi_rolling.resource.args",
}

__all__ = [
    "AutoScalingGroup",
    "BeforeTerminate",
    "Canary",
    "Checkpoints",
    "Command",
    "Http",
    "InstanceRefresh",
    "LaunchTemplate",
    "Readiness",
    "RollingGroup",
    "RollingUpdate",
    "UpdatePolicy",
    "__version__",
]


def __getattr__(name: str) -> Any:
    """A public name, imported when it is used: the command line stands here, too, and must not wait for the SDK."""
    if name in _WHERE:
        return getattr(import_module(_WHERE[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
