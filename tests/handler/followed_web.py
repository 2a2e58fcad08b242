"""Drives of a resource whose group the cloud rolls itself, over the handler in this process."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from threading import Event
from typing import Any

import pytest
from pulumi_rolling.errors import OrphanedError, RolloutError
from pulumi_rolling.handler import Context, RollingGroupHandler

from tests.background import in_background
from tests.fleets.scripted_aws import wait_until

PATIENCE = 30.0


class FollowedWeb:
    """A group with its resource's state; its kind says how it is made and what its failures are."""

    handler: RollingGroupHandler
    context: Context
    state: dict[str, Any]

    @property
    def ends_by(self) -> dict[str, Any]:
        """What every drive is told of its end, in words of Context."""
        return {}

    def faults(self, inputs: dict[str, Any]) -> dict[str, str]:
        """As a preview of an update finds them."""
        _, faults = self.handler.check(self.state, inputs, self.context)
        return {fault.path: fault.message for fault in faults}

    def plan(self, news: dict[str, Any]) -> str:
        """What preview says; empty where there is nothing to do."""
        said: list[str] = []
        self.handler.diff(self.state, news, replace(self.context, dry_run=True, say=said.append))
        return "\n".join(said)

    def up(self, news: dict[str, Any], **context: Any) -> dict[str, Any]:
        self.state = self.handler.update(self.state, news, replace(self.context, **context))
        return self.state

    def begun(self, news: dict[str, Any], **context: Any) -> Future[dict[str, Any]]:
        return in_background(self.up, news, **{**self.ends_by, **context})

    def killed(self, news: dict[str, Any], when: Callable[[], bool]) -> str:
        """The driver dies once that is true; the service goes on alone."""
        dead = Event()
        future = self.begun(news, orphaned=dead.is_set)
        wait_until(when, PATIENCE)
        dead.set()
        with pytest.raises(OrphanedError) as caught:
            future.result(PATIENCE)
        return str(caught.value)

    def fails(self, news: dict[str, Any], error: type[RolloutError], **context: Any) -> str:
        """The sentence of an update that fails and returns the group."""
        return self.failed(self.begun(news, **context), error)

    def failed(self, future: Future[dict[str, Any]], error: type[RolloutError]) -> str:
        """What ``fails`` says of a drive that is under way."""
        raise NotImplementedError
