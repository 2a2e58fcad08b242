"""The provider's configuration, and the end of the run, which ends waits early. Clients are each cloud's own."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from typing import Any

from standin.wire import Properties


@dataclass
class Cloud:
    configuration: Properties = field(default_factory=dict)
    ending: threading.Event = field(default_factory=threading.Event)
    """Set when the engine cancels: waits end early."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def configure(self, arguments: Properties) -> None:
        """Nested values of a provider's configuration arrive as JSON text. A run that was cancelled is over."""
        given = {name: _parsed(value) for name, value in arguments.items()}
        with self.lock:
            if given != self.configuration:
                self.configuration = given
                self.forget()
            self.ending.clear()

    def forget(self) -> None:
        """Drop clients of another configuration. The lock is held."""


def _parsed(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in ("[", "{", '"'):
        return json.loads(value)
    return value
