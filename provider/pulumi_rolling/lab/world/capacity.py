"""How many instances of a type the cloud has room for; a type of which nobody has said anything has no end."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Capacity:
    """Instances by type. What is launched counts until it is terminated."""

    by_type: dict[str, int] = field(default_factory=dict)

    def set(self, instance_type: str, capacity: Any) -> None:
        """None takes the end away. Raises ValueError where it is no number of instances."""
        if capacity is None:
            self.by_type.pop(instance_type, None)
            return
        if not isinstance(capacity, int) or isinstance(capacity, bool) or capacity < 0:
            raise ValueError(f"capacity must be a number of instances or null, not {capacity!r}")
        self.by_type[instance_type] = capacity

    def is_full(self, instance_type: str, running: int) -> bool:
        return instance_type in self.by_type and running >= self.by_type[instance_type]
