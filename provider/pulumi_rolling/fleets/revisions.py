"""The revision of each member of a group, read from its launch template's versions with as few calls as can
be.
"""

from __future__ import annotations

from collections.abc import Iterable

from pulumi_rolling.core.model import Revision
from pulumi_rolling.fleets.aws_api import Answer, AwsApi
from pulumi_rolling.fleets.group_description import Listed, listed, template_of
from pulumi_rolling.fleets.launch_templates import LaunchTemplates, TemplateWanted, address, parts


class Revisions:
    def __init__(self, api: AwsApi, templates: LaunchTemplates) -> None:
        self._api = api
        self._templates = templates

    def learn(self, group: Answer, pointers: Iterable[str] = ()) -> dict[str, Revision]:
        """Make the versions of all members known, and bring what these pointers resolve to: a call per
        template.

        No call at all where everything is known and no pointer is a literal.
        """
        numbers: dict[str, set[str]] = {}
        for one in listed(group):
            if one.template:
                numbers.setdefault(one.template, set()).add(one.version)
        literals: dict[str, list[str]] = {}
        for pointer in pointers:
            template, version = parts(pointer)
            if template != "lc":
                literals.setdefault(template, []).append(version)
        meant: dict[str, Revision] = {}
        for template in sorted({*numbers, *literals}):
            found = self._templates.learn(
                self._api, template, numbers.get(template, ()), literals.get(template, ())
            )
            meant |= {address(template, version): revision for version, revision in found.items()}
        return meant

    def of(self, one: Listed) -> Revision:
        """A member that was not launched from a template matches no target."""
        known = self._templates.known(one.template, one.version)
        if known is not None:
            return known
        if one.origin:
            return Revision(f"lc:{one.origin}", f"lc:{one.origin}", f"launch configuration {one.origin}")
        return Revision(f"attached:{one.id}", f"attached:{one.id}", "no launch template")

    def label(self, one: Listed, group: Answer) -> str:
        """How the member's revision is counted; one of another template than the group's says so."""
        own = (template_of(group) or {}).get("LaunchTemplateId")
        label = str(self.of(one))
        return label if not one.template or one.template == own else f"{label} of {one.template}"

    def contents(self, revision: Revision) -> Answer:
        return self._templates.contents(*parts(revision.address))

    def resolve(self, wanted: TemplateWanted) -> Revision:
        return self._templates.resolve(self._api, wanted)
