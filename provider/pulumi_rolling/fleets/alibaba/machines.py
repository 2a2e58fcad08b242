"""ECS's own view of instances: their image, their tags, and whether the machine still runs.

A scaling group does not tell these. An image is kept, since an instance rarely changes it; the rest is asked for anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pulumi_rolling.fleets.alibaba.api import AlibabaApi, Answer
from pulumi_rolling.fleets.alibaba.place import ECS

PAGE = 100
"""Ids of one DescribeInstances, and its largest page (ECS API reference)."""
_ALIVE = frozenset({"Pending", "Starting", "Running"})


@dataclass(frozen=True, slots=True)
class Machine:
    alive: bool
    tags: Mapping[str, str]


class Machines:
    """What ECS said of the members of one group."""

    def __init__(self, api: AlibabaApi) -> None:
        self._api = api
        self._images: dict[str, str] = {}
        self._seen: set[str] = set()

    def image(self, member: str) -> str | None:
        """None where ECS was not asked about it."""
        return self._images.get(member)

    def look(self, members: Iterable[str]) -> dict[str, Machine]:
        """These members as ECS sees them. One that it does not know yet is left out; one that it knew is dead."""
        ids = sorted(set(members))
        found: dict[str, Machine] = {}
        for start in range(0, len(ids), PAGE):
            some = json.dumps(ids[start : start + PAGE])
            answer = self._api.call(ECS, "DescribeInstances", InstanceIds=some, PageSize=PAGE)
            for instance in (answer.get("Instances") or {}).get("Instance") or []:
                found[instance["InstanceId"]] = self._read(instance)
        for ident in ids:
            if ident not in found and ident in self._seen:
                found[ident] = Machine(alive=False, tags={})
        return found

    def _read(self, instance: Answer) -> Machine:
        ident = instance["InstanceId"]
        self._seen.add(ident)
        if instance.get("ImageId"):
            self._images[ident] = instance["ImageId"]
        tags = (instance.get("Tags") or {}).get("Tag") or []
        return Machine(
            alive=instance.get("Status") in _ALIVE,
            tags={tag["TagKey"]: tag.get("TagValue", "") for tag in tags},
        )
