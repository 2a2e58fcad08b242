"""A call of one of our hooks in a return, and who answers it. Loads nothing of Pulumi's SDK."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class HookCall:
    """`policy` and `on_failure` are those of the deployment returned to, `provider` the inputs of the group's provider.

    What the call's moment does not have is None. A value that preview does not know is the engine's own text for it.
    """

    urn: str
    name: str
    type: str
    old_inputs: Mapping[str, Any] | None
    new_inputs: Mapping[str, Any] | None
    old_outputs: Mapping[str, Any] | None
    new_outputs: Mapping[str, Any] | None
    policy: Any
    on_failure: Any
    provider: Mapping[str, Any]
    engine: str
    dry_run: bool


Rolls = Callable[[HookCall], str]
"""Does what a hook is called for; answers the error, empty where there is none."""
