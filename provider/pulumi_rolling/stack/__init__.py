"""A stack's way back: `pulumi up`, and where it fails the stack returns to its last good deployment.

This package knows the `pulumi` command, its state and its engine's monitor; it knows no cloud and no group. `up` is for
programs that drive Pulumi by its Automation API; it stands in `automation`, which knows groups as well.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_FOR_PROGRAMS = frozenset({"UpdateFailedError", "up"})


def __getattr__(name: str) -> Any:
    """The names of `automation` under the address that programs know them by."""
    if name not in _FOR_PROGRAMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("pulumi_rolling.automation.deploying"), name)
