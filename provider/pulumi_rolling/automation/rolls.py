"""Groups with their policy as an attribute roll in a return as they do in a program."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING

from pulumi_rolling.errors import RollingError
from pulumi_rolling.host.engine_log import EngineLog
from pulumi_rolling.host.hook_call import Called, Given, told
from pulumi_rolling.stack.deployment import UNKNOWN
from pulumi_rolling.stack.hook_call import HookCall

if TYPE_CHECKING:
    from pulumi_rolling.host.hooked_groups import HookedGroups


class Rolls:
    """Answers the hooks of a return. Groups of one provider are polled for together."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._groups: dict[str, HookedGroups] = {}

    def __call__(self, call: HookCall) -> str:
        """Roll the group of the call, or say its plan; the error as one text."""
        called = Called(
            urn=call.urn,
            name=call.name,
            type=call.type,
            old_inputs=call.old_inputs,
            new_inputs=call.new_inputs,
            old_outputs=call.old_outputs,
            new_outputs=call.new_outputs,
        )
        given = Given(call.policy, call.on_failure, option={}, timeouts={}, dry_run=call.dry_run)
        try:
            self._groups_of(call).hear(called, given)
        except RollingError as error:
            return told(call.name, error)
        return ""

    def _groups_of(self, call: HookCall) -> HookedGroups:
        from pulumi_rolling.host.hooked_groups import HookedGroups

        key = json.dumps([call.engine, dict(call.provider)], sort_keys=True)
        with self._lock:
            made = self._groups.get(key)
            if made is None:
                made = HookedGroups(call.provider.get, EngineLog(call.engine), lambda value: value == UNKNOWN)
                self._groups[key] = made
            return made
