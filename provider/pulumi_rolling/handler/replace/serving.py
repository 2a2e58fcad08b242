"""In service is not serving: whether a rollout waits for the health of targets where the policy does not say.

A group on a load balancer serves by its healthy targets alone. Under ``rollingUpdate`` they are waited for and counted
by the floor wherever the group is attached to any; a pasted block keeps CloudFormation's rule, which looks at none.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.core.replace.limits import Limits, Pacing
from pulumi_rolling.fleets.auto_scaling_group.facts import AutoScalingGroupFacts
from pulumi_rolling.fleets.aws.targets import short_name
from pulumi_rolling.handler.replace.watching import REGISTERS
from pulumi_rolling.policy.inputs import UpdatePolicy


@dataclass(frozen=True, slots=True)
class Unserved:
    """Health that is not waited for although the group is attached, and why."""

    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def health_by_attachment(
    limits: Limits, policy: UpdatePolicy, former: UpdatePolicy | None, facts: AutoScalingGroupFacts
) -> Limits:
    """The limits of both directions; what the former policy leaves open is as on the way forward."""
    said = policy.rolling_update.readiness.target_health
    waits = _can_serve(policy, facts) if said is None else said
    before = None if former is None else former.rolling_update.readiness.target_health
    back = limits.way_back
    if back is not None:
        back = replace(back, target_health=waits if before is None else before)
    return replace(limits, target_health=waits, way_back=back)


def directions_of_health(limits: Limits) -> frozenset[Direction]:
    """In which directions health is waited for."""
    back = limits.way_back or limits
    by_direction = {Direction.FORWARD: limits.target_health, Direction.BACK: back.target_health}
    return frozenset(direction for direction, waits in by_direction.items() if waits)


def health_not_waited_for(policy: UpdatePolicy, facts: AutoScalingGroupFacts) -> Unserved:
    """What people must know of targets that the rollout does not look at."""
    roll = policy.rolling_update
    said, attached = roll.readiness.target_health, _listed(facts.targets)
    if said or not (facts.targets or facts.lattice):
        return Unserved()
    if said is False and roll.pacing is Pacing.LOCK_STEP and facts.targets:
        return Unserved(
            warnings=(
                f"health behind {attached} is not waited for, so that instances may be replaced that nobody is ready "
                'to serve for. CloudFormation does the same; add "Readiness": {"TargetHealth": true} '
                "(readiness.targetHealth: true) to wait for it.",
            )
        )
    if said is False:
        return Unserved(
            notes=(f"health behind {attached} is not waited for (readiness.targetHealth: false)",)
        )
    if facts.targets and _never_registers(policy, facts):
        return Unserved(
            warnings=(
                f"health behind {attached} is not waited for, since {REGISTERS} is suspended and new instances are "
                "not registered there; resume it, or nobody new will serve.",
            )
        )
    idle = [
        f"the health in {name} is not waited for: no load balancer uses it" for name in facts.idle_targets
    ]
    unread = [f"the health in VPC Lattice ({short_name(arn)}) is not read" for arn in facts.lattice]
    return Unserved(notes=(*idle, *unread))


def _can_serve(policy: UpdatePolicy, facts: AutoScalingGroupFacts) -> bool:
    used = set(facts.targets) - set(facts.idle_targets)
    return bool(used) and not _never_registers(policy, facts)


def _never_registers(policy: UpdatePolicy, facts: AutoScalingGroupFacts) -> bool:
    return REGISTERS in facts.suspended or REGISTERS in policy.rolling_update.suspend_processes


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names)
