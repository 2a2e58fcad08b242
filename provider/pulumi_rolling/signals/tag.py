"""Signals by instance tag: the instance sets its own tag ``rolling:signal`` to SUCCESS or FAILURE.

A tag has one value, so a repeated SUCCESS counts once, and a FAILURE written over a SUCCESS wins as in
CloudFormation. Any other value is no signal.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from pulumi_rolling.core.model.member import Signal

SIGNAL_TAG = "rolling:signal"


class Tagged(Protocol):
    """A member as far as its tags tell about it; None where the cloud was not asked for them."""

    @property
    def tags(self) -> Mapping[str, str] | None: ...


class TagSignals:
    needs_tags: bool = True

    def read(self, member: Tagged) -> Signal | None:
        value = (member.tags or {}).get(SIGNAL_TAG, "").strip().upper()
        return Signal(value) if value in Signal.__members__ else None
