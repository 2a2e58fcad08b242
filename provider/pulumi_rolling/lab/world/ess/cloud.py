"""The world of ESS: groups, configurations, templates and machines, one agenda, one seed.

A change stirs a group, and the check that follows acts on it. The cloud refuses to know what a check does.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from random import Random

from pulumi_rolling.lab.world.agenda import Agenda
from pulumi_rolling.lab.world.behaviour import Behaviours, Draw, draw
from pulumi_rolling.lab.world.ess.group import Group, Settings
from pulumi_rolling.lab.world.ess.member import Member
from pulumi_rolling.lab.world.ess.rules import EssRules
from pulumi_rolling.lab.world.ess.source import Configuration, Source, Template
from pulumi_rolling.lab.world.refusal import Refused
from pulumi_rolling.lab.world.timeline import Timeline

ID_LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz"
ID_LENGTH = 20
EIGHTFOLD = 3
Check = Callable[["EssCloud", Group], None]


class EssCloud:
    """Times are seconds since the world began; `epoch` is that moment's wall clock."""

    def __init__(self, *, seed: int, epoch: float, behaviours: Behaviours, check: Check) -> None:
        self.seed = seed
        self.epoch = epoch
        self.behaviours = behaviours
        self.rules = EssRules()
        self.agenda = Agenda()
        self.groups: dict[str, Group] = {}
        self.deleted: list[Group] = []
        self.configurations: dict[str, Configuration] = {}
        self.templates: dict[str, Template] = {}
        self.machines: dict[str, Member] = {}
        self._check = check
        self._due: set[str] = set()
        self._launches: dict[str, int] = {}
        self._tries: dict[str, int] = {}
        self._random = Random(f"{seed}/ess")

    @property
    def now(self) -> float:
        return self.agenda.now

    def new_id(self, kind: str) -> str:
        """An id as Alibaba writes it: `asg-` and 20 letters and digits, of which `bp1` come first."""
        rest = "".join(self._random.choices(ID_LETTERS, k=ID_LENGTH - 3))
        return f"{kind}-bp1{rest}"

    def group(self, group_id: str) -> Group:
        found = self.groups.get(group_id)
        if found is None:
            text = f'The specified scaling group "{group_id}" does not exist.'
            raise Refused("InvalidScalingGroupId.NotFound", text, status=404)
        return found

    def found(self, name: str) -> Group:
        """A group by id or by name, also one that has been deleted."""
        every = [*self.groups.values(), *reversed(self.deleted)]
        for group in every:
            if name in (group.id, group.now.name):
                return group
        raise KeyError(name)

    def configuration(self, configuration_id: str) -> Configuration:
        found = self.configurations.get(configuration_id)
        if found is None:
            text = f'The specified scaling configuration "{configuration_id}" does not exist.'
            raise Refused("InvalidScalingConfigurationId.NotFound", text, status=404)
        return found

    def template(self, template_id: str) -> Template:
        found = self.templates.get(template_id)
        if found is None:
            raise Refused("LaunchTemplateSet.NotFound", "The specified launch template set does not exist.")
        return found

    def source(self, settings: Settings) -> Source:
        """What a group points at, at this moment."""
        if settings.template_id:
            return self.template(settings.template_id).source(settings.template_version)
        if settings.configuration_id:
            return self.configuration(settings.configuration_id).source
        text = "The scaling group has no active scaling configuration."
        raise Refused("InvalidScalingConfigurationId.NotFound", text, status=404)

    def found_group(self, settings: Settings) -> Group:
        """Bring a group into being, without members."""
        group = Group(self.new_id("asg"), self.now, Timeline(self.now, settings))
        self.groups[group.id] = group
        group.note(self.now)
        return group

    def forget(self, group: Group) -> None:
        del self.groups[group.id]
        self.deleted.append(group)
        for configuration in [each for each in self.configurations.values() if each.group_id == group.id]:
            del self.configurations[configuration.id]

    def group_of(self, member: Member) -> Group | None:
        group = self.groups.get(member.group_id)
        return group if group is not None and member.id in group.members else None

    def group_that_made(self, member: Member) -> Group:
        """The group that a machine is in or was in, also one that has been deleted."""
        return self.found(member.group_id)

    def stir(self, group: Group, after: float | None = None) -> None:
        """One check of the group's sizes, soon, however often it is stirred before that."""
        if group.id not in self._due:
            self._due.add(group.id)
            wait = self.rules.check if after is None else after
            self.agenda.after(wait, partial(self._look, group))

    def stir_late(self, group: Group) -> None:
        """A check after a failure: later each time."""
        group.failures += 1
        self.stir(group, self.rules.retry * 2 ** min(group.failures - 1, EIGHTFOLD))

    def _look(self, group: Group) -> None:
        self._due.discard(group.id)
        if group.id in self.groups:
            self._check(self, group)

    def draw(self, group: Group) -> Draw:
        """The chance of the group's next launch; the same until a launch succeeds, but for the share."""
        name = group.now.name
        tries = self._tries.get(name, 0)
        self._tries[name] = tries + 1
        return draw(self.seed, name, self._launches.get(name, 0), tries)

    def launched(self, group: Group, member: Member) -> None:
        name = group.now.name
        self._launches[name] = self._launches.get(name, 0) + 1
        self._tries[name] = 0
        self.machines[member.id] = member
        group.members[member.id] = member
        group.note(self.now)
