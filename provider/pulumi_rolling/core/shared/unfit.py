"""Looks on which nothing is decided, whatever the machine."""

from __future__ import annotations

from typing import Protocol

from pulumi_rolling.core.model.codes import ReasonCode, Step
from pulumi_rolling.core.model.decision import Because


class Look(Protocol):
    """What every machine sees of a group."""

    @property
    def lease_is_ours(self) -> bool: ...

    @property
    def complete(self) -> bool: ...


def unfit(step: Step, seen: Look) -> Because | None:
    """Why the driver only stands by: the rollout is over, it is another's, or something was not seen."""
    if step is Step.DONE:
        return Because(ReasonCode.DONE)
    if not seen.lease_is_ours:
        return Because(ReasonCode.LEASE_LOST)
    return None if seen.complete else Because(ReasonCode.INCOMPLETE)
