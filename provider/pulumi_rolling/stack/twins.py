"""Replaced originals live again: the state in which a return starts.

What a failed update replaced is still there, marked `delete`, and the next update deletes it whatever the program says
(step_generator.go, GenerateDeletes). Pure: two exports in, the changed export out. No entry moves: a need is known by
its URN or by `URN::id`, so what the engine took before it takes again (snapshot.go, VerifyIntegrity), and a copy still
stands after what it needs and before what needs it, the order in which the engine deletes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from pulumi_rolling.errors import StackStateError
from pulumi_rolling.stack.deployment import DELETE_HOOKS, Deployment, Entry, parsed, plain
from pulumi_rolling.stack.identity import key_of, owned, today

UrnAndId = tuple[str, str]
"""URN and id."""


class Reason(Enum):
    """Why an original does not live again; the value is the end of a sentence about it."""

    INPUTS = "is marked for deletion with inputs that are not those of the last good deployment"
    PENDING = "was being worked on when the update was killed, so nobody knows what is left of it"
    PROVIDER = "is marked for deletion, and its provider is not in the state any more"
    TAKEN = "is marked for deletion, and another resource of the last good deployment has its place"
    GONE = "was deleted before its replacement was made"


@dataclass(frozen=True)
class Refused:
    """An original that does not live again. `detail`: names of inputs, or what was being done."""

    urn: str
    id: str
    reason: Reason
    detail: str = ""

    @property
    def sentence(self) -> str:
        """Of the original whose URN stands before it."""
        more = f" ({self.detail})" if self.detail else ""
        return f"the original {self.id} {self.reason.value}{more}"


@dataclass(frozen=True)
class Revival:
    """The state to begin with.

    `revived`: originals that live again. `outlived`: newer copies that the return deletes. `retained`: what leaves the
    state and stays in the cloud.
    """

    state: Deployment
    revived: tuple[UrnAndId, ...]
    outlived: tuple[UrnAndId, ...]
    changed: bool
    retained: tuple[UrnAndId, ...] = ()
    refused: tuple[Refused, ...] = ()


def revive(now: Deployment, good: Deployment, forgotten: Iterable[str] = ()) -> Revival:
    """Each replaced entry that is the last good deployment's own lives, and the newer copy is marked for deletion.

    It is its own when type and id are the recorded ones, under its own URN or a new one, and also its inputs where
    the state has that id more than once. `forgotten`: URNs of living entries that leave the state without being
    deleted. Both exports with readable secrets.
    """
    return _Reviving(now, good).made(frozenset(forgotten))


def taken_back(backup: str, revival: Revival, now: str) -> str | None:
    """What to import so that the state is as it was before the originals lived again; nothing if it still is.

    `backup` and `now` are exports. Raises StackStateError where the state is neither: somebody has changed it since.
    """
    there = _shape(parsed(now))
    if there == _shape(parsed(backup)):
        return None
    if there != _shape(revival.state):
        raise StackStateError(
            "the state has changed since replaced originals were made to live again",
            hint="Compare it with the copy that was kept before you import that copy.",
        )
    return backup


class _Reviving:
    def __init__(self, now: Deployment, good: Deployment) -> None:
        self.now, self.good = now, good
        self.owned = owned(good)
        self.today = today(good, now)
        self.mine = {id(entry): urn for urn, entry in self.today.items()}
        self.entries = list(now.entries)
        self.place = {id(entry): place for place, entry in enumerate(self.entries)}
        self.ids = Counter(map(key_of, self.entries))
        self.chosen: dict[str, Entry] = {}
        """Twins by the URN that their resource has in the last good deployment."""
        self.outlived: list[UrnAndId] = []
        self.retained: list[UrnAndId] = []
        self.refused: list[Refused] = []

    def made(self, forgotten: frozenset[str]) -> Revival:
        for twin in self.now.replaced:
            self._consider(twin)
        self._without_provider()
        revived = tuple((twin.urn, twin.id) for twin in self.chosen.values())
        for urn, twin in self.chosen.items():
            self._set(twin, {"delete": None})
            self._outlive(self.now.living.get(twin.urn))
            self._usurped(urn, twin)
        for urn, entry in self.today.items():
            if urn not in self.chosen:
                self._usurped(urn, entry)
        self._views()
        self._retain(forgotten)
        self._gone()
        changed = any(one is not other for one, other in zip(self.entries, self.now.entries, strict=True))
        state = self._state() if changed else self.now
        return Revival(
            state, revived, tuple(self.outlived), changed, tuple(self.retained), tuple(self.refused)
        )

    def _former(self, twin: Entry) -> Entry | None:
        """The resource of the last good deployment that this is: that of its URN, or the only one of its id."""
        key = key_of(twin)
        if key is None:
            return None
        formers = self.owned.get(key, ())
        for former in formers:
            if former.urn == twin.urn:
                return former
        return formers[0] if len(formers) == 1 else None

    def _consider(self, twin: Entry) -> None:
        former = self._former(twin)
        if former is None or former.urn in self.chosen or self._lives(former, twin):
            return
        reason, detail = self._against(twin, former)
        if reason is None:
            self.chosen[former.urn] = twin
        else:
            self.refused.append(Refused(twin.urn, twin.id, reason, detail))

    def _lives(self, former: Entry, twin: Entry) -> bool:
        """Whether the resource lives already. A provider may give a replacement the id of its original."""
        alive = self.today.get(former.urn)
        if alive is None:
            return False
        if alive.urn != twin.urn or _same(alive.inputs, former.inputs):
            return True
        return not _same(twin.inputs, former.inputs)

    def _against(self, twin: Entry, former: Entry) -> tuple[Reason | None, str]:
        for operation in self.now.pending:
            resource = operation.get("resource") or {}
            if (resource.get("urn"), resource.get("id")) == (twin.urn, twin.id):
                return Reason.PENDING, str(operation.get("type", ""))
        keys = sorted({*former.inputs, *twin.inputs})
        other = [key for key in keys if not _same(former.inputs.get(key), twin.inputs.get(key))]
        if other and self.ids[key_of(twin)] > 1:
            return Reason.INPUTS, ", ".join(other)
        newer = self.now.living.get(twin.urn)
        if newer is not None and self.mine.get(id(newer), former.urn) != former.urn:
            return Reason.TAKEN, ""
        if any(each.urn == twin.urn for each in self.chosen.values()):
            return Reason.TAKEN, ""
        return None, ""

    def _without_provider(self) -> None:
        """Refuse those whose provider will not live: the engine asserts that it does (step_generator.go)."""
        while True:
            living = {*self.now.living, *(twin.urn for twin in self.chosen.values())}
            orphans = [
                urn
                for urn, twin in self.chosen.items()
                if twin.provider and twin.provider.rpartition("::")[0] not in living
            ]
            for urn in orphans:
                twin = self.chosen.pop(urn)
                self.refused.append(Refused(twin.urn, twin.id, Reason.PROVIDER, twin.provider))
            if not orphans:
                return

    def _outlive(self, newer: Entry | None) -> None:
        """Mark the copy that the failed update made.

        It stays in the cloud where deleting it would destroy something that was there before it, where it is
        protected, which the engine does not ask of a replaced one, and where only the program can run its hooks.
        """
        if newer is None:
            return
        marks: dict[str, Any] = {"delete": True}
        hooks = newer.hooks
        stays = newer.protected or bool(newer.raw.get("importID")) or key_of(newer) in self.owned
        if DELETE_HOOKS & hooks.keys():
            stays = True
            marks["resourceHooks"] = {
                kind: names for kind, names in hooks.items() if kind not in DELETE_HOOKS
            }
        if newer.raw.get("pendingReplacement"):
            # It is deleted already. The engine would never drop an entry with both marks (snapshot.go of the backend).
            marks |= {"pendingReplacement": None, "retainOnDelete": True}
        elif stays or newer.raw.get("retainOnDelete"):
            marks["retainOnDelete"] = True
            self.retained.append((newer.urn, newer.id))
        else:
            self.outlived.append((newer.urn, newer.id))
        self._set(newer, marks)

    def _usurped(self, urn: str, entry: Entry) -> None:
        """Mark a newer resource that has the name of one that has another name now.

        The engine looks under the name first, and only then under its aliases.
        """
        other = self.now.living.get(urn)
        if entry.urn == urn or other is None or not other.custom or other.is_provider:
            return
        if id(other) not in self.mine:
            self._outlive(other)

    def _views(self) -> None:
        """A view shows its owner, and lives with it."""
        owners = {twin.urn for twin in self.chosen.values()}
        for view in self.now.replaced:
            former, newer = self.good.living.get(view.urn), self.now.living.get(view.urn)
            if view.raw.get("viewOf") in owners and former is not None and _same(former.inputs, view.inputs):
                self._set(view, {"delete": None})
                if newer is not None:
                    self._set(newer, {"delete": True})

    def _retain(self, forgotten: frozenset[str]) -> None:
        """Mark what must leave the state without being deleted.

        That is what the caller names, a second entry of what lives, and a replaced entry of what was imported.
        """
        lives = (*self.chosen.values(), *self.today.values())
        kept, living = {id(entry) for entry in lives}, {key_of(entry) for entry in lives}
        for entry in self.now.entries:
            key, marked = key_of(entry), self._now(entry)
            if id(entry) in kept and not marked.replaced:
                continue
            second = key is not None and key in living
            imported = bool(entry.raw.get("importID")) and entry.replaced and key not in self.owned
            if not (second or imported or (entry.urn in forgotten and not marked.replaced)):
                continue
            if not marked.raw.get("retainOnDelete"):
                self._set(entry, {"retainOnDelete": True})
                self.retained.append((entry.urn, entry.id))

    def _gone(self) -> None:
        """Name the originals of which nothing is left, where another copy stands in their place."""
        there = {key_of(entry) for entry in self.now.entries}
        for former in self.good.living.values():
            key = key_of(former)
            if (
                key is not None
                and key not in there
                and not former.is_provider
                and former.urn in self.now.living
            ):
                self.refused.append(Refused(former.urn, former.id, Reason.GONE))

    def _now(self, entry: Entry) -> Entry:
        return self.entries[self.place[id(entry)]]

    def _set(self, entry: Entry, marks: Mapping[str, Any]) -> None:
        raw = self._now(entry).raw
        for field, value in marks.items():
            raw = _with(raw, field, value)
        self.entries[self.place[id(entry)]] = Entry(raw)

    def _state(self) -> Deployment:
        raw = {**self.now.raw, "deployment": dict(self.now.raw["deployment"])}
        raw["deployment"]["resources"] = [entry.raw for entry in self.entries]
        return Deployment(raw)


FIRST = ("urn", "custom")
BEFORE: Mapping[str, tuple[str, ...]] = {
    "delete": FIRST,
    "retainOnDelete": (
        *FIRST,
        *("delete", "id", "type", "inputs", "outputs", "parent", "protect", "taint", "external"),
        *("dependencies", "initErrors", "provider", "propertyDependencies", "pendingReplacement"),
        *("additionalSecretOutputs", "aliases", "customTimeouts", "importID"),
    ),
}
"""Fields that the engine writes before a mark (apitype, ResourceV3)."""
SHOWN = ("urn", "id", "delete", "pendingReplacement", "retainOnDelete", "modified")
"""Fields by which one state of a stack is told from another: an update leaves its time at what it touches."""


def _with(raw: Mapping[str, Any], field: str, value: Any) -> Mapping[str, Any]:
    """The entry with this mark, or without it; every other field stays where it is."""
    if not value:
        return {key: item for key, item in raw.items() if key != field}
    if raw.get(field) == value:
        return raw
    if field in raw:
        return {**raw, field: value}
    place = max((at + 1 for at, key in enumerate(raw) if key in BEFORE[field]), default=0)
    return dict([*list(raw.items())[:place], (field, value), *list(raw.items())[place:]])


def _same(one: Any, other: Any) -> bool:
    return bool(plain(one) == plain(other))


def _shape(deployment: Deployment) -> list[tuple[Any, ...]]:
    return [tuple(entry.raw.get(field) for field in SHOWN) for entry in deployment.entries]
