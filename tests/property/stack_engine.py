"""A model of Pulumi's engine: a state and registrations in, the next state and what became of the cloud out.

Its rules are those of step_generator.go, step.go and backend/snapshot.go; registrations come one after the other, and
deletes run in the reverse order of the state. It knows nothing of how a return is made.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pulumi_rolling.stack.deployment import PROVIDER_PREFIX, Deployment

Raw = dict[str, Any]


@dataclass(frozen=True)
class Ref:
    """An input that is another resource's id."""

    urn: str


@dataclass(frozen=True)
class Goal:
    """One registration. An input `fixed…` that changes replaces the resource, any other one updates it."""

    urn: str
    type: str
    custom: bool = True
    inputs: Mapping[str, Any] = field(default_factory=dict)
    parent: str = ""
    provider: str = ""
    aliases: tuple[str, ...] = ()
    import_id: str = ""
    deletes_first: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def refs(self) -> dict[str, list[str]]:
        return {key: [value.urn] for key, value in self.inputs.items() if isinstance(value, Ref)}


class Cloud:
    """What exists, by type and id, for the engine's providers."""

    def __init__(self) -> None:
        self.there: set[tuple[str, str]] = set()
        self.made = 0

    def create(self, kind: str) -> str:
        self.made += 1
        self.there.add((kind, f"id-{self.made}"))
        return f"id-{self.made}"

    def destroy(self, raw: Mapping[str, Any]) -> None:
        self.there.discard((raw["type"], raw["id"]))


class EngineError(AssertionError):
    """The engine would have panicked."""


class _StoppedError(Exception):
    """An operation failed, or the process was killed while it ran."""


@dataclass(frozen=True)
class Ran:
    """`failed`: why the update ended early, or nothing."""

    state: Deployment
    steps: tuple[Raw, ...]
    failed: str


@dataclass(frozen=True)
class Fault:
    """The operation at this place fails, or pulumi is killed in it: before the cloud has done it, or after."""

    at: int
    killed: bool = False
    done: bool = False


def update(
    cloud: Cloud, state: Deployment, goals: Sequence[Goal], fault: Fault | None = None, dry_run: bool = False
) -> Ran:
    """One `pulumi up`, or its preview, which changes nothing."""
    engine = _Engine(copy.deepcopy(cloud) if dry_run else cloud, state, fault)
    failed = ""
    try:
        for goal in goals:
            engine.register(goal)
        engine.delete_rest()
    except _StoppedError as error:
        failed = str(error)
    return Ran(engine.state(), tuple(engine.steps), failed)


