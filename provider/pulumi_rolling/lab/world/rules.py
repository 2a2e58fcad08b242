"""Rules that a user of the lab sets by name: times in seconds, and switches.

This module reads and checks them, and refuses to know what a rule leads to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any


class WrongRule(ValueError):
    """A rule was set that does not exist, or to a value that it cannot have."""


@dataclass(slots=True)
class Rules:
    """A kind of thing's rules are fields of a class made from this one."""

    def as_json(self) -> dict[str, Any]:
        return {camel(name): value for name, value in asdict(self).items()}

    def set(self, body: Mapping[str, Any]) -> None:
        """What is not named stays; what is wrong changes nothing."""
        known = {camel(field.name): field.name for field in fields(self)}
        for name, value in body.items():
            if name not in known:
                raise WrongRule(f"no such rule: {name}; there are {', '.join(known)}")
            flag = isinstance(getattr(self, known[name]), bool)
            if flag and not isinstance(value, bool):
                raise WrongRule(f"{name} must be true or false")
            number = isinstance(value, int | float) and not isinstance(value, bool)
            if not flag and not (number and value >= 0):
                raise WrongRule(f"{name} must be a number of at least 0")
        for name, value in body.items():
            setattr(self, known[name], value)


def camel(name: str) -> str:
    """A field's name as JSON spells it."""
    head, *rest = name.split("_")
    return head + "".join(part.title() for part in rest)
