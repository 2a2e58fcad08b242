"""The outputs of the resource: what its state holds beside the inputs, each with its type.

This is the one list that schema, handler and resource read. It knows names and types, and nothing of how an output
comes about. It loads no third party: users' programs import it.
"""

from collections.abc import Mapping
from typing import Any, NotRequired, TypedDict


class Boots(TypedDict):
    """How long members took until they were ready, as sums."""

    n: int
    logs: float
    squares: float


class LastRollout(TypedDict, total=False):
    """The last rollout that the resource drove."""

    id: str
    startedAt: str
    finishedAt: str
    replaced: int
    failed: int
    relaunchedByCloud: int
    lowestInService: int
    apiCalls: int
    boots: Boots
    skipped: list[str]
    operation: str


class SizesAsFound(TypedDict):
    """Sizes of the group before a rollout that was interrupted, and what it set of them."""

    min: int
    max: int
    desired: int
    minSet: list[int]
    desiredSet: int


class Outputs(TypedDict):
    """All outputs of a resource that was deployed."""

    revision: str
    fixedRevision: NotRequired[str]
    previousRevision: NotRequired[str]
    suspendedAsFound: list[str]
    sizesAsFound: NotRequired[SizesAsFound]
    status: str
    lastRollout: NotRequired[LastRollout]


SIZES_AS_FOUND = "sizesAsFound"
STABLE = "stable"
"""The status of a group all of which is as the last rollout wanted it."""
SKIPPED = "skipped"
"""The status of a group that points at its revision while its members wait to be replaced."""
OUTPUTS = tuple(Outputs.__annotations__)
ALWAYS = tuple(name for name in OUTPUTS if name in Outputs.__required_keys__)
"""Outputs that no state is without."""


def block_in(state: Mapping[str, Any] | None, *keys: str) -> Mapping[str, Any]:
    """The mapping below keys of a state. It is empty where somebody edited the state, and none is there."""
    found: Any = state
    for key in keys:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found if isinstance(found, Mapping) else {}
