"""Overrides of a mixed instances policy that launch from a launch template of their own.

Such an override is a second pointer, which a rollout does not move. A member launched from it matches whatever the
rollout leads to as long as its contents are what the override stands for now: the cloud would launch the same again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pulumi_rolling.core.model.member import Revision
from pulumi_rolling.fleets.auto_scaling_group.description import Listed
from pulumi_rolling.fleets.aws.api import Answer, AwsApi
from pulumi_rolling.fleets.aws.launch_templates import DEFAULT, LaunchTemplates


@dataclass(frozen=True, slots=True)
class Override:
    index: int
    instance_type: str
    """Empty where it has requirements instead."""
    template: str
    version: str

    def is_of(self, one: Listed) -> bool:
        return self.template == one.template and self.instance_type in ("", one.instance_type)


def own_templates(group: Answer) -> Iterator[Override]:
    launch = (group.get("MixedInstancesPolicy") or {}).get("LaunchTemplate") or {}
    for index, override in enumerate(launch.get("Overrides", [])):
        own = override.get("LaunchTemplateSpecification")
        if own and own.get("LaunchTemplateId"):
            version = own.get("Version") or DEFAULT
            yield Override(index, override.get("InstanceType", ""), own["LaunchTemplateId"], version)


def notes_of(group: Answer) -> tuple[str, ...]:
    return tuple(
        f"override {each.index} ({each.instance_type or 'by requirements'}) launches from {each.template} version "
        f"{each.version}, which this resource does not move; its instances are replaced where they differ from that"
        for each in own_templates(group)
    )


class OwnTemplates:
    """What the overrides of one group stand for."""

    def __init__(self, api: AwsApi, templates: LaunchTemplates) -> None:
        self._api = api
        self._templates = templates
        self._meant: dict[tuple[str, str], Revision] = {}

    def matching(self, group: Answer, instances: Iterable[Listed]) -> frozenset[str]:
        """Ids of the instances that are as their override would make them now.

        ``$Latest`` and ``$Default`` are resolved again while somebody differs, so that a version that was just
        published does not make its first instances look old.
        """
        overrides = tuple(own_templates(group))
        if not overrides:
            return frozenset()
        theirs = [(one, [each for each in overrides if each.is_of(one)]) for one in instances]
        theirs = [(one, own) for one, own in theirs if own]
        found = self._matching(theirs)
        if len(found) < len(theirs):
            self._resolve(overrides)
            found = self._matching(theirs)
        return found

    def _matching(self, theirs: list[tuple[Listed, list[Override]]]) -> frozenset[str]:
        return frozenset(one.id for one, own in theirs if any(self._is_as(one, each) for each in own))

    def _is_as(self, one: Listed, override: Override) -> bool:
        known = self._templates.known(one.template, one.version)
        meant = self._meant.get((override.template, override.version))
        return known is not None and meant is not None and known.digest == meant.digest

    def _resolve(self, overrides: tuple[Override, ...]) -> None:
        literals: dict[str, list[str]] = {}
        for each in overrides:
            literals.setdefault(each.template, []).append(each.version)
        for template, versions in sorted(literals.items()):
            for version, revision in self._templates.learn(self._api, template, (), versions).items():
                self._meant[template, version] = revision
