"""A stack's way back: `pulumi up`, and where it fails the stack returns to its last good deployment.

This package knows the `pulumi` command, its state and its engine's monitor; it knows no cloud and no group. `up` is for
programs that drive Pulumi by its Automation API.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pulumi_rolling.stack.automation import UpdateFailedError, up

__all__ = ["UpdateFailedError", "up"]


def __getattr__(name: str) -> Any:
    """Pulumi's SDK takes a while to load, so it is loaded when somebody asks for what needs it."""
    if name not in __all__:
        raise AttributeError(name)
    from pulumi_rolling.stack import automation

    return getattr(automation, name)
