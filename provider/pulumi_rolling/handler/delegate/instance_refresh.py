"""EC2 Auto Scaling groups under an instance refresh: the fleet, and what of the group a refresh depends on."""

from __future__ import annotations

from dataclasses import dataclass

from pulumi_rolling.core.delegate.delegating import DelegateDecision, Delegating
from pulumi_rolling.core.delegate.limits import DelegateLimits
from pulumi_rolling.core.model.goal import OnFailure
from pulumi_rolling.core.model.member import Lifecycle, Member, Revision
from pulumi_rolling.core.replace.sizing import in_instances
from pulumi_rolling.errors import Fault
from pulumi_rolling.fleets.auto_scaling_group.refresh import RefreshFleet
from pulumi_rolling.fleets.auto_scaling_group.refresh_answers import PROCESS
from pulumi_rolling.fleets.auto_scaling_group.refresh_facts import RefreshFacts, RefreshWatched
from pulumi_rolling.fleets.aws.launch_configurations import configuration_in
from pulumi_rolling.fleets.replace import Glance
from pulumi_rolling.fleets.rhythm import Rhythm
from pulumi_rolling.handler.alarms import alarm_faults
from pulumi_rolling.handler.auto_scaling_group import wanted_by
from pulumi_rolling.handler.aws_place import place_of
from pulumi_rolling.handler.delegate.returning import as_rolling_update, note, room_faults
from pulumi_rolling.handler.delegate.surroundings import Judged, Start
from pulumi_rolling.handler.handover import successor
from pulumi_rolling.handler.operation import Operation, Reach
from pulumi_rolling.handler.origin import is_old
from pulumi_rolling.policy.groups.auto_scaling_group import AutoScalingGroup
from pulumi_rolling.policy.instance_refresh.block import InstanceRefresh
from pulumi_rolling.policy.instance_refresh.feasibility import Found, feasibility, notes
from pulumi_rolling.policy.instance_refresh.leaves import ProtectedInstances, StandbyInstances
from pulumi_rolling.policy.instance_refresh.limits import SELDOM, SOON
from pulumi_rolling.policy.instance_refresh.preferences import Maintenance
from pulumi_rolling.policy.rolling_update.block import RollingUpdate

_AWAY = (Lifecycle.LEAVING, Lifecycle.STANDBY)


def fleet_of(group: AutoScalingGroup, reach: Reach) -> RefreshFleet:
    if group.name is None:
        raise ValueError("the group's name is not known yet")
    return RefreshFleet(group.name, wanted=wanted_by(group), place=place_of(group, reach), retry=reach.retry)


