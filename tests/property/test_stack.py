"""The return of a stack over generated deployments: what is registered, what lives again, what must stay."""

from __future__ import annotations

import copy
import os
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from pulumi_rolling.stack.compared import differences
from pulumi_rolling.stack.deployment import Deployment, Entry
from pulumi_rolling.stack.identity import renamed
from pulumi_rolling.stack.replay import wish
from pulumi_rolling.stack.twins import revive
from pulumi_rolling.stack.way_back import is_changed
from pulumi_rolling.stack.wish import Wish

EXAMPLES = int(os.environ.get("ROLLING_EXAMPLES", "100"))
many = settings(max_examples=EXAMPLES, deadline=None)

STACK = "urn:pulumi:dev::shop::pulumi:pulumi:Stack::shop-dev"
PROVIDER = "urn:pulumi:dev::shop::pulumi:providers:acme::mine"
OPTIONS: tuple[dict[str, Any], ...] = (
    {},
    {"protect": True},
    {"retainOnDelete": True},
    {"ignoreChanges": ["size"]},
    {"customTimeouts": {"create": 60}},
    {"additionalSecretOutputs": ["arn"]},
    {"importID": "there-before"},
)


def urn_of(place: int) -> str:
    return f"urn:pulumi:dev::shop::acme:web:Thing::r{place}"


def deployed(resources: list[dict[str, Any]]) -> Deployment:
    return Deployment({"version": 3, "deployment": {"resources": resources}})


@st.composite
def deployments(draw: st.DrawFn, most: int = 40) -> Deployment:
    """Good ones: a stack, an explicit provider, and things that need earlier ones; some are components."""
    resources: list[dict[str, Any]] = [
        {"urn": STACK, "custom": False, "type": "pulumi:pulumi:Stack"},
        {"urn": PROVIDER, "custom": True, "id": "p1", "type": "pulumi:providers:acme", "parent": STACK},
    ]
    for place in range(draw(st.integers(1, most))):
        needs = draw(st.lists(st.sampled_from(range(place)), max_size=3, unique=True)) if place else []
        inputs = {f"of{need}": f"id-{need}" for need in needs}
        resources.append(
            {
                "urn": urn_of(place),
                "custom": True,
                "id": f"id-{place}",
                "type": "acme:web:Thing",
                "parent": STACK,
                "provider": f"{PROVIDER}::p1",
                "inputs": {"size": draw(st.integers(0, 2)), **inputs},
                "outputs": {"arn": f"arn:id-{place}"},
                "dependencies": [urn_of(need) for need in needs],
                "propertyDependencies": {f"of{need}": [urn_of(need)] for need in needs},
                **draw(st.sampled_from(OPTIONS)),
            }
        )
    return deployed(resources)


@st.composite
def failed_updates(draw: st.DrawFn) -> tuple[Deployment, Deployment]:
    """A good deployment, and the state in which an update of it has stopped."""
    good = draw(deployments())
    resources = copy.deepcopy(good.raw["deployment"]["resources"])
    result: list[dict[str, Any]] = resources[:2]
    originals: list[dict[str, Any]] = []
    for each in resources[2:]:
        act = draw(st.sampled_from(("same", "same", "update", "replace", "rename", "delete")))
        if act == "update":
            each["inputs"]["size"] += 5
        if act == "replace":
            originals.append({**each, "delete": True})
            each = {**each, "id": f"{each['id']}-2", "inputs": {**each["inputs"], "size": 9}}
        if act == "rename":
            each = {**each, "urn": f"{each['urn']}-renamed"}
        if act != "delete":
            result.append(each)
    for place in range(draw(st.integers(0, 3))):
        result.append(
            {
                **resources[2],
                "urn": urn_of(900 + place),
                "id": f"new-{place}",
                **draw(st.sampled_from(OPTIONS)),
            }
        )
    return good, deployed(result + originals)


