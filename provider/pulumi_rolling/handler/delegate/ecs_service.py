"""ECS services under a deployment of ECS: the fleet, and what of the service a deployment depends on."""

from __future__ import annotations

from collections.abc import Iterator

from pulumi_rolling.core.delegate.delegating import DelegateDecision, Delegating
from pulumi_rolling.core.delegate.limits import DelegateLimits
from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.core.model.member import Lifecycle, Member, Revision
from pulumi_rolling.fleets.base import Glance
from pulumi_rolling.fleets.ecs_service.facts import EcsFacts
from pulumi_rolling.fleets.ecs_service.fleet import CONFIGURATION, EcsFleet
from pulumi_rolling.fleets.ecs_service.watched import EcsWatched
from pulumi_rolling.handler.alarms import alarm_faults
from pulumi_rolling.handler.aws_place import place_of
from pulumi_rolling.handler.delegate.surroundings import Judged, Start
from pulumi_rolling.handler.operation import Operation, Reach
from pulumi_rolling.handler.origin import is_old
from pulumi_rolling.policy.ecs_deployment.block import EcsDeployment
from pulumi_rolling.policy.ecs_deployment.feasibility import feasibility, notes
from pulumi_rolling.policy.ecs_deployment.found import Found, Prospect
from pulumi_rolling.policy.groups.ecs_service import EcsService


def fleet_of(service: EcsService, reach: Reach) -> EcsFleet:
    if service.service is None:
        raise ValueError("the service's name is not known yet")
    return EcsFleet(
        service.cluster,
        service.service,
        wanted=service.task_definition,
        place=place_of(service, reach),
        retry=reach.retry,
    )


class DeploymentSurroundings:
    operation = "deployment"
    pointer_moves = False

    def look(self, operation: Operation) -> EcsFacts:
        deployment: EcsDeployment = operation.block
        alarms = deployment.alarms
        names = alarms.alarm_names if alarms is not None and alarms.enable else None
        operation.fleet.watched = EcsWatched(alarms=names or ())
        facts: EcsFacts = operation.fleet.facts()
        return facts

    def members(self, facts: EcsFacts) -> tuple[Member, ...]:
        return tuple(m for m in facts.members if m.lifecycle is not Lifecycle.LEAVING)

    def old(self, operation: Operation, facts: EcsFacts, to: Revision) -> tuple[Member, ...]:
        return tuple(m for m in self.members(facts) if is_old(m, to))

    def judge(self, operation: Operation, start: Start[EcsFacts]) -> Judged:
        deployment: EcsDeployment = operation.block
        facts, on_failure = start.facts, operation.inputs.on_failure
        begins = start.forced or facts.observation.pointer != start.to.digest
        begins = begins or bool(self.old(operation, facts, start.to))
        replaced = self.members(facts) if begins else ()
        found = Found(
            desired=facts.desired,
            configuration=facts.configuration,
            before=facts.before,
            old=len(replaced),
            scheduling=facts.scheduling,
            controller=facts.controller,
            protected=sum(m.protected for m in replaced),
            first=facts.first,
            digest_pinned=facts.digest_pinned,
            az_rebalancing=facts.az_rebalancing,
            has_load_balancer=facts.has_load_balancer,
            grace=facts.grace,
            launch_type=facts.launch_type,
            call=operation.fleet.call,
        )
        faults, warnings = feasibility(deployment, found, on_failure)
        return Judged(
            operation.limits(found, forced=start.forced),
            replaced,
            faults=(
                *faults,
                *alarm_faults(operation, facts.missing_alarms, "alarms.alarmNames"),
            ),
            warnings=(*warnings, *_unanswered(facts, Prospect(deployment, found, on_failure))),
            notes=tuple(notes(deployment, found, on_failure)) if begins else (),
            differences=_in_words(start) if start.forced else (),
        )

    def glance(self, operation: Operation) -> Glance:
        glance: Glance = operation.fleet.glance()
        return glance

    def is_settled(self, operation: Operation, glance: Glance) -> bool:
        return all(revision.digest == glance.target.digest for revision in glance.counts)

    def suspended(self, facts: EcsFacts) -> frozenset[str]:
        """A service has no processes."""
        return frozenset()

    def paused(self, record: Delegating | None) -> frozenset[str]:
        return frozenset()

    def point_at(self, operation: Operation, to: Revision) -> None:
        """Nothing: a service points by its deployments alone."""

    def conclude(self, operation: Operation, limits: DelegateLimits, decision: DelegateDecision) -> None:
        """ECS returns task definitions and no configuration: that of a policy that failed would stay."""
        outcome, former = decision.outcome, limits.preferences_back.get(CONFIGURATION)
        returned = decision.next.direction is Direction.BACK and outcome is not None
        if returned and outcome is not None and outcome.returned and former is not None:
            operation.fleet.configure(former)


def _in_words(start: Start[EcsFacts]) -> tuple[str, ...]:
    """What can differ where the task definition is the same: what its image tags stand for."""
    if start.came_from is None or start.came_from.digest != start.to.digest:
        return ()
    if start.facts.digest_pinned:
        return (f"nothing: {start.to} names its images by digest",)
    return (f"nothing in {start.to}; ECS resolves its image tags anew, and only their digests can differ",)


def _unanswered(facts: EcsFacts, prospect: Prospect) -> Iterator[str]:
    """Pauses that nobody can answer through us."""
    pauses = prospect.held.pauses
    if facts.untold and pauses:
        yield (
            f"'rolling approve' cannot answer the pauses at {', '.join(pauses)}, since ECS tells of no service "
            f"deployment: {facts.untold} Each ends by its own timeout."
        )
