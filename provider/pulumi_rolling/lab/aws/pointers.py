"""What a group launches from, read from a call: a launch template, a mixed instances policy or a launch configuration.

Source: EC2 Auto Scaling API reference, UpdateAutoScalingGroup and MixedInstancesPolicy. Names and versions are kept
literally as given.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi_rolling.lab.aws import moto_side
from pulumi_rolling.lab.world.group import Pointer
from pulumi_rolling.lab.world.refusal import invalid


def pointer_from(region: str, values: Mapping[str, Any], former: Pointer) -> Pointer:
    """What the group launches from after a call; template, mixed policy and configuration exclude each other.

    A call without any of them keeps the former one, and a mixed policy without Overrides or
    InstancesDistribution keeps those of the former policy.
    """
    given = [
        key
        for key in ("LaunchTemplate", "MixedInstancesPolicy", "LaunchConfigurationName")
        if values.get(key)
    ]
    if len(given) > 1:
        raise invalid(
            "Valid requests must contain either LaunchTemplate, LaunchConfigurationName or "
            "MixedInstancesPolicy parameter."
        )
    if not given:
        return former
    if given == ["LaunchConfigurationName"]:
        return Pointer(configuration=moto_side.configuration(region, values["LaunchConfigurationName"]).name)
    if given == ["LaunchTemplate"]:
        return Pointer(template=moto_side.named(region, values["LaunchTemplate"]))
    mixed = values["MixedInstancesPolicy"]
    old = former.mixed or {}
    old_template = old.get("LaunchTemplate", {})
    template = old_template | mixed.get("LaunchTemplate", {})
    template["LaunchTemplateSpecification"] = moto_side.named(
        region, template.get("LaunchTemplateSpecification", {})
    )
    distribution = {
        "OnDemandAllocationStrategy": "prioritized",
        "OnDemandBaseCapacity": 0,
        "OnDemandPercentageAboveBaseCapacity": 100,
        "SpotAllocationStrategy": "lowest-price",
    }
    distribution |= old.get("InstancesDistribution", {}) | mixed.get("InstancesDistribution", {})
    template["Overrides"] = [_override(region, override) for override in template.get("Overrides", [])]
    return Pointer(mixed={"LaunchTemplate": template, "InstancesDistribution": distribution})


def _override(region: str, override: Mapping[str, Any]) -> dict[str, Any]:
    """An override with a launch template of its own names it as the group's is named."""
    spec = override.get("LaunchTemplateSpecification")
    return dict(override) | ({"LaunchTemplateSpecification": moto_side.named(region, spec)} if spec else {})
