"""One EC2 Auto Scaling group: facts before a rollout, a look during one, and the acts of the core as AWS
calls.

A look costs one DescribeAutoScalingGroups, shared with every other group that rolls here. EC2 and the scaling
activities are asked only when the rollout has an open question that they answer (design: the engine). Nothing
is decided here.
"""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pulumi_rolling.core.model import (
    Action,
    Launch,
    Lifecycle,
    Loss,
    Member,
    Observation,
    PointAt,
    Resize,
    Resume,
    Revision,
    Rollout,
    Sizes,
    Suspend,
    Terminate,
)
from pulumi_rolling.errors import PermanentFleetError
from pulumi_rolling.fleets import group_description as described
from pulumi_rolling.fleets import group_surroundings as surroundings
from pulumi_rolling.fleets.activities import ActivityLog
from pulumi_rolling.fleets.aws_api import AUTO_SCALING, Answer, AwsApi, Place
from pulumi_rolling.fleets.base import GroupFacts, MemberFacts, Retry, Sight, SignalSource
from pulumi_rolling.fleets.group_poll import GroupPoll, Look, poll_of
from pulumi_rolling.fleets.launch_templates import (
    LaunchTemplates,
    TemplateWanted,
    no_such_version,
    parts,
    templates_of,
)
from pulumi_rolling.fleets.machines import PAGE, Machine, Machines
from pulumi_rolling.fleets.revisions import Revisions

FRESH = 1.0
"""Seconds for which a description made for another group's look also serves this one."""
_COUNTED = (Lifecycle.PENDING, Lifecycle.WAITING, Lifecycle.IN_SERVICE)


@dataclass(frozen=True, slots=True)
class Glance:
    """What a diff needs to see that there is nothing to do."""

    target: Revision
    current: Revision | None
    """What the pointer resolves to now; None where the template or version is gone."""
    pointer: str
    sizes: Sizes
    members: tuple[Member, ...]
    marks: Mapping[str, str]
    tags: Mapping[str, str]


