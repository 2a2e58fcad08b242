"""Sentences of the types and properties of an ESS scaling group of Alibaba Cloud, for people's editors."""

from __future__ import annotations

from collections.abc import Mapping

TYPES: Mapping[str, str] = {
    "EssScalingGroup": "The ESS scaling group of Alibaba Cloud to roll, and what its members are to be made from: "
    "exactly one of scalingConfiguration and launchTemplate.",
    "EssLaunchTemplate": "A version of a launch template of ECS. Both fields are required.",
}

PROPERTIES: Mapping[str, str] = {
    "RollingGroup.essScalingGroup": "The ESS scaling group to roll, in place of autoScalingGroup. It is made by "
    "something else; this resource owns its pointer to the revision. Another id or region replaces this resource, no "
    "instance.",
    "EssScalingGroup.id": "The group's id, asg-... It is the id of this resource, so it may not be secret.",
    "EssScalingGroup.region": "The group's region. Default: ALICLOUD_REGION, then ALIBABA_CLOUD_REGION.",
    "EssScalingGroup.endpoint": "A URL where calls of ESS go instead, and on this machine those of ECS, too. Default: "
    "ALIBABA_CLOUD_ENDPOINT_ESS, then Alibaba's own for the region.",
    "EssScalingGroup.accessKey": "The access key's id, with secretKey. Default: ALICLOUD_ACCESS_KEY, then Alibaba's "
    "own chain of credentials.",
    "EssScalingGroup.secretKey": "The access key's secret, with accessKey. Default: ALICLOUD_SECRET_KEY.",
    "EssScalingGroup.securityToken": "The token of temporary keys. Default: ALICLOUD_SECURITY_TOKEN.",
    "EssScalingGroup.scalingConfiguration": "The id of the scaling configuration wanted, asc-... It must be one of "
    "the group's. Required, except with launchTemplate.",
    "EssScalingGroup.launchTemplate": "The launch template and version wanted, in place of scalingConfiguration.",
    "EssLaunchTemplate.id": "The template's id, lt-...",
    "EssLaunchTemplate.version": "The number of the version. Latest and Default are refused: nothing could return to "
    "what they were.",
}
