"""What the rest asks of a group, whatever its kind: facts, its record's marks, a look during a rollout, and acts.

A fleet decides nothing. It raises the errors of ``pulumi_rolling.errors`` and no other. What a machine needs beyond
this (members that it picks, operations that it follows) stands in a file of that machine's name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from pulumi_rolling.core.model.member import Revision
from pulumi_rolling.errors import Fault

T = TypeVar("T")
R = TypeVar("R", contravariant=True)
"""The rollout of a machine."""
S = TypeVar("S", covariant=True)
"""What its look at the group brings."""
A = TypeVar("A", contravariant=True)
"""Its acts."""

Retry = Callable[[Callable[[], T]], T]
"""Runs one cloud call, again where a TemporaryFleetError says so, until the caller's deadline."""


def any_text(text: str) -> bool:
    """The cloud takes whatever fits."""
    return True


@dataclass(frozen=True, slots=True)
class ListedGroup:
    """A group as a list of groups has it."""

    name: str
    members: int
    tags: Mapping[str, str]


SMALL = 8_000
"""Characters of all tags together below which a shelf is small: Auto Scaling has 12 800, ESS 2 560."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """The room that a kind's tags have for the record of a rollout."""

    count: int
    """Tags that a group may have, those of its owner included."""
    characters: int
    """Of one tag's value, at most."""
    allowed: Callable[[str], bool] = any_text
    """Whether the cloud takes a text as a tag's value."""

    @property
    def is_small(self) -> bool:
        """Whether records are written more densely for it, and say less where they would not fit."""
        return self.count * self.characters < SMALL


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The group as found before a rollout, as far as every kind has it."""

    name: str
    id: str
    """The cloud's own name for it, an ARN where there are such."""
    pointer: str
    """The literal from which the group makes new members, e.g. ``lt-0abc:$Latest``."""
    current: Revision | None
    """What the pointer resolves to now; None where that is gone."""
    tags: Mapping[str, str]
    """All tags of the group."""
    refusals: tuple[Fault, ...] = ()
    """What this version does not roll (another operation under way, ...), with its path."""
    counts: Mapping[str, int] = field(default_factory=dict)
    """Members by the label of their revision."""
    notes: tuple[str, ...] = ()
    """What people should know of the group before it is rolled."""
    floating: tuple[str, ...] = ()
    """What they should know of a target that the inputs name by no number."""
    where: str = ""
    """Where the cloud has it, in words: ``us-east-1 of account 123456789012``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """The light look of a diff and of a refresh."""

    target: Revision
    """What the inputs stand for now."""
    current: Revision | None
    """What the pointer resolves to now; None where that is gone."""
    pointer: str
    tags: Mapping[str, str]
    counts: Mapping[Revision, int]
    """Members that do not leave, by their revision."""
    notes: tuple[str, ...] = ()
    """What people should know although nothing is to be done."""


@dataclass(frozen=True, slots=True)
class Sight(Generic[S]):
    """One look at the group during a rollout: the observation, and the ``rolling:`` tags as they are."""

    observation: S
    marks: Mapping[str, str]
    started: float | None = None
    """When what it shows was asked for, by the steady clock. None: when the look began."""
    with_health: Callable[[], S] | None = None
    """The same look, with health behind load balancers asked for now. None: it was, or there is none to ask for."""
    whole: Callable[[], Sight[S]] | None = None
    """Asks for what the look has from an earlier one, its marks among that; nothing but a wait follows before.

    None: all of it is of this moment.
    """


class Group(Protocol):
    """One group, as preview, diff, read and delete need it."""

    @property
    def name(self) -> str: ...

    @property
    def call(self) -> str:
        """What a command has to be told to find it: its name, and options where the environment leads elsewhere."""
        ...

    @property
    def shelf(self) -> Shelf: ...

    def facts(self) -> Facts: ...

    def glance(self) -> Glance: ...

    def target(self) -> Revision:
        """What the inputs stand for now; an error that names what does not exist."""
        ...

    def at(self, address: str) -> Revision:
        """The revision of an address that was written down once; ``exists`` says whether it still does."""
        ...

    def contents(self, revision: Revision) -> Mapping[str, Any]:
        """What members of a revision are made from, for people to compare."""
        ...

    def marks(self) -> Mapping[str, str]: ...

    def write_marks(self, marks: Mapping[str, str]) -> None: ...

    def remove_marks(self, keys: list[str]) -> None: ...

    def api_calls(self) -> int: ...

    def give_back(self, record: Any) -> None:
        """Undo what the rollout of a record did to the group itself, and touch no member: the resource is deleted."""
        ...


class Driven(Group, Protocol[R, S, A]):
    """One group, as the loop of a machine needs it."""

    def observe(self, rollout: R) -> Sight[S]:
        """One look, with the answers to whatever the rollout still has to find out."""
        ...

    def apply(self, action: A) -> None:
        """Carry out one act. Done twice it does no more than once."""
        ...

    def key(self, action: A) -> str:
        """How an act is called where it is refused."""
        ...
