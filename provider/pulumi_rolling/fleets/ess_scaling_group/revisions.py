"""The revision of each instance of a group, from its scaling configuration or its launch template.

A scaling configuration can be edited in place and keeps its id, so it is read anew before each rollout; contents make
the digest. Its id does not tell members made before an edit from those made after it: their image does, where that is
what was edited.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pulumi_rolling.core.model.member import Revision
from pulumi_rolling.errors import PermanentFleetError
from pulumi_rolling.fleets.alibaba.api import AlibabaApi, Answer
from pulumi_rolling.fleets.alibaba.launch_templates import LaunchTemplates, address, parts
from pulumi_rolling.fleets.alibaba.place import ESS
from pulumi_rolling.fleets.contents import digest_of, gone
from pulumi_rolling.fleets.ess_scaling_group.description import Listed
from pulumi_rolling.fleets.replace import Strays

_PAGE = 50
ECS_CONFIGURATIONS, ECI_CONFIGURATIONS = "DescribeScalingConfigurations", "DescribeEciScalingConfigurations"
"""Of groups of instances, and of groups of container instances."""
_NAMES = frozenset(
    {
        "ScalingConfigurationId",
        "ScalingConfigurationName",
        "ScalingGroupId",
        "CreationTime",
        "LifecycleState",
    }
)
"""What a configuration is called and where it stands, which is no part of what it makes."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants members to be made from: exactly one of the two."""

    configuration: str = ""
    template: str = ""
    version: str = ""

    @property
    def address(self) -> str:
        return self.configuration or address(self.template, self.version)


class Revisions:
    def __init__(self, group: str, api: AlibabaApi) -> None:
        self._group = group
        self._api = api
        self._templates = LaunchTemplates(api)
        self._configurations: dict[str, Revision] = {}
        self._contents: dict[str, Answer] = {}
        self.describe = ECS_CONFIGURATIONS
        """The operation that tells the group's scaling configurations."""

    def renew(self) -> None:
        """Read the group's scaling configurations as they are now."""
        self._configurations, self._contents = {}, {}
        pages = self._api.pages(
            ESS,
            self.describe,
            "ScalingConfigurations",
            ScalingGroupId=self._group,
            PageSize=_PAGE,
        )
        for one in (each for page in pages for each in page):
            ident = one["ScalingConfigurationId"]
            contents = {
                key: value for key, value in one.items() if key not in _NAMES and _says_anything(value)
            }
            self._contents[ident] = contents
            self._configurations[ident] = Revision(ident, digest_of(contents), ident)

    def learn(self, addresses: Iterable[str]) -> None:
        """Make these revisions known: a call for each template, and one for all configurations."""
        numbers: dict[str, set[str]] = {}
        unknown = False
        for each in set(addresses) - {""}:
            template, version = parts(each)
            if template:
                numbers.setdefault(template, set()).add(version)
            else:
                unknown = unknown or each not in self._configurations
        if unknown:
            known = self._configurations
            self.renew()
            for each in set(addresses) - set(self._configurations):
                if each and not parts(each)[0]:
                    self._configurations[each] = known.get(each) or gone(each, f"{each} (deleted)")
        for template in sorted(numbers):
            self._templates.learn(template, sorted(each for each in numbers[template] if each.isdigit()))

    def of(self, one: Listed) -> Revision:
        """An instance that was attached by hand matches no target."""
        return self._known(one.address) or Revision(
            f"attached:{one.id}", f"attached:{one.id}", "attached by hand"
        )

    def current(self, pointer: str) -> Revision | None:
        """What a pointer resolves to now; None where that is gone."""
        template, version = parts(pointer)
        if template:
            number = self._templates.number(template, version)
            found = None if number is None else self._templates.at(template, number)
        else:
            found = self.at(pointer) if pointer else None
        return found if found is not None and found.exists else None

    def at(self, where: str) -> Revision:
        """The revision of an address that was written down once. One that is gone has a digest that matches nothing."""
        self.learn([where])
        return self._known(where) or gone(where, where)

    def target(self, wanted: Wanted) -> Revision:
        found = self.at(wanted.address)
        if found.exists:
            return found
        if wanted.configuration:
            raise PermanentFleetError(
                f"Group {self._group} has no scaling configuration {wanted.configuration}.",
                operation="DescribeScalingConfigurations",
                code="InvalidScalingConfigurationId.NotFound",
            )
        raise PermanentFleetError(
            f"There is no launch template {wanted.template} with version {wanted.version}.",
            operation="DescribeLaunchTemplateVersions",
            code="LaunchTemplateVersionSet.NotFound",
        )

    def contents(self, revision: Revision) -> Answer:
        template, version = parts(revision.address)
        return (
            self._templates.contents(template, version)
            if template
            else self._contents.get(revision.address, {})
        )

    def image(self, where: str) -> str:
        """The image that a scaling configuration names; empty for a template, whose versions never change."""
        return "" if parts(where)[0] else str(self._contents.get(where, {}).get("ImageId") or "")

    def edited(self, members: Iterable[Listed], images: dict[str, str]) -> Strays:
        """Members made before their configuration was edited, as their image (``images``, by id) tells."""
        found = {}
        for one in members:
            named, made_of = self.image(one.address), images.get(one.id)
            if named and made_of and made_of != named:
                found[one.id] = f"of {made_of}, while {one.address} names {named} now"
        return found

    def _known(self, where: str) -> Revision | None:
        template, version = parts(where)
        return self._templates.known(template, version) if template else self._configurations.get(where)


def _says_anything(value: object) -> bool:
    return value not in (None, "", [], {})
