"""Signals by launch lifecycle hook: the exact analogue of cfn-signal.

An instance is held in ``Pending:Wait`` until every launch hook is completed. In service therefore means that
each was answered CONTINUE. ABANDON, or the heartbeat of a hook whose default is ABANDON, makes the member
leave, which the core judges as a failure; no verdict is needed for that here.
"""

from __future__ import annotations

from typing import Protocol

from pulumi_rolling.core.model.member import Lifecycle, Signal


class Hooked(Protocol):
    """A member as far as a hook tells about it."""

    @property
    def lifecycle(self) -> Lifecycle: ...


class HookSignals:
    needs_tags: bool = False

    def read(self, member: Hooked) -> Signal | None:
        return Signal.SUCCESS if member.lifecycle is Lifecycle.IN_SERVICE else None
