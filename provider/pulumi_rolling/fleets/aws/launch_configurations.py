"""Launch configurations as revisions: ``lc:NAME`` with a digest of the contents.

A launch configuration has no versions and cannot be changed, so it is read once per process. One that is gone matches
nothing. Its contents never equal those of a launch template: the two name the same things differently.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass

from pulumi_rolling.core.model.member import Revision
from pulumi_rolling.errors import PermanentFleetError
from pulumi_rolling.fleets.aws.api import AUTO_SCALING, Answer, AwsApi
from pulumi_rolling.fleets.aws.place import Place
from pulumi_rolling.fleets.contents import digest_of, gone

PREFIX = "lc:"
MOST_NAMES = 50
"""LaunchConfigurationNames of one request: "Maximum number of 50 items" (EC2 Auto Scaling API)."""
_OUTER = frozenset({"LaunchConfigurationName", "LaunchConfigurationARN", "CreatedTime"})


@dataclass(frozen=True, slots=True)
class ConfigurationWanted:
    name: str

    def __str__(self) -> str:
        return f"launch configuration {self.name}"


def configuration_in(address: str) -> str | None:
    """The name in ``lc:NAME``; a name may have colons of its own."""
    return address.removeprefix(PREFIX) if address.startswith(PREFIX) else None


class LaunchConfigurations:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[str, Revision] = {}
        self._contents: dict[str, Answer] = {}

    def known(self, name: str) -> Revision | None:
        with self._lock:
            return self._known.get(name)

    def contents(self, name: str) -> Answer:
        with self._lock:
            return self._contents.get(name, {})

    def learn(self, api: AwsApi, names: Iterable[str]) -> None:
        """Read those that are not known yet, fifty in a call. Those that are gone are known as such afterwards."""
        missing = sorted({name for name in names if self.known(name) is None})
        for start in range(0, len(missing), MOST_NAMES):
            some = missing[start : start + MOST_NAMES]
            self._ask(api, some)
            with self._lock:
                for name in some:
                    where = f"{PREFIX}{name}"
                    self._known.setdefault(name, gone(where, f"{_label(name)} (deleted)"))

    def resolve(self, api: AwsApi, wanted: ConfigurationWanted) -> Revision:
        """An error where there is none of that name: what was gone before may have been made since."""
        known = self.known(wanted.name)
        if known is None or not known.exists:
            self._ask(api, [wanted.name])
            known = self.known(wanted.name)
        if known is None or not known.exists:
            raise PermanentFleetError(
                f"There is no launch configuration {wanted.name!r}.",
                operation="DescribeLaunchConfigurations",
                code="ValidationError",
            )
        return known

    def _ask(self, api: AwsApi, names: list[str]) -> None:
        """A name that does not exist is left out of the answer."""
        parameters: Answer = {"LaunchConfigurationNames": names, "MaxRecords": MOST_NAMES}
        for page in api.pages(AUTO_SCALING, "DescribeLaunchConfigurations", **parameters):
            for found in page["LaunchConfigurations"]:
                name = found["LaunchConfigurationName"]
                # What is not set comes as empty texts and lists, or not at all.
                contents = {k: v for k, v in found.items() if k not in _OUTER and v not in ("", [], None)}
                with self._lock:
                    self._known[name] = Revision(f"{PREFIX}{name}", f"lc-{digest_of(contents)}", _label(name))
                    self._contents[name] = contents


def _label(name: str) -> str:
    return f"launch configuration {name}"


_all: dict[Place, LaunchConfigurations] = {}
_all_lock = threading.Lock()


def configurations_of(place: Place) -> LaunchConfigurations:
    """Those known at that place."""
    with _all_lock:
        return _all.setdefault(place, LaunchConfigurations())
