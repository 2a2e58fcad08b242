"""Failures of tasks: counted for the breaker, and a pause before the next start.

Sources: ECS developer guide, "How the Amazon ECS deployment circuit breaker detects failures" (first tasks that do not
reach RUNNING, then health checks; a healthy task sets the count to zero unless resetOnHealthyTask is false). This
module refuses to know how a deployment fails.
"""

from __future__ import annotations

from functools import partial

from pulumi_rolling.lab.world.cloud import Cloud
from pulumi_rolling.lab.world.ecs import texts, turning
from pulumi_rolling.lab.world.ecs.breaker import threshold
from pulumi_rolling.lab.world.ecs.deployment import COMPLETED, FAILED, Deployment
from pulumi_rolling.lab.world.ecs.rules import ServiceRules
from pulumi_rolling.lab.world.ecs.service import Service

STUMBLES_AFTER = 3
MOST_DOUBLINGS = 3


def count(cloud: Cloud, service: Service, deployment: Deployment, *, counts: bool = True) -> None:
    """A task of the deployment failed; where it counts, the breaker may act."""
    rules = cloud.part(ServiceRules)
    deployment.in_a_row += 1
    pause = rules.retry * 2 ** min(deployment.in_a_row - 1, MOST_DOUBLINGS)
    deployment.retry_at = cloud.now + pause
    cloud.agenda.at(deployment.retry_at, partial(cloud.stir, service))
    if deployment.in_a_row == STUMBLES_AFTER:
        service.say(cloud, texts.STUMBLES)
    if not counts or deployment is not service.primary or deployment.state.rollout in (COMPLETED, FAILED):
        return
    deployment.failures += 1
    deployment.alter(cloud.now, failed=deployment.state.failed + 1)
    told = service.configuration.get("deploymentCircuitBreaker") or {}
    if told.get("enable") and deployment.failures >= threshold(service.desired, told):
        turning.fail(cloud, service, turning.breaker(bool(told.get("rollback"))))


def recovered(service: Service, deployment: Deployment) -> None:
    """A task of the deployment became healthy."""
    deployment.in_a_row = 0
    told = service.configuration.get("deploymentCircuitBreaker") or {}
    if told.get("resetOnHealthyTask", True):
        deployment.failures = 0
        deployment.alter(deployment.state.updated_at, failed=0)
