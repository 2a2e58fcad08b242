"""What a return asks of the engine: one registration for each resource that shall be there afterwards.

This module holds the values alone; `replay` makes them and the language runtime hands them over.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from pulumi_rolling.stack.deployment import Entry


class Why(Enum):
    """Why a resource does not return in whole; the value is the sentence."""

    PROTECTED = "the failed update made it protected, and nothing here takes protection away"
    ASSET = "the contents of an asset are recorded by hash alone, and the files of today are others"
    UNCERTAIN = (
        "an input holds the id of a resource that was made again, in a form that cannot be rebound safely"
    )
    POLICY = "its policy says onFailure: leave"
    HOOKS = "its resource hooks are functions of the program and do not run in a return"
    DELETE_HOOKS = "the failed update made it with a delete hook, which only the program can run"
    IMPORTED = "the failed update imported it; it leaves the state and stays in the cloud"
    RETAINED = "the failed update made it with retainOnDelete; it leaves the state and stays in the cloud"
    GONE = "it was deleted since; it is made again, empty, under a new id"
    CUT_OFF = "an operation on it was cut off and state does not know how it ended: pulumi refresh, then look"
    PARENT = "something that stays needs it"


@dataclass(frozen=True)
class Left:
    """One thing to be named. `returned`: the resource itself is as before, and this is to be known beside it."""

    urn: str
    why: Why
    detail: str = ""

    @property
    def sentence(self) -> str:
        return f"{self.why.value} ({self.detail})" if self.detail else self.why.value

    @property
    def returned(self) -> bool:
        return self.why in (Why.HOOKS, Why.IMPORTED, Why.RETAINED, Why.GONE)


@dataclass(frozen=True)
class Registration:
    """One resource as it shall be: the inputs and options of `entry`.

    `aliases`: URNs under which the state has the same resource now. `now`: the living entry of today, None where the
    resource is to be made again. `kept`: `entry` is that of today, since the former one cannot be had.
    """

    entry: Entry
    now: Entry | None
    aliases: tuple[str, ...] = ()
    kept: bool = False

    @property
    def made_again(self) -> bool:
        return self.now is None and self.entry.custom


@dataclass(frozen=True)
class Wish:
    """`registrations` in an order in which a need comes before who needs it.

    `forgotten`: URNs of living entries that leave the state and are not deleted. `left`: what must be named.
    """

    registrations: tuple[Registration, ...]
    forgotten: tuple[str, ...]
    left: tuple[Left, ...]
