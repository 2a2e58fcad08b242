"""The deploymentConfiguration that a deployment is sent, and what holds of it: the service's own, and ours over it.

Whether UpdateService keeps members that are not sent is documented nowhere, so what was read is sent back whole. What
the API may have beyond our fields stays as it was read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from pulumi_rolling.core.model.goal import OnFailure
from pulumi_rolling.policy.block import Block, fields
from pulumi_rolling.policy.ecs_deployment.arithmetic import HALF, failures
from pulumi_rolling.policy.ecs_deployment.block import (
    DeploymentAlarms,
    DeploymentCircuitBreaker,
    EcsDeployment,
)
from pulumi_rolling.policy.ecs_deployment.leaves import DAY, DeploymentStrategy, HookTarget, ThresholdType
from pulumi_rolling.policy.ecs_deployment.rules import OF_STRATEGY, named_strategy

DAEMON = "DAEMON"
BOUNDED = ThresholdType.BOUNDED_PERCENT.value
BREAKER, ALARMS = "deploymentCircuitBreaker", "alarms"
_OURS_ALONE = ("forceNewDeployment", "timeout")
"""Fields of the block that are no members of a deploymentConfiguration."""
_NAMES = {"circuitBreaker": BREAKER}
_OFF: Mapping[str, Any] = {
    BREAKER: {"enable": False, "rollback": False},
    ALARMS: {"alarmNames": [], "enable": False, "rollback": False},
    "strategy": DeploymentStrategy.ROLLING.value,
    "lifecycleHooks": [],
    "earlySuccessCriteria": {"enable": False},
}
"""Members that a service may be without, and what says the same."""
_USUAL: Mapping[str, Any] = {
    "resetOnHealthyTask": True,
    "thresholdConfiguration": {"type": BOUNDED, "value": HALF},
}
"""The same of a circuit breaker."""


def wanted(
    deployment: EcsDeployment, as_read: Mapping[str, Any], on_failure: OnFailure = OnFailure.ROLL_BACK
) -> dict[str, Any]:
    """What was read, whole, with ours in it: equal to ``as_read`` where the block says nothing.

    Where the block names another strategy, what only the former one has is left out.
    """
    kept = dict(as_read)
    ours = _given(deployment, without=_OURS_ALONE)
    strategy = deployment.strategy
    if strategy is not None and strategy is not named_strategy(as_read.get("strategy", "ROLLING")):
        kept = {key: value for key, value in kept.items() if strategy in OF_STRATEGY.get(key, (strategy,))}
    for field, value in ours.items():
        name = _NAMES.get(field, field)
        before = kept.get(name)
        kept[name] = (
            {**before, **value} if isinstance(value, Mapping) and isinstance(before, Mapping) else value
        )
    for name, block in ((BREAKER, deployment.circuit_breaker), (ALARMS, deployment.alarms)):
        if block is not None:
            rollback = _rollback(block, as_read.get(name) or {}, on_failure)
            kept[name] = {**kept[name], "rollback": rollback}
    if deployment.alarms is not None:
        kept[ALARMS].setdefault("alarmNames", [])
    return kept


def taken_back(ours: Mapping[str, Any], former: Mapping[str, Any]) -> dict[str, Any]:
    """The former configuration, which says of each member that only ours has that it is off.

    A member that is not sent may stay as it is.
    """
    left = {name: off for name, off in _OFF.items() if name in ours and name not in former}
    given, before = ours.get(BREAKER) or {}, former.get(BREAKER)
    if before is not None:
        usual = {name: same for name, same in _USUAL.items() if name in given and name not in before}
        left[BREAKER] = {**before, **usual}
    return {**former, **left}


def _rollback(
    block: DeploymentCircuitBreaker | DeploymentAlarms, before: Mapping[str, Any], on_failure: OnFailure
) -> bool:
    """Whether ECS returns the service by itself: as given, as it is where the same is on already, or as onFailure."""
    if block.rollback is not None:
        return block.rollback
    if block.enable and before.get("enable"):
        return bool(before.get("rollback"))
    return block.enable and on_failure is OnFailure.ROLL_BACK


def _given(block: Block, *, without: tuple[str, ...] = ()) -> dict[str, Any]:
    """The members of a block that are not None, in the API's form."""
    members = {name: getattr(block, attribute) for name, attribute in fields(type(block)).items()}
    return {
        name: _plain(value) for name, value in members.items() if value is not None and name not in without
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Block):
        return _given(value)
    if isinstance(value, Enum):
        return value.value
    return [_plain(each) for each in value] if isinstance(value, tuple) else value


