"""One EC2 Auto Scaling group as whatever rolls it knows it: its description, its revisions, its marks.

A look costs one DescribeAutoScalingGroups, shared with every other group that rolls here. Who replaces the members, we
or the service, is not known here; the fleets of both stand on this.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pulumi_rolling.cloud_time import steady
from pulumi_rolling.core.model.member import Member, Revision
from pulumi_rolling.fleets.auto_scaling_group import description as described
from pulumi_rolling.fleets.auto_scaling_group.activities import ActivityLog
from pulumi_rolling.fleets.auto_scaling_group.acts import GroupActs
from pulumi_rolling.fleets.auto_scaling_group.description import Listed
from pulumi_rolling.fleets.auto_scaling_group.floating import floating_note_of
from pulumi_rolling.fleets.auto_scaling_group.members import Members
from pulumi_rolling.fleets.auto_scaling_group.overrides import OwnTemplates
from pulumi_rolling.fleets.auto_scaling_group.poll import poll_of
from pulumi_rolling.fleets.auto_scaling_group.revisions import Revisions, unread
from pulumi_rolling.fleets.auto_scaling_group.wanted import (
    Wanted,
    made_from,
    wanted_pointer,
    wanted_template,
)
from pulumi_rolling.fleets.auto_scaling_group.warm_pool import WarmPool
from pulumi_rolling.fleets.aws.api import EC2, Answer, AwsApi
from pulumi_rolling.fleets.aws.launch_configurations import ConfigurationWanted, configurations_of
from pulumi_rolling.fleets.aws.launch_templates import LATEST, address, parts, templates_of
from pulumi_rolling.fleets.aws.machines import Machines
from pulumi_rolling.fleets.aws.place import Place
from pulumi_rolling.fleets.aws.shared_poll import Look
from pulumi_rolling.fleets.aws.tags import SHELF
from pulumi_rolling.fleets.base import Retry
from pulumi_rolling.fleets.replace import Glance, counts_of

FRESH = 1.0


class OneGroup:
    """What preview, diff, read and delete need, but for the facts."""

    shelf = SHELF

    def __init__(
        self,
        name: str,
        *,
        wanted: Wanted,
        place: Place,
        retry: Retry[Any],
        clock: Callable[[], float] = steady,
    ) -> None:
        """Nothing is called yet; the name is registered, so that one request may serve several groups."""
        self.name = name
        self._wanted = wanted
        self._api = AwsApi(place, retry, region_path=f"{described.PATH}.region")
        self._clock = clock
        self._poll = poll_of(place)
        self._templates = templates_of(place)
        self._revisions = Revisions(self._api, self._templates, configurations_of(place))
        self._own_templates = OwnTemplates(self._api, self._templates)
        self._warm = WarmPool(name, self._api, clock)
        self._machines = Machines()
        self._members = Members(self._api, self._revisions, self._own_templates, self._machines)
        self._activities = ActivityLog(name)
        self._acts = GroupActs(name, self._api, self._as_it_is, clock, lambda: self._plain)
        self._looked_at = self._marks_at = 0.0
        self._plain = False
        """The last look showed a pointer that is no mixed instances policy."""
        self._poll.register(name)

    @property
    def place(self) -> Place:
        return self._api.place

    @property
    def call(self) -> str:
        return self.place.call(self.name)

    def ends(self, machines: Sequence[str]) -> str:
        """The command that ends machines which are no members any more."""
        region = f" --region {self.place.region}" if "--region" in self.place.options else ""
        return f"aws ec2 terminate-instances --instance-ids {' '.join(machines)}{region}"

    def console(self, machine: str) -> str:
        """All that EC2 kept of what the machine wrote to its console; up to an hour after its end."""
        answer = self._api.call(EC2, "GetConsoleOutput", InstanceId=machine)
        return str(answer.get("Output") or "")

    def api_calls(self) -> int:
        return self._api.count()

    def glance(self, fixed: str | None = None) -> Glance:
        """The light look of a diff: a describe shared by many, and at most one read of template versions.

        ``fixed``: a revision whose contents were read once and name all for good. They need no look-up where pointer,
        target and every member carry its number (docs/decisions/0007).
        """
        look = self._api.under_retry(lambda: self._poll.glance(self.name, self._not_before(), self._api))
        group = look.description
        pointer = described.pointer(group)
        wanted = self._wanted_pointer(group)
        listed = tuple(described.listed(group))
        warm = self._warm.all_now(group) if self._wants_warm_pool() else ()
        if fixed and {fixed} == {pointer, wanted, *map(made_from, (*listed, *warm))}:
            alike, meant = unread(fixed), {fixed: unread(fixed)}
        else:
            alike = None
            asked = [pointer, *([wanted] if wanted else ()), *self._floating_pointers(group)]
            meant = self._revisions.learn((*listed, *warm), asked)
        target = (meant.get(wanted) if wanted else None) or self.target()
        members = self._members.of(group, listed, target, alike)
        members = self._set_apart(group, listed, members, target)
        return Glance(
            target=target,
            current=meant.get(pointer),
            pointer=pointer,
            tags=described.tags(group),
            counts=counts_of(members),
            members=members,
            warm=self._members.of(group, warm, target, alike),
            notes=self._floating(meant),
        )

    def target(self) -> Revision:
        """What the wanted template and version stand for now."""
        return self._revisions.resolve(self._wanted)

    def at(self, address: str) -> Revision:
        """The revision of an address that was written down once; its digest matches nothing when it is gone."""
        return self._revisions.at(address)

    def is_fixed(self, revision: Revision) -> bool:
        """Whether its members are alike, whenever they are made."""
        return self._revisions.is_fixed(revision.address)

    def contents(self, revision: Revision) -> Answer:
        """What members of a revision are made from, as EC2 has it."""
        return self._revisions.contents(revision)

    def marks(self) -> Mapping[str, str]:
        """As of a request of their own; the look that follows at once sees no more, and takes what it brought."""
        after = max(self._not_before(), math.nextafter(self._marks_at, math.inf))
        look = self._newer(after)
        self._marks_at = look.at
        return described.marks(look.description)

    def write_marks(self, marks: Mapping[str, str]) -> None:
        if marks:
            self._acts.write_tags(marks)

    def remove_marks(self, keys: list[str]) -> None:
        if keys:
            self._acts.remove_tags(keys)

    def _wants_warm_pool(self) -> bool:
        """Whether a glance looks at the warm pool, too; without a warm pool that costs nothing."""
        return True

    def _set_apart(
        self, group: Answer, listed: tuple[Listed, ...], members: tuple[Member, ...], target: Revision
    ) -> tuple[Member, ...]:
        """The members, with those that do not match for another reason than their revision."""
        return members

    def _look(self) -> Look:
        """Newer than our last act and our last look; what another group's look brought meanwhile will do.

        Making the fleet counts as an act: the program may have changed the group a moment before.
        """
        look = self._newer(self._not_before())
        self._looked_at = look.at
        return look

    def _newer(self, not_before: float) -> Look:
        look = self._api.under_retry(lambda: self._poll.look(self.name, not_before, self._api))
        self._plain = described.mixed_template(look.description) is None
        return look

    def _as_it_is(self) -> Answer:
        return self._poll.look(self.name, self._clock(), self._api).description

    def _shared(self) -> float:
        """Seconds for which a description made for another group's look also serves this one."""
        return FRESH

    def _not_before(self) -> float:
        return max(
            self._acts.last_at, math.nextafter(self._looked_at, math.inf), self._clock() - self._shared()
        )

    def _wanted_pointer(self, group: Answer) -> str | None:
        return wanted_pointer(self._wanted, group)

    def _floating_pointers(self, group: Answer) -> list[str]:
        """What is wanted by no number, and the latest beside it; the one call brings both."""
        if isinstance(self._wanted, ConfigurationWanted) or self._wanted.literal.isdigit():
            return []
        template = wanted_template(self._wanted, group)
        return [address(template, each) for each in (self._wanted.literal, LATEST)] if template else []

    def _floating(self, meant: Mapping[str, Revision]) -> tuple[str, ...]:
        if isinstance(self._wanted, ConfigurationWanted):
            return ()
        return floating_note_of(self._wanted, {parts(where)[1]: each for where, each in meant.items()})

    def _is_wrong_kind(self, group: Answer) -> bool:
        wants_configuration = isinstance(self._wanted, ConfigurationWanted)
        return wants_configuration and described.mixed_template(group) is not None
