"""A stack's way back joined with what rolls its groups; `up` is for programs that use Pulumi's Automation API."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pulumi_rolling.automation.deploying import UpdateFailedError, up

__all__ = ["UpdateFailedError", "up"]


def __getattr__(name: str) -> Any:
    """Pulumi's SDK takes a while to load, so it is loaded when somebody asks for what needs it."""
    if name not in __all__:
        raise AttributeError(name)
    return getattr(import_module("pulumi_rolling.automation.deploying"), name)
