"""What is known of an ECS service before a deployment, in plain values and the API's words. No call is made here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pulumi_rolling.core.model.member import Member
from pulumi_rolling.errors import Fault
from pulumi_rolling.fleets import delegate
from pulumi_rolling.fleets.aws.api import Answer
from pulumi_rolling.fleets.ecs_service.description import PATH


@dataclass(frozen=True, slots=True, kw_only=True)
class EcsFacts(delegate.Facts):
    """The service, as far as a deployment depends on it."""

    members: tuple[Member, ...]
    """Tasks that are to run."""
    configuration: Mapping[str, Any] = field(hash=False)
    """Its deploymentConfiguration, whole."""
    before: Mapping[str, Any] | None = field(default=None, hash=False)
    """The configuration of the last deployment that succeeded, where a rollout of ours is on the service's record."""
    scheduling: str = "REPLICA"
    controller: str = "ECS"
    first: bool = False
    """No deployment of it was completed before, so that ECS has none to return to."""
    digest_pinned: bool = False
    """The task definition wanted names every image by its digest, or wants no digest resolved."""
    az_rebalancing: bool = False
    has_load_balancer: bool = False
    grace: float = 0.0
    """Seconds after a task's start in which failed health checks do not count."""
    launch_type: str = ""
    """EC2, FARGATE, EXTERNAL; empty where capacity providers decide."""
    missing_alarms: tuple[str, ...] = ()
    untold: str = ""
    """Why service deployments are not to be had; empty where they are."""

    @property
    def desired(self) -> int:
        return self.observation.desired


def is_pinned(definition: Answer) -> bool:
    """A digest stands for the same image for ever; one that is not resolved needs no first task."""
    containers = definition.get("containerDefinitions") or ()
    return bool(containers) and all(
        "@sha256:" in each.get("image", "") or each.get("versionConsistency") == "disabled"
        for each in containers
    )


def refusals(service: Answer) -> Iterator[Fault]:
    """What no policy mends."""
    if service["status"] == "DRAINING":
        yield Fault(f"{PATH}.service", "the service is being deleted (DRAINING).")
    if "/" not in service["serviceArn"].rpartition(":service/")[2]:
        yield Fault(
            f"{PATH}.service",
            "the service has an ARN of the old format, and ECS tags only those of the new one, where a rollout is "
            "recorded. Make the service anew, or opt in to long ARNs and make it then.",
        )
