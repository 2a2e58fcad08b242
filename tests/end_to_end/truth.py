"""What the lab knows of a group, held against what a rollout must keep. Our engine is not asked."""

from __future__ import annotations

from typing import Any, Protocol


class Truth(Protocol):
    """The lab, in this process or in one of its own."""

    def group(self, name: str, /) -> dict[str, Any]: ...

    def history(self, name: str, /) -> list[dict[str, Any]]: ...


class OnLab(Protocol):
    @property
    def lab(self) -> Truth: ...


class Watched:
    """A group from now on: its sizes, processes and tags as they are, and every change of its members after that."""

    def __init__(self, stage: OnLab, name: str = "web") -> None:
        self._lab = stage.lab
        self._name = name
        self._past = max(0, len(stage.lab.history(name)) - 1)
        self._found = self._kept()
        self.before = self.members()

    def points(self) -> list[dict[str, Any]]:
        """The first one is how it was when the watch began."""
        return self._lab.history(self._name)[self._past :]

    def members(self) -> dict[str, str]:
        """Id to revision of those that are not on their way out."""
        present = self._lab.group(self._name)["members"]
        return {m["id"]: m["revision"] for m in present if not m["lifecycle"].startswith("Terminat")}

    def images(self) -> set[str]:
        present = self._lab.group(self._name)["members"]
        return {m["image"] for m in present if not m["lifecycle"].startswith("Terminat")}

    def launched(self) -> set[str]:
        return self.members().keys() - self.before.keys()

    def kept_between(self, floor: int, ceiling: int) -> None:
        """Never fewer that serve than the floor, never more members than the ceiling.

        Who serves is in service and, behind a target group, a healthy target.
        """
        points = self.points()
        assert min(p["serving"] for p in points) >= floor, points
        assert max(p["total"] for p in points) <= ceiling, points

    def is_as_found(self, **but: Any) -> None:
        """Sizes, suspended processes and tags, and nothing of ours left on it. ``but`` names what others changed."""
        now, found = self._kept(), self._found | but
        assert now == found, (now, found)

    def is_untouched(self) -> None:
        """Not a member came or went."""
        self.is_as_found()
        assert len(self.points()) == 1 and self.members() == self.before

    def runs(self, image: str, count: int, version: str) -> None:
        """All members are of this image and in service, and the group launches from this version."""
        group = self._lab.group(self._name)
        assert group["launchTemplate"]["Version"] == version, group
        assert (group["inService"], group["total"], self.images()) == (count, count, {image}), group

    def _kept(self) -> dict[str, Any]:
        group = self._lab.group(self._name)
        sizes = {key: group[key] for key in ("minSize", "maxSize", "desired")}
        return sizes | {"suspended": sorted(group["suspended"]), "tags": group["tags"]}