class _Engine:
    def __init__(self, cloud: Cloud, state: Deployment, fault: Fault | None) -> None:
        self.cloud, self.fault = cloud, fault
        self.raw = state.raw
        self.base: list[Raw] = copy.deepcopy([dict(entry.raw) for entry in state.entries])
        self.olds = {each["urn"]: each for each in self.base if not each.get("delete")}
        self.new: list[Raw] = []
        self.done: set[int] = set()
        self.now: dict[str, Raw] = {}
        self.aliased: dict[str, str] = {}
        self.deleted: set[str] = set()
        self.operated: set[str] = set()
        self.pending: list[Raw] = []
        self.steps: list[Raw] = []
        self.count = 0

    def _acts(self, kind: str, raw: Raw) -> bool:
        """Count one operation on the cloud; False where it has been done and the process died before it knew."""
        self.count += 1
        if self.fault is None or self.count <= self.fault.at:
            return True
        if not self.fault.killed:
            raise _StoppedError(f"{kind} {raw['urn']}")
        self.pending.append({"type": kind, "resource": copy.deepcopy(raw)})
        if not self.fault.done:
            raise _StoppedError(f"killed in {kind} {raw['urn']}")
        return False

    def register(self, goal: Goal) -> None:
        if goal.urn in self.now or goal.urn in self.aliased:
            raise _StoppedError(f"duplicate {goal.urn}")
        if goal.parent and goal.parent not in self.now:
            raise EngineError(f"could not find parent resource {goal.parent}")
        old, alias = self._old(goal)
        new = self._wanted(goal, old)
        if alias:
            new["aliases"] = [alias]
        self.operated.add(goal.urn)
        if not goal.custom:
            self._put(new, old, "same" if old else "create")
        elif goal.import_id and (
            old is None
            or (old.get("importID") or old.get("id")) != goal.import_id
            or old["urn"] in self.deleted
        ):
            self._import(goal, new, old)
        elif old is None:
            self._create(new, "create")
        elif old["urn"] in self.deleted:
            self._step("replace", old, new)
            self._create(new, "create-replacement", old)
        elif old.get("pendingReplacement") or self._replaces(goal, old, new):
            self._replace(goal, old, new)
        elif old.get("inputs") != new.get("inputs"):
            if not self._acts("updating", {**new, "id": old["id"]}):
                raise _StoppedError(f"killed after updating {goal.urn}")
            self._put({**new, "id": old["id"]}, old, "update")
        else:
            self._put({**new, "id": old["id"]}, old, "same")

    def _old(self, goal: Goal) -> tuple[Raw | None, str]:
        """The own URN first, then aliases (getOldResource)."""
        for urn in (goal.urn, *goal.aliases):
            old = self.olds.get(urn)
            if old is None:
                continue
            if urn == goal.urn:
                return old, ""
            if urn in self.now or urn in self.aliased:
                raise _StoppedError(f"duplicate alias {urn}")
            self.aliased[urn] = goal.urn
            return old, urn
        return None, ""

    def _wanted(self, goal: Goal, old: Raw | None) -> Raw:
        refs = goal.refs
        inputs = {
            key: self.now[value.urn].get("id", "") if isinstance(value, Ref) else value
            for key, value in goal.inputs.items()
        }
        reference = f"{goal.provider}::{self.now[goal.provider]['id']}" if goal.provider else ""
        fields = {
            "urn": goal.urn,
            "custom": goal.custom,
            "type": goal.type,
            "inputs": inputs,
            "parent": goal.parent,
            "dependencies": sorted({urn for urns in refs.values() for urn in urns}),
            "provider": reference,
            "propertyDependencies": refs,
            "importID": goal.import_id,
            **goal.options,
        }
        return {key: value for key, value in fields.items() if value not in ("", [], {})}

    def _replaces(self, goal: Goal, old: Raw, new: Raw) -> bool:
        before, after = old.get("inputs") or {}, new.get("inputs") or {}
        if any(before.get(key) != after.get(key) for key in {*before, *after} if key.startswith("fixed")):
            return True
        return self._provider_changed(old.get("provider", ""), new.get("provider", ""))

    def _provider_changed(self, old: str, new: str) -> bool:
        """The engine asserts that the state has a living provider of the old reference's URN (providerChanged)."""
        if old == new:
            return False
        if not old or not new:
            return True
        old_urn, new_urn = old.rpartition("::")[0], new.rpartition("::")[0]
        if self.aliased.get(old_urn) == new_urn:
            return False
        if old_urn not in self.olds:
            raise EngineError(f"old state didn't have provider {old_urn}, despite resource using it?")
        before, after = self.olds[old_urn].get("inputs") or {}, self.now[new_urn].get("inputs") or {}
        return before.get("fixedRegion") != after.get("fixedRegion")

    def _replace(self, goal: Goal, old: Raw, new: Raw) -> None:
        if new.get("protect") and old.get("protect"):
            raise _StoppedError(f"unable to replace {goal.urn}: it is protected")
        if not goal.deletes_first:
            self._create(new, "create-replacement", old, pends=not old.get("pendingReplacement"))
            self._step("replace", old, new)
            return
        for dependent in reversed(self._replaced_with(old)):
            if dependent.get("protect"):
                raise _StoppedError(f"unable to replace {dependent['urn']}: it is protected")
            self._delete_first(dependent)
        if not old.get("pendingReplacement"):
            self._delete_first(old)
            self.deleted.discard(old["urn"])
        self._step("replace", old, new)
        self._create(new, "create-replacement", old)

    def _replaced_with(self, root: Raw) -> list[Raw]:
        """Dependents whose fixed inputs come from what is deleted first, which stand after it (DependingOn)."""
        found, urns = [], {root["urn"]}
        place = next(place for place, each in enumerate(self.base) if each is root)
        for each in self.base[place + 1 :]:
            needs = each.get("propertyDependencies") or {}
            hit = any(key.startswith("fixed") and urns & set(needed) for key, needed in needs.items())
            provider = each.get("provider", "").rpartition("::")[0]
            if each["urn"] not in self.operated and each.get("custom") and (hit or provider in urns):
                found.append(each)
                urns.add(each["urn"])
        return found

    def _delete_first(self, old: Raw) -> None:
        if old.get("pendingReplacement") or id(old) in self.done:
            return
        self._destroy(old, "delete-replaced")
        if old.get("delete"):
            self.done.add(id(old))
        else:
            old["pendingReplacement"] = True
        self.deleted.add(old["urn"])

    def _create(self, new: Raw, operation: str, old: Raw | None = None, pends: bool = False) -> None:
        before = copy.deepcopy(old)
        knew = self._acts("creating", new)
        new["id"] = self.cloud.create(new["type"])
        if not knew:
            raise _StoppedError(f"killed after creating {new['urn']}")
        if old is not None and pends:
            old["delete"] = True
        elif old is not None:
            self.done.add(id(old))
        self.deleted.discard(new["urn"])
        self.new.append(new)
        self.now[new["urn"]] = new
        self._step(operation, before, new)

    def _import(self, goal: Goal, new: Raw, old: Raw | None) -> None:
        if (goal.type, goal.import_id) not in self.cloud.there:
            raise _StoppedError(f"{goal.import_id} does not exist")
        if not self._acts("importing", new):
            raise _StoppedError(f"killed after importing {goal.urn}")
        before = copy.deepcopy(old)
        new["id"] = goal.import_id
        if old is not None and old["urn"] not in self.deleted:
            old["delete"] = True
        self.new.append(new)
        self.now[goal.urn] = new
        self._step("import-replacement" if old else "import", before, new)

    def _put(self, new: Raw, old: Raw | None, operation: str) -> None:
        if old is not None:
            self.done.add(id(old))
        self.new.append(new)
        self.now[new["urn"]] = new
        self._step(operation, old, new)

    def delete_rest(self) -> None:
        for old in reversed(self.base):
            if id(old) in self.done or "viewOf" in old:
                continue
            if old.get("delete"):
                self._destroy(old, "delete-replaced")
            elif old["urn"] in self.operated or old["urn"] in self.aliased:
                continue
            elif old.get("pendingReplacement"):
                self._step("remove-pending-replace", old, None)
            else:
                if old.get("protect"):
                    raise _StoppedError(f"{old['urn']} cannot be deleted because it is protected")
                self._destroy(old, "delete")
            if not (old.get("delete") and old.get("pendingReplacement")):
                self.done.add(id(old))

    def _destroy(self, old: Raw, operation: str) -> None:
        self._provider_there(old)
        self._step(operation, old, None)
        if not old.get("custom") or old.get("retainOnDelete"):
            return
        knew = self._acts("deleting", old)
        self.cloud.destroy(old)
        if not knew:
            raise _StoppedError(f"killed after deleting {old['urn']}")

    def _provider_there(self, old: Raw) -> None:
        """Whatever provider made it must be in the state, living or not (EnsureProvider)."""
        reference = old.get("provider", "")
        if reference and all(f"{each['urn']}::{each.get('id')}" != reference for each in self.base):
            raise EngineError(f"could not find provider {reference}")

    def _step(self, operation: str, old: Raw | None, new: Raw | None) -> None:
        step: Raw = {"op": operation, "urn": (new or old or {})["urn"]}
        if old is not None:
            step["oldState"] = copy.deepcopy(old)
        if new is not None:
            step["newState"] = copy.deepcopy(new)
        self.steps.append(step)

    def state(self) -> Deployment:
        """New entries, then those of before that are not done, with URNs as they are called now."""
        entries = [*self.new, *(each for each in self.base if id(each) not in self.done)]
        text = json.dumps([{k: v for k, v in each.items() if k != "aliases"} for each in entries])
        for before, after in self.aliased.items():
            text = text.replace(f'"{before}"', f'"{after}"').replace(f'"{before}::', f'"{after}::')
        deployment: Raw = {"resources": json.loads(text)}
        begun = [
            each
            for each in self.raw["deployment"].get("pending_operations") or []
            if each["type"] == "creating"
        ]
        if self.pending or begun:
            deployment["pending_operations"] = [*self.pending, *begun]
        return Deployment({**self.raw, "deployment": deployment})


def integrity(state: Deployment) -> str:
    """What the engine finds wrong with this state, or nothing (snapshot.go, VerifyIntegrity)."""
    urns: dict[str, list[Raw]] = {}
    providers: set[str] = set()
    for entry in state.entries:
        raw = dict(entry.raw)
        if not entry.custom and entry.id:
            return f"{entry.urn} has custom false but non-empty ID"
        if entry.type.startswith(PROVIDER_PREFIX):
            providers.add(entry.reference)
        if entry.provider and entry.provider not in providers and not raw.get("pendingReplacement"):
            return f"{entry.urn} refers to unknown provider {entry.provider}"
        needs = [entry.parent, str(raw.get("deletedWith") or ""), *(raw.get("dependencies") or [])]
        for needed in (*entry.property_dependencies.values(), raw.get("replaceWith") or []):
            needs += needed
        for need in needs:
            if need and need not in urns:
                return f"{entry.urn} needs {need}, which comes after it or is missing"
        urns.setdefault(entry.urn, []).append(raw)
    for urn, raws in urns.items():
        if sum(not raw.get("delete") for raw in raws) > 1:
            return f"duplicate resource {urn} (not marked for deletion)"
    return ""
