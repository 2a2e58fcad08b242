"""A world without a wire in which a group is refreshed: its cloud, its group, and nothing that a client would see."""

from __future__ import annotations

from typing import Any

from pulumi_rolling.lab.world.behaviour import Behaviours
from pulumi_rolling.lab.world.cloud import Cloud
from pulumi_rolling.lab.world.group import Group, Place, Pointer, Settings
from pulumi_rolling.lab.world.kinds import KINDS
from pulumi_rolling.lab.world.member import Revision


class _Numbers:
    """A template whose versions are its images."""

    def revisions(self, region: str, pointer: Pointer) -> list[Revision]:
        number = str((pointer.template or {})["Version"])
        return [Revision(f"ami-{number}", "t3.small", "lt-1", "web", number)]


def _send(url: str, body: dict[str, Any]) -> None:
    raise AssertionError("nothing here has a queue")


def version(number: str) -> Pointer:
    return Pointer(template={"LaunchTemplateId": "lt-1", "Version": number})


def world(desired: int, behaviours: Behaviours | None = None) -> tuple[Cloud, Group]:
    """A group whose members boot for different times, all of them in service."""
    cloud = Cloud(
        seed=desired,
        epoch=0.0,
        behaviours=behaviours or Behaviours(boot=10.0, spread=0.6),
        templates=_Numbers(),
        send=_send,
        kinds=KINDS,
    )
    settings = Settings(0, 100, desired, version("1"), (Place("a"), Place("b")))
    group = cloud.found_group("r", "web", settings)
    cloud.stir(group)
    cloud.agenda.advance(1000.0)
    group.history.points[:] = group.history.points[-1:]
    return cloud, group
