"""The inputs of an Auto Scaling group, checked without the handler's table of kinds."""

from __future__ import annotations

from functools import partial

from pulumi_rolling.policy import check
from pulumi_rolling.policy.groups.auto_scaling_group import AutoScalingGroup
from pulumi_rolling.policy.inputs import RollingGroupInputs, inputs_with

INPUTS_MODEL = inputs_with(AutoScalingGroup)


def group_of(inputs: RollingGroupInputs) -> AutoScalingGroup:
    """The group's block, which only the model with the kinds has."""
    found = dict(inputs)["auto_scaling_group"]
    assert isinstance(found, AutoScalingGroup)
    return found


check_inputs = partial(check.check_inputs, INPUTS_MODEL)
check_stored = partial(check.check_stored, INPUTS_MODEL)