def after(asked: Wish, state: Deployment) -> set[str]:
    """Ids that the engine leaves: those of what is registered under its URN or an alias, and of what is retained."""
    names = {urn for each in asked.registrations for urn in (each.entry.urn, *each.aliases)}
    return {
        entry.id
        for entry in state.living.values()
        if entry.urn in names or entry.raw.get("retainOnDelete") or entry.urn in asked.forgotten
    }


@many
@given(deployments(most=200))
def test_replaying_what_is_deployed_changes_nothing(good: Deployment) -> None:
    """Every resource is registered with its own inputs, each need before who needs it, and nothing is named."""
    asked = wish(good, good, renamed(good, good))
    assert {each.entry.urn: each.entry for each in asked.registrations} == dict(good.living)
    assert not asked.left and not asked.forgotten
    seen: set[str] = set()
    for each in asked.registrations:
        assert each.entry.needs <= seen
        seen.add(each.entry.urn)
    assert not revive(good, good).changed
    assert not differences(good, good) and not is_changed(good, good)


@many
@given(failed_updates())
def test_nothing_that_was_there_before_is_destroyed(pair: tuple[Deployment, Deployment]) -> None:
    """After the return every id of the last good deployment that the failed update left exists."""
    good, now = pair
    names = renamed(good, now)
    state = revive(now, good, wish(good, now, names).forgotten).state
    kept = after(wish(good, state, names), state)
    there = {entry.id for entry in now.entries if entry.custom}
    owned = {entry.id for entry in good.living.values() if entry.custom}
    assert owned & there <= kept


@many
@given(failed_updates())
def test_a_revived_state_is_one_that_the_engine_takes(pair: tuple[Deployment, Deployment]) -> None:
    """No URN lives twice, needs stand before who needs them (snapshot.go, VerifyIntegrity), and nothing is lost."""
    good, now = pair
    revival = revive(now, good)
    alive = [entry.urn for entry in revival.state.entries if not entry.replaced]
    assert len(alive) == len(set(alive))
    assert sorted((e.urn, e.id) for e in revival.state.entries) == sorted((e.urn, e.id) for e in now.entries)
    seen: set[str] = set()
    every = {entry.urn for entry in revival.state.entries}
    before = {entry.urn for entry in now.entries}
    orderly = _is_ordered(now, before)
    for entry in revival.state.entries:
        assert not orderly or (entry.needs & every) <= seen
        seen.add(entry.urn)
    assert revive(revival.state, good).revived == ()


@many
@given(failed_updates())
def test_what_the_failed_update_protected_is_never_deleted(pair: tuple[Deployment, Deployment]) -> None:
    """A protected resource that only the failed update made is registered as it is, with all that it needs."""
    good, now = pair
    asked = wish(good, now, renamed(good, now))
    names = {urn for each in asked.registrations for urn in (each.entry.urn, *each.aliases)}
    assert {entry.urn for entry in now.living.values() if entry.protected} <= names


def _is_ordered(state: Deployment, every: set[str]) -> bool:
    seen: set[str] = set()
    for entry in state.entries:
        if not (entry.needs & every) <= seen:
            return False
        seen.add(entry.urn)
    return True


def test_an_original_of_other_inputs_stays_replaced() -> None:
    """Only what is the last good deployment's own lives again."""
    original: dict[str, Any] = {"urn": urn_of(0), "custom": True, "id": "one", "type": "acme:web:Thing"}
    good = deployed([{**original, "inputs": {"size": 1}}])
    newer = {**original, "id": "two", "inputs": {"size": 2}}
    drifted = {**original, "inputs": {"size": 7}, "delete": True}
    assert not revive(deployed([newer, drifted]), good).changed
    assert revive(deployed([newer, {**drifted, "inputs": {"size": 1}}]), good).revived == (
        (urn_of(0), "one"),
    )
    assert Entry(newer).needs == frozenset()
