"""Stages of a service deployment: where it waits for somebody's word, and how traffic moves to the new revision.

Sources: ECS API reference, ServiceDeployment.lifecycleStage, DeploymentLifecycleHook (PAUSE), LinearConfiguration,
CanaryConfiguration, ContinueServiceDeployment. With the strategies that shift traffic the new revision comes up whole
beside the old one, which goes in the stage CLEAN_UP. Lambda hooks succeed at once. This module refuses to know which
tasks are started and stopped.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from pulumi_rolling.lab.world.cloud import Cloud
from pulumi_rolling.lab.world.ecs import deployment as steps
from pulumi_rolling.lab.world.ecs import turning
from pulumi_rolling.lab.world.ecs.deployment import Pause, Rollout
from pulumi_rolling.lab.world.ecs.service import Service
from pulumi_rolling.lab.world.refusal import Refused

SHIFTING = ("BLUE_GREEN", "LINEAR", "CANARY")
SCALE_UP, SHIFT, BAKE, CLEAN_UP = "SCALE_UP", "PRODUCTION_TRAFFIC_SHIFT", "BAKE_TIME", "CLEAN_UP"
STAGES = (
    "RECONCILE_SERVICE",
    "PRE_SCALE_UP",
    SCALE_UP,
    "POST_SCALE_UP",
    "TEST_TRAFFIC_SHIFT",
    "POST_TEST_TRAFFIC_SHIFT",
    "PRE_PRODUCTION_TRAFFIC_SHIFT",
    SHIFT,
    "POST_PRODUCTION_TRAFFIC_SHIFT",
    BAKE,
    CLEAN_UP,
)
ROLLING = ("RECONCILE_SERVICE", "PRE_SCALE_UP", SCALE_UP)
AWAITING, SUCCEEDED, FAILED, TIMED_OUT = "AWAITING_ACTION", "SUCCEEDED", "FAILED", "TIMED_OUT"
CONTINUE, ROLLBACK = "CONTINUE", "ROLLBACK"
MINUTE = 60.0
DAY = 1440


def beside(service: Service) -> bool:
    """The new revision comes up beside the old one."""
    return service.configuration.get("strategy") in SHIFTING


def keeps_old(service: Service) -> bool:
    rollout = service.rollout
    if not beside(service) or rollout is None or rollout.now.status not in steps.FORWARD:
        return False
    return rollout.now.stage != CLEAN_UP


def begun(service: Service) -> bool:
    """Tasks may be started and stopped: the service deployment has come to its scale-up, or there is none."""
    rollout = service.rollout
    if rollout is None or rollout.now.status not in steps.FORWARD:
        return True
    return rollout.now.stage not in STAGES[:2]


def passed_all(rollout: Rollout) -> bool:
    return rollout.now.stage == CLEAN_UP


def pass_on(cloud: Cloud, service: Service) -> None:
    """The service deployment goes from stage to stage as far as nothing holds it."""
    rollout = service.rollout
    if rollout is None or rollout.now.status != steps.IN_PROGRESS:
        return
    order = STAGES if beside(service) else ROLLING
    while rollout.now.status == steps.IN_PROGRESS and rollout.now.stage in order[:-1]:
        stage = rollout.now.stage
        if not _over(cloud, service, rollout, stage) or not _answered(cloud, service, rollout, stage):
            return
        rollout.alter(cloud.now, stage=order[order.index(stage) + 1])
        rollout.bakes_until = None
        cloud.stir(service)


def _over(cloud: Cloud, service: Service, rollout: Rollout, stage: str) -> bool:
    if stage == SCALE_UP:
        healthy = sum(each.healthy for each in service.live if each.deployment is rollout.target)
        return healthy >= service.desired
    seconds = _seconds(rollout.configuration, stage)
    if seconds == 0.0:
        return True
    if rollout.bakes_until is None:
        rollout.bakes_until = cloud.now + seconds
        cloud.agenda.at(rollout.bakes_until, partial(cloud.stir, service))
    return cloud.now >= rollout.bakes_until


def _seconds(told: Mapping[str, Any], stage: str) -> float:
    """How long a stage takes by the configuration."""
    if stage == BAKE:
        return MINUTE * float(told.get("bakeTimeInMinutes") or 0)
    if stage != SHIFT:
        return 0.0
    if told.get("strategy") == "LINEAR":
        linear = told.get("linearConfiguration") or {}
        moves = -(-100 // float(linear.get("stepPercent", 10.0)))
        return MINUTE * (moves - 1) * float(linear.get("stepBakeTimeInMinutes", 6))
    if told.get("strategy") == "CANARY":
        canary = told.get("canaryConfiguration") or {}
        return MINUTE * float(canary.get("canaryBakeTimeInMinutes", 10))
    return 0.0


def _answered(cloud: Cloud, service: Service, rollout: Rollout, stage: str) -> bool:
    """Every PAUSE hook of the stage has its answer; those that are met first begin to wait."""
    hooks = [
        each
        for each in rollout.configuration.get("lifecycleHooks") or ()
        if each.get("targetType") == "PAUSE" and stage in (each.get("lifecycleStages") or ())
    ]
    if hooks and stage not in rollout.passed:
        rollout.passed.add(stage)
        for hook in hooks:
            _pause(cloud, service, rollout, stage, hook)
    return not any(each.stage == stage and each.status == AWAITING for each in rollout.now.pauses)


def _pause(cloud: Cloud, service: Service, rollout: Rollout, stage: str, hook: Mapping[str, Any]) -> None:
    told = hook.get("timeoutConfiguration") or {}
    ends = cloud.now + MINUTE * float(told.get("timeoutInMinutes", DAY))
    pause = Pause(cloud.new_id(), stage, AWAITING, ends, told.get("action", ROLLBACK))
    rollout.alter(cloud.now, pauses=(*rollout.now.pauses, pause))
    cloud.agenda.at(ends, partial(_run_out, cloud, service, rollout, pause.hook_id))


def _run_out(cloud: Cloud, service: Service, rollout: Rollout, hook_id: str) -> None:
    pause = _waiting(rollout, hook_id)
    if pause is not None and rollout.active:
        _settle(cloud, service, rollout, pause, pause.timeout_action, TIMED_OUT)


def _waiting(rollout: Rollout, hook_id: str) -> Pause | None:
    found = (each for each in rollout.now.pauses if each.hook_id == hook_id and each.status == AWAITING)
    return next(found, None)


def answer(cloud: Cloud, service: Service, rollout: Rollout, hook_id: str, action: str) -> None:
    """ContinueServiceDeployment."""
    pause = _waiting(rollout, hook_id)
    if pause is None or rollout.now.status != steps.IN_PROGRESS:
        raise Refused("InvalidParameterException", f"The lifecycle hook {hook_id} does not await an action.")
    _settle(cloud, service, rollout, pause, action, SUCCEEDED if action == CONTINUE else FAILED)


def _settle(cloud: Cloud, service: Service, rollout: Rollout, pause: Pause, action: str, status: str) -> None:
    settled = replace(pause, status=status)
    rollout.alter(cloud.now, pauses=tuple(settled if each is pause else each for each in rollout.now.pauses))
    if action == ROLLBACK:
        what = "timed out" if status == TIMED_OUT else "failed"
        turning.fail(cloud, service, turning.by_hook(pause.stage, what))
    cloud.stir(service)
