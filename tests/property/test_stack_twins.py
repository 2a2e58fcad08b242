"""A return from any failed update, in a model of the engine: nothing that was there before is destroyed."""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from pulumi_rolling.errors import StackStateError
from pulumi_rolling.stack.deployment import Deployment, Entry, plain
from pulumi_rolling.stack.guard import Breach, Wrong, breaches
from pulumi_rolling.stack.identity import key_of, owned, renamed
from pulumi_rolling.stack.replay import wish
from pulumi_rolling.stack.twins import Revival, revive, taken_back
from pulumi_rolling.stack.wish import Registration, Wish

from .stack_engine import Cloud, Goal, Ran, Ref, integrity, update
from .stack_programs import EMPTY, THING, Failure, Piece, failures, goals, programs
from .test_properties import checked

RECORDED = (
    "protect",
    "retainOnDelete",
    "ignoreChanges",
    "customTimeouts",
    "additionalSecretOutputs",
    "deletedWith",
)


@dataclass(frozen=True)
class Back:
    """A return: the state it began in, its preview and the breaches in it, and what is there after it."""

    revival: Revival
    preview: Ran
    breaches: tuple[Breach, ...]
    cloud: Cloud
    end: Deployment
    """As it was where the guard forbade the return."""


def asked_of(good: Deployment, now: Deployment, aliases: bool = True) -> tuple[Revival, Wish]:
    revival = revive(now, good, wish(good, now, renamed(good, now)).forgotten)
    state = revival.state
    return revival, wish(good, state, renamed(good, state) if aliases else {})


def registered(asked: Wish, good: Deployment, state: Deployment) -> list[Goal]:
    """What the engine is told: its own default providers first, then each registration."""
    there = {each.entry.urn for each in asked.registrations}
    defaults = [entry for entry in state.living.values() if entry.is_default_provider]
    defaults += [e for e in good.living.values() if e.is_default_provider and e.urn not in state.living]
    formers = {entry.urn: good.living.get(entry.urn, entry) for entry in defaults}
    result = [Goal(urn, entry.type, inputs=entry.inputs) for urn, entry in formers.items()]
    known = there | formers.keys()
    return _ordered([*(_goal(each, good, known) for each in asked.registrations)], result)


def _ordered(asked: list[Goal], defaults: list[Goal]) -> list[Goal]:
    return [*asked[:1], *defaults, *asked[1:]]


def _goal(each: Registration, good: Deployment, known: set[str]) -> Goal:
    entry = each.entry
    inputs: dict[str, Any] = dict(entry.inputs)
    for key, urns in entry.property_dependencies.items():
        for urn in urns:
            former = good.living.get(urn)
            if not each.kept and urn in known and former is not None and inputs.get(key) == former.id:
                inputs[key] = Ref(urn)
    imported = str(entry.raw.get("importID") or "")
    there = each.now is not None and each.now.raw.get("importID") == imported
    return Goal(
        entry.urn,
        entry.type,
        custom=entry.custom,
        inputs=inputs,
        parent=entry.parent,
        provider=entry.provider.rpartition("::")[0],
        aliases=each.aliases,
        import_id=imported if there else "",
        options={key: entry.raw[key] for key in RECORDED if key in entry.raw},
    )


def without_pending(state: Deployment) -> Deployment:
    """The state as `pulumi stack import` writes it."""
    deployment = {k: v for k, v in state.raw["deployment"].items() if k != "pending_operations"}
    return Deployment({**state.raw, "deployment": deployment})


def back(failure: Failure, aliases: bool = True) -> Back:
    good, now = failure.good, failure.now
    revival, asked = asked_of(good, now, aliases)
    told = registered(asked, good, revival.state)
    state, cloud = without_pending(revival.state), copy.deepcopy(failure.cloud)
    preview = update(cloud, state, told, dry_run=True)
    found = breaches(preview.steps, good, revival.state)
    end = state if found else update(cloud, state, told).state
    return Back(revival, preview, found, cloud, end)


