"""What tests of instance refreshes share: a group on version 1 of a template whose version 2 is to come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.lab.bench import Bench

WEB = {"AutoScalingGroupName": "web"}
HOUR = 3600.0


@dataclass(frozen=True)
class Refreshed:
    """The bench with the group `web`, all of whose members are in service."""

    bench: Bench
    template: str

    def pointer(self, version: str = "2") -> dict[str, Any]:
        return {"LaunchTemplateId": self.template, "Version": version}

    def start(self, version: str | None = "2", **preferences: Any) -> str:
        """A refresh to a version, or to no configuration of its own; its id."""
        desired = {"DesiredConfiguration": {"LaunchTemplate": self.pointer(version)}} if version else {}
        given = {"Preferences": preferences} if preferences else {}
        begun: str = self.bench.asg.start_instance_refresh(**WEB, **desired, **given)["InstanceRefreshId"]
        return begun

    def shown(self) -> dict[str, Any]:
        """The newest refresh as the API shows it."""
        found: dict[str, Any] = self.bench.asg.describe_instance_refreshes(**WEB)["InstanceRefreshes"][0]
        return found

    @property
    def status(self) -> str:
        return str(self.shown()["Status"])

    def became(self, status: str) -> dict[str, Any]:
        """Time passes until the newest refresh has this status; what the API shows then."""
        return (
            self.bench.eventually(lambda: shown if (shown := self.shown())["Status"] == status else None)
            or {}
        )

    def after(self, seconds: float) -> dict[str, Any]:
        self.bench.clock.jump(seconds)
        return self.shown()

    def versions(self) -> list[str]:
        """Versions of the members, sorted."""
        return sorted(each["LaunchTemplate"]["Version"] for each in self.bench.members())

    def stored(self) -> str:
        """The version that the group points at."""
        return str(self.bench.group()["LaunchTemplate"]["Version"])

    def since(self, at: float) -> list[dict[str, Any]]:
        """Points of the group's history from that moment on."""
        return [point for point in self.bench.lab.history("web") if point["at"] >= at]


def refreshed(bench: Bench, desired: int = 2, version: str = "1", **given: Any) -> Refreshed:
    """A new group on a version of a template that has two: `ami-v1` and `ami-v2`."""
    template = bench.start(bench.template("ami-v1", "ami-v2"), version, desired, MaxSize=20, **given)
    bench.settled(desired)
    return Refreshed(bench, template)
