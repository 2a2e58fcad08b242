"""Tasks of the user's for members of one group: which members they are done for, and what they came to as facts.

EC2 is asked for the addresses of a new member once it is in service: one call a look that brings such members.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.core.model.member import Lifecycle, Member
from pulumi_rolling.core.replace.observation import Parting
from pulumi_rolling.core.replace.questions import proves_members, unproved
from pulumi_rolling.core.replace.rollout import Rollout
from pulumi_rolling.fleets.aws.api import AwsApi
from pulumi_rolling.fleets.aws.machines import Machines
from pulumi_rolling.fleets.replace import Done, OwnTasks, Reached


@dataclass(slots=True)
class Errands:
    api: AwsApi
    machines: Machines
    tasks: Mapping[Direction, OwnTasks] = field(default_factory=dict)
    _addressed: set[str] = field(default_factory=set)

    def probed(self, rollout: Rollout, members: tuple[Member, ...]) -> tuple[Member, ...]:
        """The members with what the probes of the new ones found; probes of the other direction end."""
        self._end_others(rollout)
        own = self.tasks.get(rollout.direction, OwnTasks())
        if not own.probes:
            return members
        asked = unproved(rollout, members) if proves_members(rollout) else []
        asked = [m for m in asked if m.lifecycle is Lifecycle.IN_SERVICE and m.alive]
        reached = self._reached(asked)
        found = [probe.look(reached) for probe in own.probes]
        ids = {m.id for m in asked}
        return tuple(_with_answers(m, found) if m.id in ids else m for m in members)

    def partings(self, rollout: Rollout, members: tuple[Member, ...]) -> tuple[Parting, ...]:
        """The commands that are over, of members that are to end."""
        before_end = self.tasks.get(rollout.direction, OwnTasks()).before_end
        if before_end is None:
            return ()
        leaving = [m for m in members if m.id in rollout.way.parting]
        found = before_end.look(self._reached(leaving))
        return tuple(Parting(name, done.succeeded, done.said) for name, done in found.items())

    def _end_others(self, rollout: Rollout) -> None:
        for direction, own in self.tasks.items():
            if direction is not rollout.direction:
                for task in (*own.probes, own.before_end):
                    if task is not None:
                        task.look(())

    def _reached(self, members: Sequence[Member]) -> list[Reached]:
        fresh = {m.id for m in members} - self._addressed
        if fresh:
            self.machines.look(self.api, fresh)
            self._addressed |= fresh
        return [Reached(m.id, m.zone, *self.machines.addresses(m.id)) for m in members]


def _with_answers(member: Member, found: Sequence[Mapping[str, Done]]) -> Member:
    answers = [each.get(member.id) for each in found]
    failed = next((answer for answer in answers if answer is not None and not answer.succeeded), None)
    if failed is not None:
        return replace(member, probe=False, probe_said=failed.said)
    return replace(member, probe=True) if None not in answers else member