def owed(failure: Failure) -> set[tuple[str, str]]:
    """What a return may not destroy: what still exists, and is alive or marked with its former inputs."""
    good, there = failure.good, set()
    begun = {str((each.get("resource") or {}).get("id")) for each in failure.now.pending}
    mine = owned(good)
    for entry in failure.now.entries:
        key = key_of(entry)
        if key is None or key not in mine or key not in failure.cloud.there or entry.id in begun:
            continue
        if not entry.replaced or any(plain(entry.inputs) == plain(each.inputs) for each in mine[key]):
            there.add(key)
    return {key for key in there if key[0] == THING}


def is_whole(failure: Failure) -> bool:
    """Whether the failed update has destroyed nothing of the last good deployment, nor a provider of it."""
    there = {key_of(entry) for entry in failure.now.entries}
    mine = owned(failure.good).keys()
    return owed(failure) == {key for key in mine if key[0] == THING} and mine <= there


@checked
@given(failures())
def test_what_still_exists_exists_after_the_return(failure: Failure) -> None:
    """A return destroys no resource of the last good deployment that the failed update left, nor what was imported."""
    came = back(failure)
    outside = {key for key in failure.cloud.there if key[1].startswith("outside")}
    assert owed(failure) | outside <= came.cloud.there


@checked
@given(failures(steals=False))
def test_where_nothing_was_destroyed_all_returns(failure: Failure) -> None:
    """The guard forbids nothing but a protected copy, and each resource has its name, its id and its inputs again."""
    came = back(failure)
    if not is_whole(failure):
        return
    assert all(each.wrong is Wrong.PROTECTED for each in came.breaches)
    if came.breaches or came.preview.failed:
        return
    for urn, former in failure.good.living.items():
        if former.type == THING:
            assert came.end.living[urn].id == former.id
            assert came.end.living[urn].inputs == former.inputs


@checked
@given(failures())
def test_a_revived_state_is_one_that_the_engine_takes(failure: Failure) -> None:
    """It passes the engine's own check, in the same order; only marks differ, and a second revival changes nothing."""
    good, now = failure.good, failure.now
    revival, _ = asked_of(good, now)
    assert integrity(now) == "" == integrity(revival.state)
    for before, after in zip(now.entries, revival.state.entries, strict=True):
        assert _unmarked(before) == _unmarked(after)
        assert before.raw == after.raw or json.dumps(before.raw) != json.dumps(after.raw)
    assert not asked_of(good, revival.state)[0].changed
    assert revival.changed == (json.dumps(now.raw) != json.dumps(revival.state.raw))


@checked
@given(failures(steals=False))
def test_a_resource_that_was_renamed_is_missed_without_its_alias(failure: Failure) -> None:
    """The guard forbids a return that forgets the name which a resource has now."""
    revival, asked = asked_of(failure.good, failure.now, aliases=False)
    names = renamed(failure.good, revival.state)
    stays = {each.entry.urn for each in asked.registrations}
    lost = {urn for urns in names.values() for urn in urns if urn not in stays and f"{THING}::" in urn}
    came = back(failure, aliases=False)
    if not came.preview.failed:
        assert lost <= {each.urn for each in came.breaches}


@checked
@given(programs())
def test_replaying_what_is_deployed_is_the_same_throughout(pieces: list[Piece]) -> None:
    """Every registration is `same`, nothing lives again, and nothing is refused."""
    cloud = Cloud()
    good = update(cloud, EMPTY, goals(pieces)).state
    came = back(Failure(good, good, cloud))
    assert {step["op"] for step in came.preview.steps} == {"same"}
    assert came.revival == Revival(good, (), (), False) and not came.breaches
    assert came.revival.state is good


@checked
@given(failures())
def test_a_revival_can_be_taken_back(failure: Failure) -> None:
    """The backup is imported as it was; where it never came to that, nothing is; a third state is an error."""
    revival, _ = asked_of(failure.good, failure.now)
    backup = json.dumps(failure.now.raw)
    assert taken_back(backup, revival, backup) is None
    if revival.changed:
        assert taken_back(backup, revival, json.dumps(revival.state.raw)) == backup
        moved = Deployment({**failure.now.raw, "deployment": {"resources": []}})
        with pytest.raises(StackStateError, match="has changed since"):
            taken_back(backup, revival, json.dumps(moved.raw))


def _unmarked(entry: Entry) -> list[tuple[str, Any]]:
    marks = ("delete", "retainOnDelete", "pendingReplacement")
    return [(key, value) for key, value in entry.raw.items() if key not in marks]
