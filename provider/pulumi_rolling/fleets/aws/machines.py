"""EC2's own view of the members: launch times, tags, and whether the machine still runs.

The group does not tell these. Launch time, subnet and image never change and are asked for once; the rest is asked for
when needed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pulumi_rolling.fleets.aws.api import EC2, Answer, AwsApi

PAGE = 200
"""Values of one filter: "up to 200", EC2 API reference, Filter."""
_ALIVE = frozenset({"pending", "running"})


@dataclass(frozen=True, slots=True)
class Machine:
    alive: bool
    tags: Mapping[str, str]
    taken_by_spot: bool
    """EC2 ended it for want of Spot capacity (StateReason, EC2 API reference)."""


class Machines:
    """What EC2 said of the members of one group."""

    def __init__(self) -> None:
        self._launched: dict[str, float] = {}
        self._subnets: dict[str, str] = {}
        self._images: dict[str, str] = {}
        self._addresses: dict[str, tuple[str, str]] = {}
        self._absent_at: dict[str, float] = {}
        self._shown_at: float | None = None

    def show(self, members: Iterable[str], at: float) -> None:
        """A look of that moment shows these."""
        for member in members:
            if member not in self._launched and self._shown_at is not None:
                self._absent_at.setdefault(member, self._shown_at)
        self._shown_at = at

    def launched_after(self, member: str) -> float | None:
        """The last look that did not show it; None where no look preceded the one that first did."""
        return self._absent_at.get(member)

    def launched_at(self, member: str) -> float | None:
        return self._launched.get(member)

    def subnet(self, member: str) -> str | None:
        """None where EC2 was not asked about it."""
        return self._subnets.get(member)

    def image(self, member: str) -> str | None:
        """None where EC2 was not asked about it."""
        return self._images.get(member)

    def addresses(self, member: str) -> tuple[str, str]:
        """The private and the public one, as last heard; empty where it has none."""
        return self._addresses.get(member, ("", ""))

    def look(self, api: AwsApi, members: Iterable[str]) -> dict[str, Machine]:
        """These members as EC2 sees them.

        One that EC2 does not know yet is left out; one that it knew before is dead. A filter is used instead of
        InstanceIds because a single unknown id would refuse the whole call.
        """
        ids = sorted(set(members))
        seen: dict[str, Machine] = {}
        for start in range(0, len(ids), PAGE):
            names = [{"Name": "instance-id", "Values": ids[start : start + PAGE]}]
            for page in api.pages(EC2, "DescribeInstances", Filters=names):
                for reservation in page["Reservations"]:
                    for instance in reservation["Instances"]:
                        seen[instance["InstanceId"]] = self._read(instance)
        for ident in ids:
            if ident not in seen and ident in self._launched:
                seen[ident] = Machine(alive=False, tags={}, taken_by_spot=False)
        return seen

    def _read(self, instance: Answer) -> Machine:
        if instance.get("SubnetId"):
            self._subnets[instance["InstanceId"]] = instance["SubnetId"]
        if instance.get("ImageId"):
            self._images[instance["InstanceId"]] = instance["ImageId"]
        addresses = (instance.get("PrivateIpAddress") or "", instance.get("PublicIpAddress") or "")
        if any(addresses):
            self._addresses[instance["InstanceId"]] = addresses
        if "LaunchTime" in instance:
            self._launched.setdefault(instance["InstanceId"], instance["LaunchTime"].timestamp())
        return Machine(
            alive=instance["State"]["Name"] in _ALIVE,
            tags={tag["Key"]: tag["Value"] for tag in instance.get("Tags", [])},
            taken_by_spot=instance.get("StateReason", {}).get("Code", "").startswith("Server.SpotInstance"),
        )
