"""What a stand-in knows of one type of resource."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar

from standin.cloud import Cloud
from standin.failures import Failed
from standin.fields import Field
from standin.wire import UNKNOWN, Properties, is_unknown

POLL_SECONDS = 0.5
OfItsCloud = TypeVar("OfItsCloud", bound=Cloud)


@dataclass(frozen=True)
class Change:
    """One update: the state before it, the inputs after it, and what differs."""

    id: str
    olds: Properties
    news: Properties
    names: frozenset[str]


class Kind(ABC, Generic[OfItsCloud]):
    token: ClassVar[str]
    what: ClassVar[str]
    """As errors call it."""
    fields: ClassVar[Mapping[str, Field]]
    outputs: ClassVar[frozenset[str]]
    """What only the cloud gives, beside the fields."""
    name_length: ClassVar[int | None] = 255
    """None: the type has no name of its own to choose."""

    def check(self, news: Properties) -> None:
        """Raises Refused for what the fields alone cannot tell."""
        return

    @abstractmethod
    def create(self, cloud: OfItsCloud, news: Properties) -> tuple[str, Properties]: ...

    @abstractmethod
    def read(self, cloud: OfItsCloud, id: str, state: Properties) -> Properties | None:
        """The state as it is now, or None when there is no such thing. `state` is empty in an import."""

    @abstractmethod
    def update(self, cloud: OfItsCloud, change: Change) -> Properties: ...

    @abstractmethod
    def delete(self, cloud: OfItsCloud, id: str, state: Properties, timeout: float) -> None: ...

    def found(self, cloud: OfItsCloud, id: str, news: Properties) -> Properties:
        """What is read after it was made or altered."""
        found = self.read(cloud, id, news)
        if found is None:
            raise Failed(f"reading {self.what} ({id}): it is gone again")
        return found

    def moved_by(self, names: frozenset[str], news: Properties) -> frozenset[str]:
        """Outputs that a plan shows as unknown when these properties change, whether or not they do change."""
        return frozenset()

    def planned_create(self, news: Properties) -> Properties:
        unknown = dict.fromkeys(self.outputs, UNKNOWN)
        unknown |= {name: UNKNOWN for name, field in self.fields.items() if field.computed}
        return unknown | self.defaults() | news

    def planned_update(self, change: Change) -> Properties:
        dropped = {name for name in change.names if name not in change.news}
        kept = {name: value for name, value in change.olds.items() if name not in dropped}
        return (
            kept
            | self.defaults()
            | change.news
            | dict.fromkeys(self.moved_by(change.names, change.news), UNKNOWN)
        )

    def left_by_failure(self, change: Change) -> Properties:
        """The state after an update that failed: what was planned, true or not; what was unknown stays as it was."""
        return {
            name: change.olds.get(name) if is_unknown(value) else value
            for name, value in self.planned_update(change).items()
        }

    def defaults(self) -> Properties:
        return {name: field.default for name, field in self.fields.items() if field.default is not None}

    def local(self, news: Properties) -> Properties:
        """What only the provider knows, for the outputs."""
        return {
            name: news.get(name, field.default)
            for name, field in self.fields.items()
            if field.local and news.get(name, field.default) is not None
        }


def wait(cloud: Cloud, satisfied: Callable[[], bool], timeout: float) -> bool:
    """Looks until it is satisfied; False when the time is over or the engine cancels."""
    until = time.monotonic() + timeout
    while not satisfied():
        if time.monotonic() >= until or cloud.ending.wait(POLL_SECONDS):
            return False
    return True
