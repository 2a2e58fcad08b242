"""How healthy members are behind the target groups and load balancers that their group is attached to.

Health costs one call for each target group or classic load balancer and brings all that is registered there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from pulumi_rolling.core.model.member import Lifecycle, Member, TargetHealth
from pulumi_rolling.errors import PermanentFleetError
from pulumi_rolling.fleets.aws.api import CLASSIC_BALANCING, LOAD_BALANCING, Answer, AwsApi

_GONE = frozenset({"TargetGroupNotFound", "LoadBalancerNotFound", "AccessPointNotFound"})
_WORSE = (TargetHealth.HEALTHY, TargetHealth.INITIAL, TargetHealth.UNHEALTHY, TargetHealth.DRAINING)
_STATES = {
    "healthy": TargetHealth.HEALTHY,
    "initial": TargetHealth.INITIAL,
    "unhealthy": TargetHealth.UNHEALTHY,
    "unhealthy.draining": TargetHealth.DRAINING,
    "draining": TargetHealth.DRAINING,
}
_NOT_IN_USE = "Target.NotInUse"
_NOT_YET = re.compile(
    r"registration is still in progress|not currently registered|in pending state|transient error"
    r"|has not passed the configured HealthyThreshold"
)
"""Sentences of InstanceState.Description (classic ELB API) that say nothing bad."""


@dataclass(frozen=True, slots=True)
class Traffic:
    """What a group is attached to: ARNs of target groups, names of classic load balancers, the rest."""

    target_groups: tuple[str, ...]
    classic: tuple[str, ...]
    lattice: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return (*(short_name(arn) for arn in self.target_groups), *self.classic)


@dataclass(frozen=True, slots=True)
class Registered:
    """The targets that are registered at one target group or load balancer."""

    name: str
    health: Mapping[str, TargetHealth]
    idle: bool = False
    """No load balancer uses the target group: "Target.NotInUse" (TargetHealth, ELB API) for all in it."""
    causes: Mapping[str, str] = field(default_factory=dict)
    """What it says against each target that is unhealthy, in its own words and with its name."""


def read_targets(api: AwsApi, traffic: Traffic) -> list[Registered]:
    """One call each. A target group that is gone is none that the group is attached to."""
    found: list[Registered] = []
    for arn in traffic.target_groups:
        answer = _asked(api, LOAD_BALANCING, "DescribeTargetHealth", TargetGroupArn=arn)
        if answer is not None:
            found.append(_of_target_group(short_name(arn), answer["TargetHealthDescriptions"]))
    for name in traffic.classic:
        answer = _asked(api, CLASSIC_BALANCING, "DescribeInstanceHealth", LoadBalancerName=name)
        if answer is not None:
            found.append(_of_balancer(name, answer["InstanceStates"]))
    return found


def with_health(member: Member, registered: list[Registered]) -> Member:
    """The member with its health, and with what the first of those that find it unhealthy says."""
    health = health_of(member, registered)
    cause = ""
    if health is TargetHealth.UNHEALTHY:
        cause = next((each.causes[member.id] for each in registered if member.id in each.causes), "")
    return replace(member, target=health, target_cause=cause)


def health_of(member: Member, registered: list[Registered]) -> TargetHealth | None:
    """The worst of all. A member that is not registered is still to be, unless it leaves."""
    states = [each.health.get(member.id) for each in registered]
    if member.lifecycle is Lifecycle.LEAVING:
        return _worst([state for state in states if state is not None])
    return _worst([state or TargetHealth.INITIAL for state in states])


def _worst(states: list[TargetHealth]) -> TargetHealth | None:
    return max(states, key=_WORSE.index) if states else None


def _of_target_group(name: str, descriptions: list[Answer]) -> Registered:
    health: dict[str, TargetHealth] = {}
    causes: dict[str, str] = {}
    for each in descriptions:
        told = each.get("TargetHealth", {})
        ident, state = each["Target"]["Id"], _target_state(told)
        # The same instance may be registered with several ports.
        health[ident] = max(state, health.get(ident, state), key=_WORSE.index)
        if state is TargetHealth.UNHEALTHY:
            causes[ident] = _cause("target group", name, (told.get("Reason"), told.get("Description")))
    reasons = {each.get("TargetHealth", {}).get("Reason") for each in descriptions}
    return Registered(name, health, reasons == {_NOT_IN_USE}, causes)


def _of_balancer(name: str, states: list[Answer]) -> Registered:
    health = {each["InstanceId"]: _classic_state(each) for each in states}
    causes = {
        each["InstanceId"]: _cause("load balancer", name, (each.get("ReasonCode"), each.get("Description")))
        for each in states
        if health[each["InstanceId"]] is TargetHealth.UNHEALTHY
    }
    return Registered(name, health, causes=causes)


def _cause(kind: str, name: str, told: Iterable[str | None]) -> str:
    return f"{kind} {name}: {', '.join(filter(None, told)) or 'unhealthy'}"


def _target_state(health: Answer) -> TargetHealth:
    """Elastic Load Balancing's states (TargetHealth, ELB API) in ours.

    ``unused`` is not yet in use, except for a stopped or terminated machine. ``unavailable`` without health checks
    is served without being asked; for want of an answer it is unknown, and waited for.
    """
    state, reason = health.get("State", ""), health.get("Reason", "")
    if state == "unused" and reason == "Target.InvalidState":
        return TargetHealth.UNHEALTHY
    if state == "unavailable" and reason == "Target.HealthCheckDisabled":
        return TargetHealth.HEALTHY
    return _STATES.get(state, TargetHealth.INITIAL)


def _classic_state(state: Answer) -> TargetHealth:
    """InstanceState of the classic API: OutOfService and Unknown have their reason in a sentence."""
    said = state.get("Description", "")
    if state["State"] == "InService":
        return TargetHealth.HEALTHY
    if "deregistration" in said:
        return TargetHealth.DRAINING
    return TargetHealth.INITIAL if _NOT_YET.search(said) else TargetHealth.UNHEALTHY


def _asked(api: AwsApi, service: str, operation: str, **parameters: str) -> Answer | None:
    try:
        return api.call(service, operation, **parameters)
    except PermanentFleetError as error:
        if error.code in _GONE:
            return None
        raise


def short_name(arn: str) -> str:
    """``arn:...:targetgroup/web/0123`` as people call it: ``web``."""
    parts = arn.split("/")
    return parts[1] if len(parts) > 1 else arn
