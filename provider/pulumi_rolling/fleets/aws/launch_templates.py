"""Launch template versions as revisions: a name becomes an id and a number, contents become a digest.

A version never changes once it exists, so it is read once per process. Two versions with equal
LaunchTemplateData have equal digests and therefore match: pulumi_aws never goes back to a version, it makes a
new number with the old contents (design: the resource). A version that is gone matches nothing but itself.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass

from pulumi_rolling.core.model.member import Revision
from pulumi_rolling.errors import PermanentFleetError
from pulumi_rolling.fleets.aws.api import EC2, Answer, AwsApi
from pulumi_rolling.fleets.aws.place import Place
from pulumi_rolling.fleets.contents import digest_of, gone

LATEST = "$Latest"
DEFAULT = "$Default"
ALIAS = "resolve:ssm:"
"""Before a parameter of Systems Manager that stands for an image, in ImageId (EC2 user guide, "Use a Systems Manager
parameter instead of an AMI ID in your launch template")."""
_NO_SUCH_VERSION = frozenset(
    {"InvalidLaunchTemplateId.VersionNotFound", "InvalidLaunchTemplateVersion.NotFound"}
)
_NO_SUCH_TEMPLATE = frozenset(
    {
        "InvalidLaunchTemplateId.NotFound",
        "InvalidLaunchTemplateId.Malformed",
        "InvalidLaunchTemplateId.NotFoundException",
        "InvalidLaunchTemplateName.NotFoundException",
        "InvalidLaunchTemplateName.NotFound",
    }
)


@dataclass(frozen=True, slots=True)
class TemplateWanted:
    """A launch template as somebody names it: by id or by name, at a number, ``$Latest`` or ``$Default``."""

    id: str | None = None
    name: str | None = None
    version: str | None = None

    def __str__(self) -> str:
        return f"{self.id or self.name} {self.literal}"

    @property
    def literal(self) -> str:
        """A pointer without a version means the default one (LaunchTemplateSpecification, EC2 Auto Scaling API)."""
        return self.version or DEFAULT


def address(template: str, number: str) -> str:
    return f"{template}:{number}"


def parts(pointer: str) -> tuple[str, str]:
    """``lt-0abc:3`` as template and version."""
    template, _, version = pointer.rpartition(":")
    return template, version


class LaunchTemplates:
    """Versions by id and number, kept for the life of the process. Tags of ignored keys are no part of contents."""

    def __init__(self, ignored_tags: frozenset[str] = frozenset()) -> None:
        self._ignored_tags = ignored_tags
        self._lock = threading.Lock()
        self._known: dict[tuple[str, str], Revision] = {}
        self._contents: dict[tuple[str, str], Answer] = {}

    def known(self, template: str, number: str) -> Revision | None:
        with self._lock:
            return self._known.get((template, number))

    def contents(self, template: str, number: str) -> Answer:
        """The launch template data of a version that was read; empty for any other."""
        with self._lock:
            return self._contents.get((template, number), {})

    def image_alias(self, template: str, number: str) -> str:
        """The parameter that names the image of a version that was read; empty where it names the image itself."""
        image = str(self.contents(template, number).get("ImageId") or "")
        return image.removeprefix(ALIAS) if image.startswith(ALIAS) else ""

    def image_now(self, api: AwsApi, template: str, number: str) -> str | None:
        """What the parameter stands for now. None where EC2 does not tell: it needs ssm:GetParameters of the caller.

        "If the value is true, and if a Systems Manager parameter is specified for ImageId, the AMI ID is displayed in
        the response for imageID" (ResolveAlias, DescribeLaunchTemplateVersions, EC2 API reference).
        """
        try:
            answer = api.call(
                EC2,
                "DescribeLaunchTemplateVersions",
                LaunchTemplateId=template,
                Versions=[number],
                ResolveAlias=True,
            )
        except PermanentFleetError:
            return None
        images = [
            version["LaunchTemplateData"].get("ImageId") for version in answer["LaunchTemplateVersions"]
        ]
        return next((image for image in images if image and not image.startswith(ALIAS)), None)

    def learn(
        self, api: AwsApi, template: str, numbers: Iterable[str], literals: Iterable[str] = ()
    ) -> dict[str, Revision]:
        """Read what is not known yet of one template, in one call; bring what each literal stands for now.

        Numbers that are gone are known as such afterwards. A literal that leads nowhere is left out.
        """
        literals = tuple(dict.fromkeys(literals))
        missing = sorted({n for n in numbers if self.known(template, n) is None})
        unsure = [each for each in literals if not each.isdigit() or self.known(template, each) is None]
        ask = list(dict.fromkeys([*unsure, *missing]))
        found = self._versions(api, {"LaunchTemplateId": template}, ask) if ask else []
        self._keep(found)
        self._keep_gone(template, missing)
        meant = {
            each: self.known(template, each) if each.isdigit() else _meant(found, each) for each in literals
        }
        return {each: revision for each, revision in meant.items() if revision and revision.exists}

    def resolve(self, api: AwsApi, wanted: TemplateWanted) -> Revision:
        """The revision that the user's words stand for now; an error that names what does not exist."""
        literal = wanted.literal
        if wanted.id and literal.isdigit():
            known = self.known(wanted.id, literal)
            if known is not None and known.exists:
                return known
        key: Answer = {"LaunchTemplateId": wanted.id} if wanted.id else {"LaunchTemplateName": wanted.name}
        found = self._versions(api, key, [literal])
        self._keep(found)
        meant = _meant(found, literal)
        if meant is None:
            raise no_such_version(wanted)
        return meant

    def _versions(self, api: AwsApi, key: Answer, ask: list[str]) -> list[Answer]:
        """One call asks for all; EC2 refuses it where one of them does not exist, and each is asked for alone then."""
        try:
            return [
                self._without_ignored_tags(version)
                for page in api.pages(EC2, "DescribeLaunchTemplateVersions", **key, Versions=ask)
                for version in page["LaunchTemplateVersions"]
            ]
        except PermanentFleetError as error:
            if error.code in _NO_SUCH_TEMPLATE:
                return []
            if error.code not in _NO_SUCH_VERSION:
                raise
            if len(ask) == 1:
                return []
            return [version for one in ask for version in self._versions(api, key, [one])]

    def _without_ignored_tags(self, version: Answer) -> Answer:
        data = version["LaunchTemplateData"]
        if not self._ignored_tags or "TagSpecifications" not in data:
            return version
        specified = [
            {**each, "Tags": [tag for tag in each.get("Tags", ()) if tag["Key"] not in self._ignored_tags]}
            for each in data["TagSpecifications"]
        ]
        kept = {**data, "TagSpecifications": [each for each in specified if each["Tags"]]}
        if not kept["TagSpecifications"]:
            del kept["TagSpecifications"]
        return {**version, "LaunchTemplateData": kept}

    def _keep(self, versions: list[Answer]) -> None:
        with self._lock:
            for version in versions:
                number = str(version["VersionNumber"])
                self._known[version["LaunchTemplateId"], number] = _revision(version)
                self._contents[version["LaunchTemplateId"], number] = version["LaunchTemplateData"]

    def _keep_gone(self, template: str, numbers: list[str]) -> None:
        with self._lock:
            for number in numbers:
                where = address(template, number)
                self._known.setdefault((template, number), gone(where, f"version {number} (deleted)"))


def no_such_version(wanted: TemplateWanted) -> PermanentFleetError:
    return PermanentFleetError(
        f"There is no launch template {wanted.id or wanted.name} with version {wanted.literal}.",
        operation="DescribeLaunchTemplateVersions",
        code="InvalidLaunchTemplateId.VersionNotFound",
    )


def _revision(version: Answer) -> Revision:
    number = str(version["VersionNumber"])
    return Revision(
        address(version["LaunchTemplateId"], number),
        digest_of(version["LaunchTemplateData"]),
        f"version {number}",
    )


def _meant(found: list[Answer], literal: str) -> Revision | None:
    """Among the answers the latest has the highest number, and the default says so itself."""
    if literal == LATEST:
        chosen = sorted(found, key=lambda v: int(v["VersionNumber"]))[-1:]
    elif literal == DEFAULT:
        chosen = [v for v in found if v.get("DefaultVersion")]
    else:
        chosen = [v for v in found if str(v["VersionNumber"]) == literal]
    return _revision(chosen[0]) if chosen else None


_all: dict[Place, LaunchTemplates] = {}
_all_lock = threading.Lock()


def templates_of(place: Place) -> LaunchTemplates:
    """The versions known at that place; ids of one place say nothing about another."""
    with _all_lock:
        return _all.setdefault(place, LaunchTemplates(place.ignored_tags))
