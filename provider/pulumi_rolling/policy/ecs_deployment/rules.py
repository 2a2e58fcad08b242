"""What can be wrong between the fields of a normalised ECS deployment. No rule speaks where its value is unknown.

What depends on the strategy is asked here where the block names one; where it does not, the live service is asked in
``feasibility``.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from typing import Any

from pulumi_rolling.errors import Fault
from pulumi_rolling.policy.block import IsUnknown
from pulumi_rolling.policy.ecs_deployment.leaves import SHIFTS, DeploymentStrategy, HookTarget
from pulumi_rolling.policy.leaves import show
from pulumi_rolling.policy.lists import twice_faults

BLOCKS = "Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments."
"""The literal refusal of CreateService and UpdateService."""
OF_STRATEGY: Mapping[str, tuple[DeploymentStrategy, ...]] = {
    "bakeTimeInMinutes": (
        DeploymentStrategy.BLUE_GREEN,
        DeploymentStrategy.LINEAR,
        DeploymentStrategy.CANARY,
    ),
    "linearConfiguration": (DeploymentStrategy.LINEAR,),
    "canaryConfiguration": (DeploymentStrategy.CANARY,),
    "earlySuccessCriteria": (DeploymentStrategy.ROLLING,),
}
"""Fields that only some strategies have (DeploymentConfiguration)."""


def deployment_faults(deployment: Mapping[str, Any], is_unknown: IsUnknown) -> Iterator[Fault]:
    """Faults between the fields of the block, with paths within it."""
    if deployment.get("minimumHealthyPercent") == 100 == deployment.get("maximumPercent"):
        yield Fault("maximumPercent", f'must be more with minimumHealthyPercent 100. ECS: "{BLOCKS}"')
    strategy = named_strategy(deployment.get("strategy"))
    if strategy is not None:
        yield from strategy_faults(strategy, deployment)
    yield from _breaker_faults(deployment.get("circuitBreaker"))
    yield from _alarm_faults(deployment.get("alarms"), is_unknown)
    yield from _early_faults(deployment.get("earlySuccessCriteria"), deployment)
    hooks = deployment.get("lifecycleHooks")
    for index, hook in enumerate(hooks if isinstance(hooks, list) else []):
        if isinstance(hook, Mapping) and not is_unknown(hook):
            yield from (fault.below(f"lifecycleHooks[{index}]") for fault in _hook_faults(hook, is_unknown))


def named_strategy(word: Any) -> DeploymentStrategy | None:
    """The strategy of a word of the API; None for what is none, or is not known yet."""
    return next((each for each in DeploymentStrategy if each.value == word), None)


def strategy_faults(strategy: DeploymentStrategy, given: Container[str]) -> Iterator[Fault]:
    """Fields given that the strategy does not have."""
    for field, owners in OF_STRATEGY.items():
        if field in given and strategy not in owners:
            yield Fault(field, _of_others(field, owners, strategy))


def _of_others(field: str, owners: tuple[DeploymentStrategy, ...], strategy: DeploymentStrategy) -> str:
    names = [owner.value for owner in owners]
    whose = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
    if field == "bakeTimeInMinutes":
        return (
            f"needs strategy {whose}; a {strategy.value} deployment has no bake time that can be set (with alarms ECS "
            "computes one from them). Remove it, or name such a strategy."
        )
    return f"needs strategy {whose}; found {strategy.value}. Remove it, or name that strategy."


def _breaker_faults(breaker: Any) -> Iterator[Fault]:
    threshold = breaker.get("thresholdConfiguration") if isinstance(breaker, Mapping) else None
    if not isinstance(threshold, Mapping):
        return
    for field in ("type", "value"):
        if field not in threshold:
            yield Fault(
                f"circuitBreaker.thresholdConfiguration.{field}",
                "is required: the API takes type and value together.",
            )


def _alarm_faults(alarms: Any, is_unknown: IsUnknown) -> Iterator[Fault]:
    if not isinstance(alarms, Mapping):
        return
    names = alarms.get("alarmNames")
    yield from twice_faults("alarms.alarmNames", names, is_unknown)
    if names == [] and alarms.get("enable", True) is True:
        yield Fault(
            "alarms.alarmNames",
            "must name at least one alarm; for none say enable: false, which takes the service's alarms away.",
        )


def _early_faults(early: Any, deployment: Mapping[str, Any]) -> Iterator[Fault]:
    if not isinstance(early, Mapping) or early.get("enable", True) is not True:
        return
    for field in ("healthyPercent", "sourceServiceRevisionCleanup"):
        if field not in early:
            yield Fault(f"earlySuccessCriteria.{field}", "is required where early success is enabled.")
    share, least = early.get("healthyPercent"), deployment.get("minimumHealthyPercent")
    if type(share) is int and type(least) is int and share < least:
        yield Fault("earlySuccessCriteria.healthyPercent", too_early(share, least))


def too_early(share: int, least: int) -> str:
    return f"must be at least minimumHealthyPercent; found {share} with {least}."


def _hook_faults(hook: Mapping[str, Any], is_unknown: IsUnknown) -> Iterator[Fault]:
    stages = hook.get("lifecycleStages")
    if "lifecycleStages" not in hook or stages == []:
        yield Fault("lifecycleStages", "is required: the stages at which the hook stands.")
    target = hook.get("targetType", HookTarget.AWS_LAMBDA.value)
    if is_unknown(target):
        return
    if target != HookTarget.PAUSE.value:
        if target == HookTarget.AWS_LAMBDA.value and "hookTargetArn" not in hook:
            yield Fault(
                "hookTargetArn", "is required: the function to call; for a pause say targetType: PAUSE."
            )
        return
    for field in ("hookTargetArn", "roleArn", "hookDetails"):
        if field in hook:
            yield Fault(field, "belongs to AWS_LAMBDA; a PAUSE calls nothing. Remove it.")
    for index, stage in enumerate(stages if isinstance(stages, list) else []):
        if stage in SHIFTS:
            yield Fault(
                f"lifecycleStages[{index}]",
                f"may not be {show(stage)[1:-1]} for a PAUSE: there traffic is moving. Use the stage before or after "
                "it.",
            )
