"""The instances that a group lists as members: their revision, and what EC2 and the signals say of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from pulumi_rolling.core.model.member import Member, Revision
from pulumi_rolling.fleets.auto_scaling_group.description import Listed
from pulumi_rolling.fleets.auto_scaling_group.overrides import OwnTemplates
from pulumi_rolling.fleets.auto_scaling_group.revisions import Revisions
from pulumi_rolling.fleets.aws.api import Answer, AwsApi
from pulumi_rolling.fleets.aws.machines import Machine, Machines
from pulumi_rolling.fleets.replace import MemberFacts, SignalSource


class Members:
    def __init__(
        self, api: AwsApi, revisions: Revisions, own_templates: OwnTemplates, machines: Machines
    ) -> None:
        self._api = api
        self._revisions = revisions
        self._own_templates = own_templates
        self._machines = machines

    def learnt(self, group: Answer, listed: tuple[Listed, ...], target: Revision) -> tuple[Member, ...]:
        """As ``of``, with a call for the revisions that are not known yet."""
        self._revisions.learn(listed)
        return self.of(group, listed, target)

    def of(
        self,
        group: Answer,
        listed: tuple[Listed, ...],
        target: Revision | None = None,
        alike: Revision | None = None,
    ) -> tuple[Member, ...]:
        """A member that is as an override's own template makes it matches the target, whatever that is.

        ``alike``: the revision of them all, whose contents nobody has read.
        """
        matching = frozenset() if target is None or alike else self._own_templates.matching(group, listed)
        members = []
        for one in listed:
            revision = alike or self._revisions.of(one)
            if target is not None and one.id in matching:
                revision = replace(revision, digest=target.digest)
            members.append(
                Member(
                    id=one.id,
                    revision=revision,
                    lifecycle=one.lifecycle,
                    healthy=one.healthy,
                    zone=one.zone,
                    launched_at=self._machines.launched_at(one.id),
                    launched_after=self._machines.launched_after(one.id),
                    protected=one.protected,
                    weight=one.weight,
                )
            )
        return tuple(members)

    def asked(
        self, members: Iterable[Member], ask: Iterable[str], source: SignalSource
    ) -> tuple[Member, ...]:
        """The members with launch time, life and signal, where EC2 is asked about those in ``ask``."""
        machines = self._machines.look(self._api, ask)
        return tuple(self._judged(member, machines.get(member.id), source) for member in members)

    def dated(self, members: tuple[Member, ...], ask: Iterable[str]) -> tuple[Member, ...]:
        """The members, those in ``ask`` with their launch time and life."""
        seen = self._machines.look(self._api, ask)
        return tuple(
            replace(m, launched_at=self._machines.launched_at(m.id), alive=m.alive and seen[m.id].alive)
            if m.id in seen
            else m
            for m in members
        )

    def _judged(self, member: Member, machine: Machine | None, source: SignalSource) -> Member:
        tags = machine.tags if machine is not None else None
        return replace(
            member,
            launched_at=self._machines.launched_at(member.id),
            alive=machine is None or machine.alive,
            signal=source.read(MemberFacts(member.id, member.lifecycle, tags)),
        )
