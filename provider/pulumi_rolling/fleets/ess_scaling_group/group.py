"""One ESS scaling group as every strategy knows it: place, revisions, marks, and what preview and diff ask.

What rolls it is not known here: the replace machine's side is in ``fleet``, the delegate machine's in ``refresh``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pulumi_rolling.cloud_time import steady
from pulumi_rolling.core.model.member import Member, Revision, Sizes
from pulumi_rolling.errors import GroupNotFoundError, PermanentFleetError
from pulumi_rolling.fleets.alibaba.api import AlibabaApi, Answer
from pulumi_rolling.fleets.alibaba.machines import Machines
from pulumi_rolling.fleets.alibaba.place import ESS, Place
from pulumi_rolling.fleets.alibaba.refused import NO_GROUP
from pulumi_rolling.fleets.alibaba.tags import SHELF
from pulumi_rolling.fleets.base import Retry
from pulumi_rolling.fleets.ess_scaling_group import description as described
from pulumi_rolling.fleets.ess_scaling_group.acts import GroupActs
from pulumi_rolling.fleets.ess_scaling_group.description import Listed
from pulumi_rolling.fleets.ess_scaling_group.revisions import Revisions, Wanted
from pulumi_rolling.fleets.ess_scaling_group.sizes import Counted
from pulumi_rolling.fleets.replace import Glance, as_old, counts_of


@dataclass(frozen=True, slots=True)
class Look:
    """The group and its members as they were at ``at``, by the steady clock."""

    group: Answer
    listed: tuple[Listed, ...]
    sizes: Sizes
    at: float


class OneGroup:
    """``shelf``: the tags of the group."""

    shelf = SHELF

    def __init__(
        self,
        group: str,
        *,
        wanted: Wanted,
        place: Place,
        retry: Retry[Any],
        clock: Callable[[], float] = steady,
    ) -> None:
        """Nothing is called yet."""
        self.name = group
        self._wanted = wanted
        self._api = AlibabaApi(place, retry, region_path=f"{described.PATH}.region")
        self._clock = clock
        self._sizes = Counted()
        self._revisions = Revisions(group, self._api)
        self._machines = Machines(self._api)
        self._acts = GroupActs(group, self._api, self._sizes, self._member_now)
        self._edited: Mapping[str, str] = {}
        """As of the last facts or glance: members launched during a rollout are made as their configuration is."""

    @property
    def place(self) -> Place:
        return self._api.place

    @property
    def call(self) -> str:
        return self.place.call(self.name)

    def api_calls(self) -> int:
        return self._api.count()

    def glance(self) -> Glance:
        """The light look of a diff."""
        look = self._look()
        pointer = described.pointer(look.group)
        self._revisions.renew()
        self._revisions.learn(one.address for one in look.listed)
        self._compare_images(look.listed)
        target = self.target()
        members = as_old(tuple(self._members(look.listed)), self._edited, target)
        return Glance(
            target=target,
            current=self._revisions.current(pointer),
            pointer=pointer,
            tags=described.tags(look.group),
            counts=counts_of(members),
            members=members,
        )

    def target(self) -> Revision:
        return self._revisions.target(self._wanted)

    def at(self, address: str) -> Revision:
        return self._revisions.at(address)

    def contents(self, revision: Revision) -> Answer:
        return self._revisions.contents(revision)

    def marks(self) -> Mapping[str, str]:
        return described.marks(self._group())

    def write_marks(self, marks: Mapping[str, str]) -> None:
        if marks:
            self._acts.write_tags(marks)

    def remove_marks(self, keys: list[str]) -> None:
        if keys:
            self._acts.remove_tags(keys)

    def _look(self) -> Look:
        at = self._clock()
        group = self._group()
        return self._framed(group, self._list(), at)

    def _framed(self, group: Answer, listed: tuple[Listed, ...], at: float) -> Look:
        return Look(group, listed, self._sizes.read(group, listed), at)

    def _list(self) -> tuple[Listed, ...]:
        pages = self._api.pages(
            ESS,
            "DescribeScalingInstances",
            "ScalingInstances",
            ScalingGroupId=self.name,
            PageSize=100,
        )
        return tuple(described.listed(each for page in pages for each in page))

    def _group(self) -> Answer:
        answer = self._api.call(ESS, "DescribeScalingGroups", ScalingGroupIds=[self.name])
        for group in answer["ScalingGroups"]:
            if group["ScalingGroupId"] == self.name:
                found: Answer = group
                return found
        raise GroupNotFoundError(
            f"There is no ESS scaling group {self.name} in {self._api.place}.",
            operation="DescribeScalingGroups",
            hint=NO_GROUP,
        )

    def _member_now(self, member: str) -> Listed | None:
        answer = self._api.attempt(
            ESS, "DescribeScalingInstances", ScalingGroupId=self.name, InstanceIds=[member], PageSize=10
        )
        return next((one for one in described.listed(answer["ScalingInstances"]) if one.id == member), None)

    def _members(self, listed: Iterable[Listed]) -> Iterable[Member]:
        for one in listed:
            yield Member(
                id=one.id,
                revision=self._revisions.of(one),
                lifecycle=one.lifecycle,
                healthy=one.healthy,
                zone=one.zone,
                launched_at=one.launched_at,
                protected=one.protected,
            )

    def _compare_images(self, listed: tuple[Listed, ...]) -> tuple[str, ...]:
        """Find members made before their scaling configuration was edited; a note where ECS does not tell."""
        asked = [one.id for one in listed if self._revisions.image(one.address)]
        unseen = [ident for ident in asked if self._machines.image(ident) is None]
        try:
            if unseen:
                self._machines.look(unseen)
        except PermanentFleetError as error:
            return (f"whether the scaling configuration was edited in place is not known: {error}",)
        images = {ident: image for ident in asked if (image := self._machines.image(ident))}
        self._edited = self._revisions.edited(listed, images)
        return ()
