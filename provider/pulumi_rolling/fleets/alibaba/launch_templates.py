"""Launch template versions of ECS as revisions: contents become a digest.

A version never changes once it exists, so it is read once by each fleet. One that is gone matches nothing but itself.
"""

from __future__ import annotations

from collections.abc import Iterable

from pulumi_rolling.core.model.member import Revision
from pulumi_rolling.errors import PermanentFleetError
from pulumi_rolling.fleets.alibaba.api import AlibabaApi, Answer
from pulumi_rolling.fleets.alibaba.place import ECS
from pulumi_rolling.fleets.contents import digest_of, gone

DEFAULT = "Default"
LATEST = "Latest"
_PAGE = 50
"""PageSize of DescribeLaunchTemplateVersions, at most; it takes 30 numbers (ECS API reference)."""
_MOST_NUMBERS = 30
_ABSENT = frozenset(
    {
        "InvalidLaunchTemplate.NotFound",
        "InvalidLaunchTemplateVersion.NotFound",
        "InvalidLaunchTemplateId.NotFound",
        "LaunchTemplateSet.NotFound",
        "LaunchTemplateVersionSet.NotFound",
    }
)


def address(template: str, version: str) -> str:
    return f"{template}:{version}"


def parts(pointer: str) -> tuple[str, str]:
    """``lt-1:3`` as template and version; a scaling configuration has no colon, and so no template."""
    template, _, version = pointer.rpartition(":")
    return template, version


class LaunchTemplates:
    def __init__(self, api: AlibabaApi) -> None:
        self._api = api
        self._known: dict[tuple[str, str], Revision] = {}
        self._contents: dict[tuple[str, str], Answer] = {}

    def learn(self, template: str, numbers: Iterable[str]) -> None:
        """Read what is not known yet of one template. Numbers that are gone are known as such afterwards."""
        missing = sorted({each for each in numbers if (template, each) not in self._known})
        for start in range(0, len(missing), _MOST_NUMBERS):
            some = missing[start : start + _MOST_NUMBERS]
            for version in self._versions(template, some):
                self._keep(template, version)
        for number in missing:
            where = address(template, number)
            self._known.setdefault((template, number), gone(where, f"version {number} (deleted)"))

    def at(self, template: str, number: str) -> Revision:
        self.learn(template, [number])
        return self._known[template, number]

    def known(self, template: str, number: str) -> Revision | None:
        return self._known.get((template, number))

    def contents(self, template: str, number: str) -> Answer:
        """What a version that was read makes; empty for any other."""
        return self._contents.get((template, number), {})

    def number(self, template: str, literal: str) -> str | None:
        """The number that a version's name stands for now."""
        if literal.isdigit():
            return literal
        answer = self._api.call(ECS, "DescribeLaunchTemplates", LaunchTemplateId=[template])
        sets = (answer.get("LaunchTemplateSets") or {}).get("LaunchTemplateSet") or []
        key = "LatestVersionNumber" if literal == LATEST else "DefaultVersionNumber"
        return next((str(each[key]) for each in sets if key in each), None)

    def _versions(self, template: str, numbers: list[str]) -> list[Answer]:
        """One call asks for all; where one of them is refused, each is asked for alone."""
        try:
            answer = self._api.call(
                ECS,
                "DescribeLaunchTemplateVersions",
                LaunchTemplateId=template,
                LaunchTemplateVersion=numbers,
                PageSize=_PAGE,
            )
        except PermanentFleetError as error:
            if error.code not in _ABSENT:
                raise
            return (
                [] if len(numbers) == 1 else [v for one in numbers for v in self._versions(template, [one])]
            )
        sets: list[Answer] = (answer.get("LaunchTemplateVersionSets") or {}).get(
            "LaunchTemplateVersionSet"
        ) or []
        return [each for each in sets if str(each.get("VersionNumber")) in numbers]

    def _keep(self, template: str, version: Answer) -> None:
        number, contents = str(version["VersionNumber"]), version.get("LaunchTemplateData") or {}
        self._contents[template, number] = contents
        self._known[template, number] = Revision(
            address(template, number), digest_of(contents), f"version {number}"
        )
