"""check, diff, create, read, update, delete: one meaning for every face that Pulumi is shown.

The faces come in by this door; all else is imported from its own module. The handler itself is loaded when it is asked
for: a group at rest needs none of it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from pulumi_rolling.handler.context import Context, Defaults, Timeout

if TYPE_CHECKING:
    from pulumi_rolling.handler.verbs import RollingGroupHandler

__all__ = ["Context", "Defaults", "RollingGroupHandler", "Timeout"]


def __getattr__(name: str) -> Any:
    """The handler."""
    if name == "RollingGroupHandler":
        return import_module("pulumi_rolling.handler.verbs").RollingGroupHandler
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
