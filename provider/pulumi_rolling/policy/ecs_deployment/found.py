"""The live service as far as a deployment depends on it, and what the policy makes of it.

Everything that is said, refused or foretold of a deployment is asked of ``Prospect``, so that no two modules resolve
the policy against the service in their own way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pulumi_rolling.core.model.goal import OnFailure
from pulumi_rolling.policy.ecs_deployment.arithmetic import Bounds, bounds
from pulumi_rolling.policy.ecs_deployment.block import EcsDeployment
from pulumi_rolling.policy.ecs_deployment.configuration import DAEMON, Held, held, wanted
from pulumi_rolling.policy.ecs_deployment.leaves import DeploymentStrategy

OWN_CONTROLLER = "ECS"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The service as found, in the API's words."""

    desired: int
    """Of a DAEMON the instances on which a task stands."""
    configuration: Mapping[str, Any] = field(default_factory=dict)
    """Its deploymentConfiguration, whole."""
    before: Mapping[str, Any] | None = None
    """The same before a rollout that was interrupted. None: as it is."""
    old: int | None = None
    """Tasks that a deployment is to replace. None: all."""
    scheduling: str = "REPLICA"
    controller: str = OWN_CONTROLLER
    protected: int = 0
    """Of the old tasks, those that are protected from scale-in."""
    first: bool = False
    """No deployment of the service was completed before, so that ECS has none to return to."""
    digest_pinned: bool = False
    """The task definition wanted names every image by its digest, or wants no digest resolved."""
    az_rebalancing: bool = False
    has_load_balancer: bool = False
    grace: float = 0.0
    """healthCheckGracePeriodSeconds."""
    launch_type: str = ""
    """EC2, FARGATE, EXTERNAL; empty for what is not told."""
    call: str = "GROUP"
    """The service as a command has to name it."""

    @property
    def is_daemon(self) -> bool:
        return self.scheduling == DAEMON

    @property
    def replaces(self) -> int:
        return self.desired if self.old is None else self.old


@dataclass(frozen=True, slots=True)
class Prospect:
    """A policy on a service as found."""

    deployment: EcsDeployment
    found: Found
    on_failure: OnFailure = OnFailure.ROLL_BACK

    @property
    def configuration(self) -> dict[str, Any]:
        """The deploymentConfiguration that the deployment will have."""
        return wanted(self.deployment, self.found.configuration, self.on_failure)

    @property
    def held(self) -> Held:
        return held(self.configuration, self.found.scheduling)

    @property
    def is_rolling(self) -> bool:
        """Whether tasks are replaced within the percentages. The other strategies bring a whole revision up beside."""
        return self.held.strategy is DeploymentStrategy.ROLLING

    @property
    def bounds(self) -> Bounds:
        """What the percentages allow. Of a DAEMON no two tasks stand on one instance, whatever the maximum."""
        most = min(100, self.held.maximum) if self.found.is_daemon else self.held.maximum
        return bounds(self.found.desired, self.held.minimum, most)
