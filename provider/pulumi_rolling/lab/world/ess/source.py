"""What an instance is made from: a scaling configuration, or a version of a launch template.

A source is resolved once, at the launch. This module refuses to know who points at it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pulumi_rolling.lab.world.refusal import Refused


@dataclass(frozen=True, slots=True)
class Source:
    """`label` names the revision as a client can: an in-place edit of a configuration keeps it."""

    image: str
    instance_type: str
    configuration_id: str | None = None
    template_id: str | None = None
    template_version: str | None = None
    since: float = 0.0
    """Grows with each later configuration, and with each later version of a template."""

    @property
    def label(self) -> str:
        return self.configuration_id or f"{self.template_id}:{self.template_version}"


@dataclass(eq=False, slots=True)
class Configuration:
    """A scaling configuration; it shows no time of its last edit."""

    id: str
    group_id: str
    name: str
    created_at: float
    told: dict[str, Any]

    @property
    def source(self) -> Source:
        types = self.told.get("InstanceTypes") or [self.told.get("InstanceType") or "ecs.g7.large"]
        containers = self.told.get("Containers") or [{}]
        image = self.told.get("ImageId") or containers[0].get("Image") or self.told.get("ImageName") or ""
        return Source(image, types[0], configuration_id=self.id, since=self.created_at)


@dataclass(eq=False, slots=True)
class Template:
    """A launch template of ECS: versions by number, from 1."""

    id: str
    name: str
    created_at: float
    default: int = 1
    versions: list[Mapping[str, Any]] = field(default_factory=list)
    deleted: set[int] = field(default_factory=set)

    @property
    def latest(self) -> int:
        return max(set(range(1, len(self.versions) + 1)) - self.deleted)

    def number(self, version: str | None) -> int:
        """The version that a text stands for: a number, `Default` or `Latest`."""
        match version:
            case None | "" | "Default":
                return self.default
            case "Latest":
                return self.latest
        if not version.isdigit():
            raise Refused("TemplateVersion.NotNumber", "The specified template version is not a number.")
        if not 1 <= int(version) <= len(self.versions) or int(version) in self.deleted:
            raise Refused(
                "LaunchTemplateVersionSet.NotFound", "The specified launch template version does not exist."
            )
        return int(version)

    def source(self, version: str | None) -> Source:
        number = self.number(version)
        told = self.versions[number - 1]
        return Source(
            told.get("ImageId") or "",
            told.get("InstanceType") or "ecs.g7.large",
            template_id=self.id,
            template_version=str(number),
            since=float(number),
        )