@dataclass(frozen=True, slots=True)
class Breaker:
    """The circuit breaker that holds."""

    enable: bool = False
    rollback: bool = False
    kind: ThresholdType | None = ThresholdType.BOUNDED_PERCENT
    """None: one that this version does not know."""
    value: int = HALF

    def acts_after(self, desired: int) -> int | None:
        """How many failures it takes, of so many tasks; None where that is not known."""
        return None if self.kind is None else failures(desired, self.kind, self.value)


@dataclass(frozen=True, slots=True)
class Held:
    """What of a deploymentConfiguration decides how a deployment goes, with the API's defaults."""

    strategy: DeploymentStrategy | None
    """None: one that this version does not know."""
    minimum: int
    maximum: int
    breaker: Breaker
    alarms: tuple[str, ...]
    """Those that are watched; empty where they are not enabled."""
    alarm_rollback: bool
    waits: float
    """Seconds that a deployment stands still on purpose: bake times, and steps of traffic."""
    pauses: tuple[str, ...]
    """Stages at which it waits for a word."""
    asked: float
    """Seconds that all of them may take, where nobody speaks before their timeouts."""
    hooked: tuple[str, ...]
    """Stages at which any hook stands."""
    early: int | None
    """Percent of healthy tasks at which success is declared; None: not early."""

    @property
    def returns_by_itself(self) -> bool:
        """Whether ECS returns the service when the deployment fails."""
        return (self.breaker.enable and self.breaker.rollback) or (bool(self.alarms) and self.alarm_rollback)


def held(configuration: Mapping[str, Any], scheduling: str) -> Held:
    """A deploymentConfiguration, in the API's form, of a service with that scheduling strategy."""
    is_daemon = scheduling == DAEMON
    alarms, breaker = configuration.get(ALARMS) or {}, configuration.get(BREAKER) or {}
    threshold = breaker.get("thresholdConfiguration") or {}
    early = configuration.get("earlySuccessCriteria") or {}
    hooks = configuration.get("lifecycleHooks") or []
    stages = [(hook, stage) for hook in hooks for stage in hook.get("lifecycleStages") or []]
    return Held(
        strategy=named_strategy(configuration.get("strategy", DeploymentStrategy.ROLLING.value)),
        minimum=configuration.get("minimumHealthyPercent", 0 if is_daemon else 100),
        maximum=configuration.get("maximumPercent", 100 if is_daemon else 200),
        breaker=Breaker(
            enable=bool(breaker.get("enable")),
            rollback=bool(breaker.get("rollback")),
            kind=next((each for each in ThresholdType if each.value == threshold.get("type", BOUNDED)), None),
            value=threshold.get("value", HALF),
        ),
        alarms=tuple(alarms.get("alarmNames") or ()) if alarms.get("enable") else (),
        alarm_rollback=bool(alarms.get("rollback")),
        waits=_waits(configuration),
        pauses=tuple(dict.fromkeys(stage for hook, stage in stages if _is_pause(hook))),
        asked=float(sum(_timeout(hook) for hook, _ in stages if _is_pause(hook))),
        hooked=tuple(dict.fromkeys(stage for _, stage in stages)),
        early=early.get("healthyPercent") if early.get("enable") else None,
    )


def _is_pause(hook: Mapping[str, Any]) -> bool:
    return bool(hook.get("targetType") == HookTarget.PAUSE.value)


def _timeout(hook: Mapping[str, Any]) -> float:
    """Seconds."""
    return 60.0 * float((hook.get("timeoutConfiguration") or {}).get("timeoutInMinutes", DAY))


def _waits(configuration: Mapping[str, Any]) -> float:
    """Seconds; a rolling deployment's bake time is ECS's own, and not told."""
    strategy = named_strategy(configuration.get("strategy"))
    if strategy in (None, DeploymentStrategy.ROLLING):
        return 0.0
    minutes = float(configuration.get("bakeTimeInMinutes") or 0)
    if strategy is DeploymentStrategy.LINEAR:
        linear = configuration.get("linearConfiguration") or {}
        steps = -(-100 // float(linear.get("stepPercent", 10.0)))
        minutes += (steps - 1) * float(linear.get("stepBakeTimeInMinutes", 6))
    if strategy is DeploymentStrategy.CANARY:
        canary = configuration.get("canaryConfiguration") or {}
        minutes += float(canary.get("canaryBakeTimeInMinutes", 10))
    return minutes * 60
