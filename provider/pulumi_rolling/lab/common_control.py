"""What a user of any lab does beside the cloud's API: describe images, order faults, read the calls."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Protocol

from pulumi_rolling.lab.faults import Calls, Faults, fault_from
from pulumi_rolling.lab.world.behaviour import Behaviours, behaviour_from


class HasBehaviours(Protocol):
    behaviours: Behaviours


class Controlled(Protocol):
    """A lab's state as far as every lab has the same."""

    faults: Faults
    calls: Calls

    def cloud(self) -> AbstractContextManager[HasBehaviours]: ...

    def reset(self, seed: int) -> None: ...


class CommonControl:
    """The methods that every lab has; keywords are spelled as in the JSON of the HTTP interface."""

    def __init__(self, state: Callable[[], Controlled]) -> None:
        """`state` gives the lab's state, waiting for it if it is not there yet."""
        self._common = state

    @property
    def _state(self) -> Controlled:
        return self._common()

    def image(self, image: str, **behaviour: Any) -> dict[str, Any]:
        """Say how instances launched from an image behave from now on."""
        described = behaviour_from(behaviour)
        with self._state.cloud() as cloud:
            cloud.behaviours.describe(image, described)
        return described.as_json()

    def images(self) -> dict[str, Any]:
        with self._state.cloud() as cloud:
            return {image: behaviour.as_json() for image, behaviour in cloud.behaviours.by_image.items()}

    def fault(self, action: str = "*", **fault: Any) -> dict[str, Any]:
        """Order a fault for an action, or for all (`*`)."""
        described = fault_from(fault)
        with self._state.cloud():
            self._state.faults.by_action[action] = described
        return described.as_json()

    def clear_fault(self, action: str | None = None) -> None:
        """Take back the fault of an action, or all faults."""
        with self._state.cloud():
            if action is None:
                self._state.faults.by_action.clear()
            else:
                self._state.faults.by_action.pop(action, None)

    def faults(self) -> dict[str, Any]:
        with self._state.cloud():
            return {action: fault.as_json() for action, fault in self._state.faults.by_action.items()}

    def calls(self, log: bool = False) -> dict[str, Any]:
        with self._state.cloud():
            return self._state.calls.as_json(log)

    def clear_calls(self) -> None:
        with self._state.cloud():
            self._state.calls.log.clear()

    def reset(self, seed: int = 1) -> None:
        """An empty cloud: groups, images, counts and faults gone, time at zero."""
        self._state.reset(seed)