class RefreshSurroundings:
    operation = "instance refresh"
    pointer_moves = True

    def look(self, operation: Operation) -> RefreshFacts:
        refresh: InstanceRefresh = operation.block
        operation.fleet.watched = RefreshWatched(
            leaves_protected=refresh.scale_in_protected_instances is ProtectedInstances.IGNORE,
            leaves_standby=refresh.standby_instances is StandbyInstances.IGNORE,
            skips_matching=refresh.skip_matching,
            alarms=refresh.alarms,
            rhythm=Rhythm(SOON * operation.timing.poll, SELDOM * operation.timing.poll),
        )
        facts: RefreshFacts = operation.fleet.facts()
        return facts

    def members(self, facts: RefreshFacts) -> tuple[Member, ...]:
        return tuple(m for m in facts.members if m.lifecycle not in _AWAY)

    def old(self, operation: Operation, facts: RefreshFacts, to: Revision) -> tuple[Member, ...]:
        return tuple(
            m
            for m in self.members(facts)
            if is_old(m, to) and m.id not in facts.as_their_override and not _is_let_be(m, operation.block)
        )

    def judge(self, operation: Operation, start: Start[RefreshFacts]) -> Judged:
        refresh: InstanceRefresh = operation.block
        facts, on_failure = start.facts, operation.inputs.on_failure
        match = refresh.skip_matching and not start.forced
        replaced = facts.replaced(start.to, skip_matching=match)
        if not start.forced and not self.old(operation, facts, start.to):
            replaced = ()
        group: AutoScalingGroup = operation.kind.block_in(operation.inputs)
        found = Found(
            desired=facts.sizes.desired,
            old=sum(not _is_let_be(m, refresh) for m in replaced),
            suspended=facts.suspended - self.paused(start.record),
            maintenance=None if facts.maintenance is None else Maintenance(*facts.maintenance),
            protected=sum(m.protected for m in replaced),
            standby=sum(m.lifecycle is Lifecycle.STANDBY for m in replaced),
            heaviest=max((m.weight for m in facts.members), default=1),
            warm_up=facts.warm_up,
            unchecked=facts.unchecked,
            irreversible=facts.irreversible,
            former_configuration=start.came_from is not None
            and configuration_in(start.came_from.address) is not None,
            configuration=group.launch_configuration is not None,
        )
        faults, warnings = feasibility(refresh, found, on_failure)
        pool = len(facts.warm)
        said = [f"{pool} in the warm pool, which the service replaces after the group"] if pool else []
        if facts.irreversible and on_failure is OnFailure.ROLL_BACK:
            said.append(f"the service could not return the group itself: {facts.irreversible}")
        back = _by_this_program(operation, start, found)
        return Judged(
            operation.limits(found, forced=start.forced),
            tuple(m for m in replaced if not _is_let_be(m, refresh)),
            faults=(
                *faults,
                *back.faults,
                *alarm_faults(operation, facts.missing_alarms),
            ),
            warnings=tuple(warnings),
            notes=(*said, *back.notes, *notes(refresh, found, on_failure)),
        )

    def glance(self, operation: Operation) -> Glance:
        glance: Glance = operation.fleet.glance(operation.fixed_in_state())
        return glance

    def is_settled(self, operation: Operation, glance: Glance) -> bool:
        return all(
            not is_old(m, glance.target)
            for m in glance.members
            if m.lifecycle not in _AWAY and not _is_let_be(m, operation.block)
        )

    def suspended(self, facts: RefreshFacts) -> frozenset[str]:
        return facts.suspended

    def paused(self, record: Delegating | None) -> frozenset[str]:
        return frozenset() if record is None else paused_by(record)

    def point_at(self, operation: Operation, to: Revision) -> None:
        operation.fleet.point_at(to)

    def conclude(self, operation: Operation, limits: DelegateLimits, decision: DelegateDecision) -> None:
        """Nothing: preferences are of one refresh, and do not stay with the group."""


def _is_let_be(member: Member, refresh: InstanceRefresh) -> bool:
    """Whatever the member runs, the service does not replace it."""
    if member.lifecycle is Lifecycle.STANDBY:
        return refresh.standby_instances is StandbyInstances.IGNORE
    return member.protected and refresh.scale_in_protected_instances is ProtectedInstances.IGNORE


@dataclass(frozen=True, slots=True)
class _Back:
    notes: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()


def _by_this_program(operation: Operation, start: Start[RefreshFacts], found: Found) -> _Back:
    """No refresh leads to a launch configuration: how a rolling update would, and what is in its way."""
    former, facts = start.came_from, start.facts
    if former is None or not found.former_configuration or operation.inputs.on_failure is OnFailure.LEAVE:
        return _Back()
    other = successor(operation, facts)
    sizes = in_instances(facts.sizes, [m.weight for m in facts.members])
    return _Back(
        (note(other, sizes, found.old, former),),
        tuple(room_faults(other, sizes, facts.tags, start.to, former)),
    )


def returned_by(refresh: InstanceRefresh, facts: RefreshFacts) -> RollingUpdate:
    """The policy of a way back by this program."""
    return as_rolling_update(refresh, facts.maintenance, facts.warm_up)


def paused_by(record: Delegating) -> frozenset[str]:
    """Processes that rest by our pause."""
    return frozenset({PROCESS} if record.paused_by_us else ())
