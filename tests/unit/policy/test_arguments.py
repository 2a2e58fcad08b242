"""The Python arguments beside the models that judge them."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import fields as arguments_of

import pulumi_rolling as rolling
import pytest
from pulumi_rolling.policy.block import Block, fields
from pulumi_rolling.policy.ecs_deployment.block import (
    CanaryConfiguration,
    DeploymentAlarms,
    DeploymentCircuitBreaker,
    DeploymentLifecycleHook,
    EarlySuccessCriteria,
    EcsDeployment,
    HookTimeoutConfiguration,
    LinearConfiguration,
    ThresholdConfiguration,
)
from pulumi_rolling.policy.groups.auto_scaling_group import AutoScalingGroup, LaunchTemplate
from pulumi_rolling.policy.groups.ecs_service import EcsService
from pulumi_rolling.policy.instance_refresh.block import InstanceRefresh
from pulumi_rolling.policy.normal import normal_form
from pulumi_rolling.policy.rolling_update.block import (
    BeforeTerminate,
    Canary,
    Checkpoints,
    Command,
    Http,
    Readiness,
    RollingUpdate,
)
from pulumi_rolling.policy.spelling import camel
from pulumi_rolling.resource import args

from tests.unit.policy.kinds import INPUTS_MODEL

BLOCKS = [
    AutoScalingGroup,
    BeforeTerminate,
    Canary,
    Checkpoints,
    Command,
    Http,
    InstanceRefresh,
    LaunchTemplate,
    Readiness,
    RollingUpdate,
    *(CanaryConfiguration, DeploymentAlarms, DeploymentCircuitBreaker, DeploymentLifecycleHook),
    *(EarlySuccessCriteria, EcsDeployment, EcsService, HookTimeoutConfiguration, LinearConfiguration),
    ThresholdConfiguration,
]


@pytest.mark.parametrize("model", BLOCKS)
def test_every_field_has_its_argument_and_its_public_name(model: type[Block]) -> None:
    """A field that YAML has and Python lacks, or the other way round, would be a language less."""
    name = model.__name__
    block = getattr(args, name)
    assert {camel(each.name) for each in arguments_of(block)} == set(fields(model))
    assert getattr(rolling, name) is block
    assert name in rolling.__all__


def test_blocks_within_blocks_become_what_the_check_reads() -> None:
    """Arguments in snake case, plain values in place of a block: the same normalised form as from YAML."""
    update = rolling.RollingUpdate(
        guard="fast",
        canary=rolling.Canary(size="10%", soak="PT5M"),
        readiness=rolling.Readiness(target_health=True, warm_up="PT1M"),
        checkpoints=[25, 50],
        scale_in_protected_instances="Ignore",
    )
    policy = rolling.UpdatePolicy(rolling_update=update)
    assert normal_form(INPUTS_MODEL, {"updatePolicy": policy.properties()}) == {
        "updatePolicy": {
            "rollingUpdate": {
                "guard": "fast",
                "canary": {"size": "10%", "soak": "PT5M"},
                "readiness": {"targetHealth": True, "warmUp": "PT1M"},
                "checkpoints": {"percents": [25, 50]},
                "scaleInProtectedInstances": "Ignore",
            }
        }
    }
    alone = rolling.RollingUpdate(canary=2, checkpoints=rolling.Checkpoints(percents=[50], delay="PT1H"))
    assert normal_form(INPUTS_MODEL, {"updatePolicy": {"rollingUpdate": alone.properties()}}) == {
        "updatePolicy": {
            "rollingUpdate": {
                "canary": {"size": 2},
                "checkpoints": {"percents": [50], "delay": "PT1H"},
            }
        }
    }


def test_blocks_in_a_list_become_what_the_check_reads() -> None:
    """A hook of a deployment is a block within a list within a block."""
    deployment = rolling.EcsDeployment(
        circuit_breaker=rolling.DeploymentCircuitBreaker(rollback=True),
        alarms=["web-5xx"],
        lifecycle_hooks=[
            rolling.DeploymentLifecycleHook(
                target_type="pause",
                lifecycle_stages=["post_scale_up"],
                timeout_configuration=rolling.HookTimeoutConfiguration(timeout_in_minutes="PT1H"),
            )
        ],
    )
    policy = rolling.UpdatePolicy(ecs_deployment=deployment)
    assert normal_form(INPUTS_MODEL, {"updatePolicy": policy.properties()}) == {
        "updatePolicy": {
            "ecsDeployment": {
                "circuitBreaker": {"rollback": True},
                "alarms": {"alarmNames": ["web-5xx"]},
                "lifecycleHooks": [
                    {
                        "targetType": "PAUSE",
                        "lifecycleStages": ["POST_SCALE_UP"],
                        "timeoutConfiguration": {"timeoutInMinutes": 60},
                    }
                ],
            }
        }
    }


def test_arguments_load_no_models() -> None:
    """A program that only declares a RollingGroup does not wait for pydantic; the provider's process loads it."""
    code = "import sys, pulumi_rolling.policy.spelling, pulumi_rolling.policy.outputs; print('pydantic' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"
