"""Faults of the API on order, and a count of every call."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

DROP = "drop"
LOST = "lost"
EVERY = "*"
STATUS = {
    "InternalError": 500,
    "InternalFailure": 500,
    "ServiceUnavailable": 503,
    "Unavailable": 503,
    "ResourceContention": 500,
}
TEXTS = {"Throttling": "Rate exceeded", "RequestLimitExceeded": "Request limit exceeded."}


class WrongFault(ValueError):
    """A fault was described with a field or a value that does not exist."""


@dataclass(slots=True)
class Fault:
    """`rate` and `times` are about the error; latency and staleness hold for every call of the action."""

    error: str | None = None
    rate: float = 1.0
    times: int | None = None
    latency: float = 0.0
    stale: float = 0.0

    def as_json(self) -> dict[str, Any]:
        return {
            "error": self.error,
            "rate": self.rate,
            "times": self.times,
            "latency": self.latency,
            "stale": self.stale,
        }


def fault_from(body: Mapping[str, Any]) -> Fault:
    known = Fault().as_json()
    for name, value in body.items():
        if name not in known:
            raise WrongFault(f"no such field: {name}; there are {', '.join(known)}")
        number = isinstance(value, int | float) and not isinstance(value, bool) and value >= 0
        if name == "error" and not (value is None or isinstance(value, str)):
            raise WrongFault("error must be a code, drop, lost or null")
        if name in ("rate", "latency", "stale") and not number:
            raise WrongFault(f"{name} must be a number of at least 0")
        if name == "times" and not (value is None or (number and isinstance(value, int))):
            raise WrongFault("times must be a whole number or null")
    return Fault(**body)


class Faults:
    """Faults by action; the fault of an action stands instead of the one for every action (`*`)."""

    def __init__(self, seed: int) -> None:
        self._random = Random(f"{seed}/faults")
        self.by_action: dict[str, Fault] = {}

    def of(self, action: str) -> Fault:
        return self.by_action.get(action) or self.by_action.get(EVERY) or Fault()

    def strikes(self, fault: Fault) -> bool:
        """This call gets the error."""
        if fault.error is None or fault.times == 0 or self._random.random() >= fault.rate:
            return False
        if fault.times is not None:
            fault.times -= 1
        return True


class Calls:
    """Every call of the cloud's API, also those that a fault answered."""

    def __init__(self) -> None:
        self.log: list[dict[str, Any]] = []

    def note(self, at: float, service: str, action: str, group: str | None) -> None:
        self.log.append({"at": round(at, 6), "service": service, "action": action, "group": group})

    def as_json(self, with_log: bool = False) -> dict[str, Any]:
        actions = Counter(entry["action"] for entry in self.log)
        answer: dict[str, Any] = {"total": len(self.log), "actions": dict(sorted(actions.items()))}
        return answer | ({"log": list(self.log)} if with_log else {})
