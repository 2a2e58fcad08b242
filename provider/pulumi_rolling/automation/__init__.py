"""A stack's way back joined with what rolls its groups; `up` is for programs that use Pulumi's Automation API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pulumi_rolling.automation.up import UpdateFailedError, up

__all__ = ["UpdateFailedError", "up"]


def __getattr__(name: str) -> Any:
    """Pulumi's SDK takes a while to load, so it is loaded when somebody asks for what needs it."""
    if name not in __all__:
        raise AttributeError(name)
    from pulumi_rolling.automation import up as module

    return getattr(module, name)
