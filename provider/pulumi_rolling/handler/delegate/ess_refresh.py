"""ESS scaling groups under an instance refresh of ESS: the fleet, and what of the group a refresh depends on."""

from __future__ import annotations

from collections.abc import Iterator

from pulumi_rolling.core.delegate.delegating import DelegateDecision, Delegating
from pulumi_rolling.core.delegate.limits import DelegateLimits
from pulumi_rolling.core.model.member import Lifecycle, Member, Revision
from pulumi_rolling.fleets.ess_scaling_group.refresh import RefreshFleet
from pulumi_rolling.fleets.ess_scaling_group.refresh_facts import RefreshFacts, RefreshWatched
from pulumi_rolling.fleets.replace import Glance, as_old
from pulumi_rolling.fleets.rhythm import Rhythm
from pulumi_rolling.handler.delegate.returning import as_rolling_update
from pulumi_rolling.handler.delegate.surroundings import Judged, Start
from pulumi_rolling.handler.ess_scaling_group import edited_warning, place_of, pointer_property, wanted_by
from pulumi_rolling.handler.operation import UNKNOWN, Operation, Reach
from pulumi_rolling.handler.origin import is_old
from pulumi_rolling.policy.groups.ess_scaling_group import EssScalingGroup
from pulumi_rolling.policy.instance_refresh.block import InstanceRefresh
from pulumi_rolling.policy.instance_refresh.ess_limits import (
    LEAST,
    MOST,
    EssFound,
    ess_feasibility,
    ess_notes,
)
from pulumi_rolling.policy.instance_refresh.leaves import ProtectedInstances, StandbyInstances
from pulumi_rolling.policy.instance_refresh.limits import SELDOM, SOON
from pulumi_rolling.policy.rolling_update.block import RollingUpdate

_AWAY = (Lifecycle.LEAVING, Lifecycle.STANDBY)


def fleet_of(group: EssScalingGroup, reach: Reach) -> RefreshFleet:
    if group.id is None:
        raise ValueError("the group's id is not known yet")
    return RefreshFleet(group.id, wanted=wanted_by(group), place=place_of(group), retry=reach.retry)


class EssRefreshSurroundings:
    operation = "instance refresh"
    pointer_moves = True

    def look(self, operation: Operation) -> RefreshFacts:
        refresh: InstanceRefresh = operation.block
        operation.fleet.watched = RefreshWatched(
            skips_matching=refresh.skip_matching,
            containers=refresh.allow_container_refresh,
            rhythm=Rhythm(SOON * operation.timing.poll, SELDOM * operation.timing.poll),
        )
        facts: RefreshFacts = operation.fleet.facts()
        return facts

    def members(self, facts: RefreshFacts) -> tuple[Member, ...]:
        return tuple(m for m in facts.members if m.lifecycle not in _AWAY)

    def old(self, operation: Operation, facts: RefreshFacts, to: Revision) -> tuple[Member, ...]:
        here = as_old(self.members(facts), facts.strays, to)
        return tuple(m for m in here if is_old(m, to) and m.id not in facts.passed_by)

    def judge(self, operation: Operation, start: Start[RefreshFacts]) -> Judged:
        refresh: InstanceRefresh = operation.block
        facts, to = start.facts, start.to
        edited = {m.id for m in facts.members if m.id in facts.strays and m.revision.digest == to.digest}
        match = refresh.skip_matching and not start.forced and not edited
        replaced = facts.replaced(to, skip_matching=match)
        if not start.forced and not self.old(operation, facts, to):
            replaced = ()
        found = EssFound(
            desired=facts.capacity,
            old=len(replaced),
            edited=bool(edited),
            replaceable=facts.is_replaceable,
        )
        faults, warnings = ess_feasibility(refresh, found, operation.inputs.on_failure)
        return Judged(
            operation.limits(found, forced=start.forced),
            replaced,
            faults=tuple(faults),
            warnings=(
                *warnings,
                *edited_warning({each: facts.strays[each] for each in edited}),
                *(_by_id(len(replaced)) if edited and refresh.skip_matching else ()),
                *_passed_by(facts, to),
            ),
            notes=(*ess_notes(refresh), *(_moved(to) if replaced else ())),
        )

    def glance(self, operation: Operation) -> Glance:
        glance: Glance = operation.fleet.glance()
        return glance

    def is_settled(self, operation: Operation, glance: Glance) -> bool:
        return all(not is_old(m, glance.target) for m in glance.members if m.lifecycle not in _AWAY)

    def suspended(self, facts: RefreshFacts) -> frozenset[str]:
        return facts.suspended

    def paused(self, record: Delegating | None) -> frozenset[str]:
        """None: a refresh of ESS is suspended itself, and no process of its group."""
        return frozenset()

    def point_at(self, operation: Operation, to: Revision) -> None:
        operation.fleet.point_at(to)

    def conclude(self, operation: Operation, limits: DelegateLimits, decision: DelegateDecision) -> None:
        """Nothing: parameters are of one refresh, and do not stay with the group."""


def _by_id(count: int) -> tuple[str, ...]:
    return (
        f"a refresh compares the ids of configurations and not their contents, so all {count} are replaced, those "
        "made after the edit among them.",
    )


def _passed_by(facts: RefreshFacts, to: Revision) -> Iterator[str]:
    """Members that stay as they are, since no refresh of ESS replaces them."""
    left = [
        m.id
        for m in facts.members
        if m.id in facts.passed_by and m.lifecycle is not Lifecycle.LEAVING and is_old(m, to)
    ]
    if left and to is not UNKNOWN:
        more = f" and {len(left) - 5} more" if len(left) > 5 else ""
        yield (
            f"{', '.join(left[:5])}{more}: protected, in standby or added by hand, so that ESS passes them by, and "
            f"they stay as they are. rollingUpdate replaces such instances."
        )


def _moved(to: Revision) -> tuple[str, ...]:
    """Another resource that holds the pointer would move it back."""
    if to is UNKNOWN:
        return ()
    name = pointer_property(to)
    name, whose = (name, "ess.ScalingGroup") if name else ("active", "ess.ScalingConfiguration")
    return (
        f"ESS points the group at {to} when the refresh has succeeded, and not before; with "
        f'ignore_changes=["{name}"] the {whose} leaves it there',
    )


def returned_by(refresh: InstanceRefresh, facts: RefreshFacts) -> RollingUpdate:
    """The policy of a way back by this program, which leaves alone whom the refresh passed by."""
    least, most = refresh.min_healthy_percentage, refresh.max_healthy_percentage
    given = refresh.model_copy(
        update={
            "min_healthy_percentage": LEAST if least is None else least,
            "max_healthy_percentage": MOST if most is None else most,
            "scale_in_protected_instances": ProtectedInstances.IGNORE,
            "standby_instances": StandbyInstances.IGNORE,
        }
    )
    return as_rolling_update(given, None, 0.0)


def paused_by(record: Delegating) -> frozenset[str]:
    """Processes that rest by our pause: none."""
    return frozenset()
