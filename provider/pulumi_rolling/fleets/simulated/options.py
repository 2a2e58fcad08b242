"""What a simulated group is made with: one list, which is also the list of keywords of ``SimulatedFleet``."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Concatenate, ParamSpec, TypeVar

from pulumi_rolling.core.model.member import Revision
from pulumi_rolling.core.model.seen import AlarmState
from pulumi_rolling.fleets.simulated.behaviour import Behaviour

P = ParamSpec("P")
V = TypeVar("V")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The same options with the same seed make the same group, whose chances are the same."""

    desired: int
    max_size: int
    revision: Revision
    """Of the members that are there before, and of the pointer."""
    min_size: int = 0
    behaviours: Mapping[str, Behaviour | Sequence[Behaviour]] | None = None
    """By a revision's digest; several for one revision each have their ``share`` of it."""
    suspended: frozenset[str] = frozenset()
    zones: int = 3
    warm: int = 0
    """Size of the warm pool."""
    targets: bool = False
    """The group has target groups."""
    checks: bool = False
    """EC2's status checks are read."""
    alarms: Mapping[str, AlarmState] | None = None
    weights: Sequence[int] = (1,)
    """Of the launches, by chance; sizes are units then."""
    seed: int = 1
    shutdown: float = 2.0
    """Seconds that a member takes to go."""
    stale: float = 0.0
    """Seconds by which answers are late."""
    throttled: float = 0.0
    """The share of calls that the cloud refuses for now."""
    name: str = "simulated"


def given_as_keywords(
    options: Callable[P, V],
) -> Callable[[Callable[[Any, V], None]], Callable[Concatenate[Any, P], None]]:
    """Lets a class be made with the keywords of its options in place of the options themselves."""

    def keywords(init: Callable[[Any, V], None]) -> Callable[Concatenate[Any, P], None]:
        def made(self: Any, /, *args: P.args, **given: P.kwargs) -> None:
            init(self, options(*args, **given))

        own = inspect.Parameter("self", inspect.Parameter.POSITIONAL_OR_KEYWORD)
        keywords = inspect.signature(options).parameters.values()
        made.__signature__ = inspect.Signature([own, *keywords])  # type: ignore[attr-defined]
        return made

    return keywords
