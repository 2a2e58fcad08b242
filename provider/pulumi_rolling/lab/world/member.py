"""One instance of a group: what it was launched from, which never alters, and its state over time.

This module refuses to know who changes a state, and when.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from pulumi_rolling.lab.world.behaviour import Behaviour
from pulumi_rolling.lab.world.timeline import Timeline

if TYPE_CHECKING:
    from pulumi_rolling.lab.world.activities import Activity
    from pulumi_rolling.lab.world.hooks import Wait

GONE = ("Terminated", "Detached", "Warmed:Terminated")
ALIVE = ("pending", "running")
BY_USER = ("Client.UserInitiatedShutdown", "Client.UserInitiatedShutdown: User initiated shutdown")
BY_ITSELF = (
    "Client.InstanceInitiatedShutdown",
    "Client.InstanceInitiatedShutdown: Instance initiated shutdown",
)
BY_SPOT = ("Server.SpotInstanceTermination", "Server.SpotInstanceTermination: Spot instance termination")


class Transition(Enum):
    """The transitions of which the cloud tells an instance."""

    RUNS = "runs"
    IN_SERVICE = "in service"
    REGISTERED = "registered as a target"


@dataclass(frozen=True, slots=True)
class Revision:
    """What an instance is made from; `$Latest` and `$Default` were resolved to a number at its launch.

    Source: EC2 Auto Scaling API reference, Instance.LaunchTemplate: the version of a running instance is a number.
    `own_image` is the image that an override names in place of the template's.
    """

    image: str
    instance_type: str
    template_id: str | None = None
    template_name: str | None = None
    number: str | None = None
    configuration: str | None = None
    weight: int | None = None
    own_image: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def label(self) -> str:
        return self.number or self.configuration or ""


@dataclass(frozen=True, slots=True)
class MemberState:
    """What the cloud's reads show of a member: the group's view (lifecycle, health) and EC2's (machine, tags)."""

    lifecycle: str
    machine: str
    tags: Mapping[str, str]
    health: str = "Healthy"
    protected: bool = False
    reached: bool = True
    """Requests reach the member: its group is attached to nothing, or the member is a healthy target."""

    @property
    def belongs(self) -> bool:
        return self.lifecycle not in GONE

    @property
    def terminating(self) -> bool:
        return self.lifecycle.startswith(("Terminating", "Warmed:Terminating"))

    @property
    def warm(self) -> bool:
        """The machine stands in the group's warm pool."""
        return self.lifecycle.startswith("Warmed:")

    @property
    def active(self) -> bool:
        """The member counts against the desired capacity: Pending in all its forms and InService."""
        return self.lifecycle == "InService" or self.lifecycle.startswith("Pending")


@dataclass(eq=False, slots=True)
class Member:
    id: str
    reservation_id: str
    group_name: str
    region: str
    revision: Revision
    behaviour: Behaviour
    boot: float
    zone: str
    subnet: str | None
    address: str
    launched_at: float
    states: Timeline[MemberState]
    launch_activity: Activity | None = None
    end_activity: Activity | None = None
    in_service_at: float | None = None
    signalled: tuple[str, float] | None = None
    hooked: bool = False
    waits: dict[str, Wait] = field(default_factory=dict)
    registered_at: float | None = None
    deregistered_at: float | None = None
    drained_at: float = 0.0
    draining: bool = False
    booted_at: float | None = None
    well: bool = True
    answering: bool = True
    doomed: bool = False
    configuration_deleted: bool = False
    illness: str = ""
    end_reason: tuple[str, str] | None = None

    @property
    def now(self) -> MemberState:
        return self.states.now

    @property
    def units(self) -> int:
        """Capacity units this member counts for (a weighted mixed instances policy), otherwise 1."""
        return self.revision.weight or 1

    @property
    def dead(self) -> bool:
        return self.now.machine not in ALIVE