class AutoScalingGroupFleet:
    def __init__(
        self,
        name: str,
        *,
        wanted: TemplateWanted,
        place: Place,
        retry: Retry[Any],
        signals: SignalSource,
        clock: Callable[[], float] = time.time,
        poll: GroupPoll | None = None,
        templates: LaunchTemplates | None = None,
    ) -> None:
        """Nothing is called yet; the name is registered, so that one request may serve several groups."""
        self.name = name
        self._wanted = wanted
        self._api = AwsApi(place, retry)
        self._signals = signals
        self._clock = clock
        self._poll = poll or poll_of(place)
        self._revisions = Revisions(self._api, templates or templates_of(place))
        self._machines = Machines()
        self._activities = ActivityLog(name)
        self._acted_at = clock()
        self._looked_at = 0.0
        self._poll.register(name)

    def api_calls(self) -> int:
        return self._api.count()

    def use_signals(self, signals: SignalSource) -> None:
        """The choice of a source needs the group's hooks, which only ``facts`` brings."""
        self._signals = signals

    def facts(self) -> GroupFacts:
        """Everything checks and preview ask of the live group: six calls, seven with a warm pool.

        Launch times are among it: the plan needs them as the rollout does, whose first look then asks no more.
        """
        look = self._look()
        group = look.description
        pointer = described.pointer(group)
        current = self._revisions.learn(group, [pointer]).get(pointer)
        members = self._members(group)
        machines = self._machines.look(self._api, [m.id for m in members if m.launched_at is None])
        members = tuple(self._judged(member, machines.get(member.id)) for member in members)
        warm = surroundings.warm_instances(self._api, self.name) if group.get("WarmPoolConfiguration") else 0
        return GroupFacts(
            name=self.name,
            arn=group["AutoScalingGroupARN"],
            sizes=described.sizes(group),
            suspended=described.suspended(group),
            pointer=pointer,
            current=current,
            observation=self._observation(look, members),
            tags=described.tags(group),
            hooks=surroundings.launch_hooks(self._api, self.name),
            scheduled_actions=surroundings.scheduled_actions(self._api, self.name),
            standby=tuple(m.id for m in members if m.lifecycle is Lifecycle.STANDBY),
            protected=tuple(m.id for m in members if m.protected),
            refusals=described.refusals(group, warm, surroundings.refreshes(self._api, self.name)),
            counts=Counter(self._revisions.label(one, group) for one in described.listed(group)),
        )

    def glance(self) -> Glance:
        """The light look of a diff: a describe shared by many, and at most one read of template versions."""
        look = self._api.under_retry(lambda: self._poll.glance(self.name, self._not_before(), self._api))
        group = look.description
        pointer = described.pointer(group)
        wanted = self._wanted_pointer(group)
        meant = self._revisions.learn(group, [pointer, wanted] if wanted else [pointer])
        target = meant.get(wanted) if wanted else self.target()
        if target is None:
            raise no_such_version(self._wanted)
        return Glance(
            target=target,
            current=meant.get(pointer),
            pointer=pointer,
            sizes=described.sizes(group),
            members=self._members(group),
            marks=described.marks(group),
            tags=described.tags(group),
        )

    def target(self) -> Revision:
        """What the wanted template and version stand for now."""
        return self.resolve(self._wanted)

    def resolve(self, wanted: TemplateWanted) -> Revision:
        return self._revisions.resolve(wanted)

    def contents(self, revision: Revision) -> Answer:
        """What members of a revision are made from, as EC2 has it."""
        return self._revisions.contents(revision)

    def observe(self, rollout: Rollout) -> Sight:
        look = self._look()
        group = look.description
        self._revisions.learn(group, [])
        members = self._members(group)
        machines = self._machines_in_question(rollout, members, described.suspended(group))
        members = tuple(self._judged(member, machines.get(member.id)) for member in members)
        launches, losses = self._what_went_wrong(rollout, members, described.sizes(group))
        observation = replace(self._observation(look, members), launches=launches, losses=losses)
        return Sight(observation, described.marks(group))

    def apply(self, action: Action) -> None:
        match action:
            case Suspend(processes):
                self._do("SuspendProcesses", ScalingProcesses=sorted(processes))
            case Resume(processes):
                self._do("ResumeProcesses", ScalingProcesses=sorted(processes))
            case PointAt(revision):
                self._do("UpdateAutoScalingGroup", **self._pointing_at(revision))
            case Resize(least, desired):
                wanted = {"MinSize": least, "DesiredCapacity": desired}
                self._do("UpdateAutoScalingGroup", **{k: v for k, v in wanted.items() if v is not None})
            case Terminate():
                self._terminate(action)

    def marks(self) -> Mapping[str, str]:
        return described.marks(self._look().description)

    def write_marks(self, marks: Mapping[str, str]) -> None:
        """All in one call. New members must not inherit them (PropagateAtLaunch false)."""
        if marks:
            tags = [
                {**self._tag(key), "Value": value, "PropagateAtLaunch": False} for key, value in marks.items()
            ]
            self._api.call(AUTO_SCALING, "CreateOrUpdateTags", Tags=tags)
            self._acted_at = self._clock()

    def remove_marks(self, keys: list[str]) -> None:
        if keys:
            self._api.call(AUTO_SCALING, "DeleteTags", Tags=[self._tag(key) for key in keys])
            self._acted_at = self._clock()

    def _tag(self, key: str) -> Answer:
        return {"ResourceId": self.name, "ResourceType": "auto-scaling-group", "Key": key}

    def _look(self) -> Look:
        """Newer than our last act and our last look; what another group's look brought meanwhile will do.

        Making the fleet counts as an act: the program may have changed the group a moment before.
        """
        not_before = self._not_before()
        look = self._api.under_retry(lambda: self._poll.look(self.name, not_before, self._api))
        self._looked_at = look.at
        return look

    def _not_before(self) -> float:
        return max(self._acted_at, math.nextafter(self._looked_at, math.inf), self._clock() - FRESH)

    def _observation(self, look: Look, members: tuple[Member, ...]) -> Observation:
        group = look.description
        return Observation(
            at=look.at,
            members=members,
            sizes=described.sizes(group),
            pointer=described.pointer(group),
            suspended=described.suspended(group),
        )

    def _wanted_pointer(self, group: Answer) -> str | None:
        """The wanted template as id and literal, if its id is given or the group tells it for the name."""
        template = described.template_of(group) or {}
        ident = self._wanted.id
        if ident is None and template.get("LaunchTemplateName") == self._wanted.name:
            ident = template.get("LaunchTemplateId")
        return f"{ident}:{self._wanted.literal}" if ident else None

    def _members(self, group: Answer) -> tuple[Member, ...]:
        return tuple(
            Member(
                id=one.id,
                revision=self._revisions.of(one),
                lifecycle=one.lifecycle,
                healthy=one.healthy,
                zone=one.zone,
                launched_at=self._machines.launched_at(one.id),
                protected=one.protected,
            )
            for one in described.listed(group)
        )

    def _machines_in_question(
        self, rollout: Rollout, members: tuple[Member, ...], suspended: frozenset[str]
    ) -> dict[str, Machine]:
        """EC2 is asked about everybody when the group checks no health, else about those in question."""
        present = [m for m in members if m.lifecycle is not Lifecycle.LEAVING]
        if "HealthCheck" in suspended:
            return self._machines.look(self._api, [m.id for m in present])
        in_question = self._unjudged(rollout, present)
        wants_tags = self._signals.needs_tags and bool(in_question)
        ask = {m.id for m in in_question if wants_tags or m.launched_at is None}
        if rollout.watermark is None:
            ask |= {m.id for m in present if m.launched_at is None}
        if wants_tags:
            ask |= self._signalled_before(rollout, present, room=-len(ask) % PAGE)
        return self._machines.look(self._api, ask) if ask else {}

    def _unjudged(self, rollout: Rollout, present: list[Member]) -> list[Member]:
        """New members whose fate is open; those launched before the watermark never have to signal."""
        judged = rollout.succeeded | {failure.id for failure in rollout.failed}
        watermark = rollout.watermark
        return [
            m
            for m in present
            if m.revision.digest == rollout.target.digest
            and m.id not in judged
            and (watermark is None or m.launched_at is None or m.launched_at > watermark)
        ]

    def _signalled_before(self, rollout: Rollout, present: list[Member], room: int) -> set[str]:
        """The youngest that already succeeded, as many as the request has room for: a later FAILURE still
        counts.

        "Signals may only be updated with a FAILURE status" (CloudFormation, facts/cloudformation.md B.4).
        """
        succeeded = [m for m in present if m.id in rollout.succeeded]
        succeeded.sort(key=lambda m: m.launched_at or math.inf, reverse=True)
        return {m.id for m in succeeded[:room]}

    def _judged(self, member: Member, machine: Machine | None) -> Member:
        """The member with its launch time, life and signal."""
        tags = machine.tags if machine is not None else None
        return replace(
            member,
            launched_at=self._machines.launched_at(member.id),
            alive=machine is None or machine.alive,
            signal=self._signals.read(MemberFacts(member.id, member.lifecycle, tags)),
        )

    def _what_went_wrong(
        self, rollout: Rollout, members: tuple[Member, ...], sizes: Sizes
    ) -> tuple[tuple[Launch, ...], tuple[Loss, ...]]:
        counted = {m.id for m in members if m.lifecycle in _COUNTED}
        awaited = rollout.in_flight | {member for member, _ in rollout.missing}
        if len(counted) >= sizes.desired and awaited <= counted and not rollout.openings:
            return (), ()
        launches: dict[str, Launch] = {}
        losses: dict[str, Loss] = {}
        unexplained: set[str] = set()
        for seen in self._activities.read(self._api, rollout.started_at):
            if seen.launch is not None:
                launches[seen.launch.id] = seen.launch
            loss = seen.loss
            if loss is None or loss.member not in awaited:
                continue
            losses[loss.member] = _graver(losses.get(loss.member), loss)
            if seen.by_machine:
                unexplained.add(loss.member)
        for member in self._taken_by_spot(unexplained):
            losses[member] = replace(losses[member], excused=True)
        return tuple(sorted(launches.values(), key=lambda x: (x.at, x.id))), tuple(losses.values())

    def _taken_by_spot(self, members: set[str]) -> list[str]:
        """The group calls an interrupted Spot instance "terminated or stopped"; EC2 says why."""
        machines = self._machines.look(self._api, members) if members else {}
        return [member for member, machine in machines.items() if machine.taken_by_spot]

    def _do(self, operation: str, **parameters: Any) -> None:
        self._api.call(AUTO_SCALING, operation, AutoScalingGroupName=self.name, **parameters)
        self._acted_at = self._clock()

    def _pointing_at(self, revision: Revision) -> Answer:
        """A mixed instances policy is replaced as a whole, so the whole is sent back as it is now."""
        template, version = parts(revision.address)
        group = self._look().description
        if described.mixed_template(group) is not None:
            return {"MixedInstancesPolicy": described.moved_policy(group, template, version)}
        return {"LaunchTemplate": {"LaunchTemplateId": template, "Version": version}}

    def _terminate(self, action: Terminate) -> None:
        """Success also when the member is gone already. A repeated attempt looks first.

        If the answer to the first attempt was lost, a second one with decrement might lower Desired twice.
        """
        attempts = 0

        def attempt() -> None:
            nonlocal attempts
            attempts += 1
            if attempts > 1 and self._is_gone(action.member):
                return
            try:
                self._api.attempt(
                    AUTO_SCALING,
                    "TerminateInstanceInAutoScalingGroup",
                    InstanceId=action.member,
                    ShouldDecrementDesiredCapacity=not action.replace,
                )
            except PermanentFleetError as error:
                if not _means_gone(error):
                    raise

        self._api.under_retry(attempt)
        self._acted_at = self._clock()

    def _is_gone(self, member: str) -> bool:
        group = self._poll.look(self.name, self._clock(), self._api).description
        return all(one.id != member or one.lifecycle is Lifecycle.LEAVING for one in described.listed(group))


def _graver(known: Loss | None, found: Loss) -> Loss:
    """An abandoned launch leaves two activities; the one that is not excused is the reason."""
    return found if known is None or (known.excused and not found.excused) else known


def _means_gone(error: PermanentFleetError) -> bool:
    """AWS answers "Instance Id not found - No managed instance found for instance ID: i-…" then."""
    text = error.message.lower()
    return error.code == "ValidationError" and ("managed instance" in text or "instance id not found" in text)
