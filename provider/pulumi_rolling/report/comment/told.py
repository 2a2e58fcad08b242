"""All that a comment tells of one preview of a stack, as values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from pulumi_rolling.report.comment.group_plan import GroupPlan


@dataclass(frozen=True, slots=True)
class Named:
    """A resource by its URN, and a few words on it."""

    urn: str
    words: str = ""

    @property
    def name(self) -> str:
        return self.urn.rpartition("::")[2] or self.urn


@dataclass(frozen=True, slots=True)
class Lost:
    """What could not come back for one reason."""

    reason: str
    items: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class Told:
    stack: str
    failed: bool = False
    """The preview did not come to its end."""
    groups: tuple[GroupPlan, ...] = ()
    changes: tuple[Named, ...] = ()
    """Each resource that changes, with the engine's word for the operation."""
    policies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By the resource's URN what changes in its policy."""
    faults: tuple[Named, ...] = ()
    lost: tuple[Lost, ...] | None = None
    """None where nobody could tell what would not come back."""
    first: bool = False
    """Nothing is deployed yet, so that there is nothing to return to."""

    def apart(self) -> Told:
        """The same, where groups of one name, of two regions, say, are called with their resources."""
        count = Counter(each.group for each in self.groups)
        called = (
            replace(each, group=f"{each.group} ({each.urn.rpartition('::')[2]})")
            if count[each.group] > 1
            else each
            for each in self.groups
        )
        return replace(self, groups=tuple(called))

    @property
    def rolling(self) -> tuple[GroupPlan, ...]:
        """Groups that replace somebody, those with most risks first, then the largest."""
        return tuple(
            sorted(
                (each for each in self.groups if each.replaces),
                key=lambda each: (-len(each.risks), -each.replaces, each.urn),
            )
        )

    @property
    def resting(self) -> tuple[GroupPlan, ...]:
        return tuple(each for each in self.groups if not each.replaces)
