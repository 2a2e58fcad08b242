"""The revision of each instance of a group, from its launch template or launch configuration, with few calls."""

from __future__ import annotations

from collections.abc import Iterable

from pulumi_rolling.core.model.member import Revision
from pulumi_rolling.fleets.auto_scaling_group.description import Listed, template_of
from pulumi_rolling.fleets.auto_scaling_group.wanted import Wanted
from pulumi_rolling.fleets.aws.api import Answer, AwsApi
from pulumi_rolling.fleets.aws.launch_configurations import (
    PREFIX,
    ConfigurationWanted,
    LaunchConfigurations,
    configuration_in,
)
from pulumi_rolling.fleets.aws.launch_templates import (
    LaunchTemplates,
    address,
    parts,
)
from pulumi_rolling.fleets.contents import gone


def unread(where: str) -> Revision:
    """A revision whose contents nobody has read: it is equal to itself alone."""
    name = configuration_in(where)
    label = f"version {parts(where)[1]}" if name is None else f"launch configuration {name}"
    return Revision(where, f"unread:{where}", label)


class Revisions:
    def __init__(self, api: AwsApi, templates: LaunchTemplates, configurations: LaunchConfigurations) -> None:
        self._api = api
        self._templates = templates
        self._configurations = configurations

    def learn(self, instances: Iterable[Listed], pointers: Iterable[str] = ()) -> dict[str, Revision]:
        """Make the revisions of all instances known, and bring what these pointers resolve to.

        A call per template, and one for all launch configurations; none where everything is known and no pointer is
        a literal.
        """
        numbers: dict[str, set[str]] = {}
        names: set[str] = set()
        for one in instances:
            if one.template:
                numbers.setdefault(one.template, set()).add(one.version)
            elif one.origin:
                names.add(one.origin)
        literals: dict[str, list[str]] = {}
        pointed: set[str] = set()
        for pointer in pointers:
            name = configuration_in(pointer)
            template, version = parts(pointer)
            if name is None:
                literals.setdefault(template, []).append(version)
            elif name:
                pointed.add(name)
        meant: dict[str, Revision] = {}
        for template in sorted({*numbers, *literals}):
            found = self._templates.learn(
                self._api, template, numbers.get(template, ()), literals.get(template, ())
            )
            meant |= {address(template, version): revision for version, revision in found.items()}
        if names | pointed:
            self._configurations.learn(self._api, names | pointed)
        for name in pointed:
            known = self._configurations.known(name)
            if known is not None and known.exists:
                meant[f"{PREFIX}{name}"] = known
        return meant

    def of(self, one: Listed) -> Revision:
        """An instance that was attached by hand, or whose launch configuration is gone, matches no target."""
        known = self._templates.known(one.template, one.version)
        if known is None and not one.template and one.origin:
            known = self._configurations.known(one.origin)
        return known or Revision(f"attached:{one.id}", f"attached:{one.id}", "no launch template")

    def is_fixed(self, where: str) -> bool:
        """Whether a revision that was read names all for good: an image by its id and by no parameter."""
        name = configuration_in(where)
        if name is not None:
            known = self._configurations.known(name)
            return known is not None and known.exists
        known = self._templates.known(*parts(where))
        return known is not None and known.exists and not self._templates.image_alias(*parts(where))

    def label(self, one: Listed, group: Answer) -> str:
        """How the instance's revision is counted; one of another template than the group's says so."""
        own = (template_of(group) or {}).get("LaunchTemplateId")
        label = str(self.of(one))
        return label if not one.template or one.template == own else f"{label} of {one.template}"

    def contents(self, revision: Revision) -> Answer:
        name = configuration_in(revision.address)
        if name is not None:
            return self._configurations.contents(name)
        return self._templates.contents(*parts(revision.address))

    def resolve(self, wanted: Wanted) -> Revision:
        """What somebody's words stand for now; an error that names what does not exist."""
        if isinstance(wanted, ConfigurationWanted):
            return self._configurations.resolve(self._api, wanted)
        return self._templates.resolve(self._api, wanted)

    def at(self, where: str) -> Revision:
        """The revision of an address that was written down once. One that is gone has a digest that matches nothing."""
        name = configuration_in(where)
        template, version = parts(where)
        if name is not None:
            self._configurations.learn(self._api, [name])
            known = self._configurations.known(name)
        else:
            self._templates.learn(self._api, template, [version])
            known = self._templates.known(template, version)
        return known or gone(where, where)
