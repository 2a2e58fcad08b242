"""What the lab takes from moto: launch templates, launch configurations, subnets and queues.

moto resolves the template version of an instance at each read; here it is resolved once, at the launch. Any image
name is accepted. moto's state belongs to the process, and so do these functions.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from moto.autoscaling.models import FakeLaunchConfiguration, autoscaling_backends
from moto.core.exceptions import ServiceException
from moto.ec2.models import ec2_backends
from moto.ec2.models.launch_templates import LaunchTemplateVersion
from moto.ec2.models.subnets import Subnet
from moto.moto_api._internal import mock_random
from moto.moto_api._internal.models import moto_api_backend
from moto.sqs.models import sqs_backends

from pulumi_rolling.lab.world.cloud import ACCOUNT
from pulumi_rolling.lab.world.group import Place, Pointer
from pulumi_rolling.lab.world.member import Revision
from pulumi_rolling.lab.world.refusal import Refused, invalid


def empty(seed: int) -> None:
    """An empty cloud whose ids (of launch templates, subnets and so on) follow from the seed."""
    # moto's own reset builds each region's EC2 anew before it throws it away.
    ec2_backends[ACCOUNT].clear()
    for each in vars(Subnet).values():
        # A cache by subnet would keep each cloud that ever was, with its 1,300 images.
        if hasattr(each, "cache_clear"):
            each.cache_clear()
    moto_api_backend.reset()
    mock_random.seed(seed)


def warm(region: str) -> None:
    """Make the region's EC2, which takes a second."""
    ec2_backends[ACCOUNT][region].describe_launch_templates()


def _version(region: str, spec: Mapping[str, Any]) -> LaunchTemplateVersion:
    """Resolve a launch template specification; no version means `$Default`.

    Source: EC2 Auto Scaling API reference, LaunchTemplateSpecification.Version.
    """
    backend = ec2_backends[ACCOUNT][region]
    try:
        if spec.get("LaunchTemplateId"):
            template = backend.get_launch_template(spec["LaunchTemplateId"])
        else:
            template = backend.get_launch_template_by_name(spec.get("LaunchTemplateName", ""))
        return template.get_version(spec.get("Version") or "$Default")
    except ServiceException as refused:
        raise Refused("ValidationError", refused.message) from refused
    except ValueError as refused:
        raise invalid(
            "Invalid launch template version: either '$Default', '$Latest', or a numeric version are allowed."
        ) from refused


class MotoTemplates:
    """moto's launch templates and configurations, to resolve what a group points at."""

    def revisions(self, region: str, pointer: Pointer) -> list[Revision]:
        if pointer.configuration is not None:
            found = configuration(region, pointer.configuration)
            return [Revision(found.image_id, found.instance_type, configuration=found.name)]
        if pointer.mixed is not None:
            return self._mixed(region, pointer.mixed)
        return [_revision(_version(region, pointer.template or {}))]

    def _mixed(self, region: str, mixed: Mapping[str, Any]) -> list[Revision]:
        """A revision for each override: its instance type, weight, image and template, where it names them."""
        template = mixed.get("LaunchTemplate", {})
        common = template.get("LaunchTemplateSpecification", {})
        return [
            _revision(
                _version(region, override.get("LaunchTemplateSpecification") or common),
                instance_type=override.get("InstanceType"),
                image=override.get("ImageId"),
                weight=int(override["WeightedCapacity"]) if override.get("WeightedCapacity") else None,
            )
            for override in template.get("Overrides") or [{}]
        ]


def configuration(region: str, name: str) -> FakeLaunchConfiguration:
    found = autoscaling_backends[ACCOUNT][region].launch_configurations.get(name)
    if found is None:
        raise invalid("Launch configuration name not found - null")
    return found


def _revision(
    version: LaunchTemplateVersion,
    instance_type: str | None = None,
    image: str | None = None,
    weight: int | None = None,
) -> Revision:
    return Revision(
        image=image or version.image_id,
        instance_type=instance_type or version.instance_type or "m1.small",
        template_id=version.template.id,
        template_name=version.template.name,
        number=str(version.number),
        weight=weight,
        own_image=image,
        tags=dict(version.instance_tags),
    )


def named(region: str, spec: Mapping[str, Any]) -> dict[str, Any]:
    """A specification with both id and name, and the version literally as given; checked to exist."""
    try:
        version = _version(region, spec)
    except Refused as refused:
        text = f"You must use a valid fully-formed launch template. {refused.message}"
        raise invalid(text) from refused
    known = {"LaunchTemplateId": version.template.id, "LaunchTemplateName": version.template.name}
    return known | ({"Version": spec["Version"]} if spec.get("Version") else {})


def places(region: str, subnets: str | None, zones: list[str] | None) -> tuple[Place, ...]:
    """Where a group may launch: its subnets' zones, or its zones without subnets."""
    if subnets:
        backend = ec2_backends[ACCOUNT][region]
        found = []
        for subnet in subnets.split(","):
            try:
                found.append(Place(backend.get_subnet(subnet.strip()).availability_zone, subnet.strip()))
            except ServiceException as refused:
                raise invalid(f"The subnet ID '{subnet}' does not exist") from refused
        return tuple(found)
    return tuple(Place(zone) for zone in zones or [])


def vpc_of(region: str, subnet: str | None) -> str | None:
    if subnet is None:
        return None
    try:
        return ec2_backends[ACCOUNT][region].get_subnet(subnet).vpc_id
    except ServiceException:
        return None


def send(queue_url: str, body: Mapping[str, Any]) -> None:
    """A message goes into its queue; to a queue that does not exist it is lost."""
    name = queue_url.rstrip("/").rsplit("/", 1)[-1]
    for backend in sqs_backends[ACCOUNT].values():
        if name in backend.queues:
            backend.send_message(name, json.dumps(body))


def queue_wait(queue_url: str) -> int:
    """Seconds that a queue lets a reader wait who names none."""
    name = queue_url.rstrip("/").rsplit("/", 1)[-1]
    for backend in sqs_backends[ACCOUNT].values():
        if name in backend.queues:
            return int(getattr(backend.queues[name], "receive_message_wait_time_seconds", 0) or 0)
    return 0
