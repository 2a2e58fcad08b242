"""What is known of an Auto Scaling group before it is rolled, and what the policy wants looked at meanwhile."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.fleets.aws.queue import QueueFacts
from pulumi_rolling.fleets.replace import Facts


@dataclass(frozen=True, slots=True)
class Hook:
    """A launch lifecycle hook of the group. ``heartbeat`` in seconds; ``default`` is CONTINUE or ABANDON."""

    name: str
    heartbeat: float
    default: str


@dataclass(frozen=True, slots=True)
class Watched:
    """What the policy wants looked at beside the group itself; what is not wanted costs no call."""

    target_health: bool = False
    health_in: frozenset[Direction] = frozenset(Direction)
    """Directions in which a rollout waits for target health; in the other one it is as if none were attached."""
    status_checks: bool = False
    alarms: tuple[str, ...] = ()
    queues: tuple[str, ...] = ()
    """URLs of the queues that signals come by."""
    warm_pool: bool = False
    clock: float = 0.0
    """Seconds from its launch in which a member must be ready. 0: its launch time is asked for at once."""
    seldom: float = 5.0
    """Seconds for which an answer about what changes seldom (alarms, warm pool) serves again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AutoScalingGroupFacts(Facts):
    """The group with everything around it that preview and checks need."""

    hooks: tuple[Hook, ...] = ()
    scheduled_actions: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    """The target groups and load balancers that the group is attached to."""
    idle_targets: tuple[str, ...] = ()
    """Those of them that no load balancer uses, so that no target there is ever healthy."""
    lattice: tuple[str, ...] = ()
    """ARNs of what it is attached to in VPC Lattice, whose health is not read."""
    missing_alarms: tuple[str, ...] = ()
    """Watched alarms that do not exist."""
    queues: tuple[QueueFacts, ...] = ()
    checked_by: frozenset[str] = frozenset()
    """Health checks beside EC2's own by which the group ends an instance: ``ELB``, ``VPC_LATTICE``, ``EBS``."""
    grace: float = 0.0
    """Seconds in service before these checks count."""
    as_their_override: frozenset[str] = frozenset()
    """Members launched from an override with a launch template of its own. We never change that template, so they
    count as up to date."""

    def matching_overrides(self, digest: str) -> AutoScalingGroupFacts:
        """The facts as they are when ``digest`` is where the group is to go."""
        if not self.as_their_override:
            return self
        seen = self.observation
        members, warm = (
            tuple(
                replace(m, revision=replace(m.revision, digest=digest))
                if m.id in self.as_their_override
                else m
                for m in some
            )
            for some in (seen.members, seen.warm)
        )
        return replace(self, observation=replace(seen, members=members, warm=warm))
