"""Which originals live again, what stays in the cloud, and what a return may not do, case by case."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi_rolling.stack.deployment import Deployment
from pulumi_rolling.stack.guard import Wrong, breaches
from pulumi_rolling.stack.identity import renamed
from pulumi_rolling.stack.replay import wish
from pulumi_rolling.stack.twins import Reason, revive

THING = "acme:web:Thing"
PROVIDER = "urn:pulumi:dev::shop::pulumi:providers:acme::mine"


def urn(name: str) -> str:
    return f"urn:pulumi:dev::shop::{THING}::{name}"


def thing(name: str, id_: str, size: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "urn": urn(name),
        "custom": True,
        **({"delete": True} if more.pop("delete", False) else {}),
        "id": id_,
        "type": THING,
        "inputs": {"size": size},
        **more,
    }


def state(*resources: dict[str, Any], pending: tuple[dict[str, Any], ...] = ()) -> Deployment:
    deployment: dict[str, Any] = {"resources": list(resources)}
    if pending:
        deployment["pending_operations"] = list(pending)
    return Deployment({"version": 3, "deployment": deployment})


GOOD = state(thing("a", "a-1"), thing("b", "b-1"))
B = thing("b", "b-1")
TWIN = thing("a", "a-1", delete=True)
COPY = thing("a", "a-2", 2)


def test_an_original_lives_in_its_own_place() -> None:
    """Marks change and nothing else: no entry moves, and a mark stands where the engine writes it."""
    revival = revive(state(COPY, B, TWIN), GOOD)
    marked = revival.state.entries
    assert [(entry.id, entry.replaced) for entry in marked] == [("a-2", True), ("b-1", False), ("a-1", False)]
    assert list(marked[0].raw) == ["urn", "custom", "delete", "id", "type", "inputs"]
    assert marked[1].raw is B
    assert (revival.revived, revival.outlived) == (((urn("a"), "a-1"),), ((urn("a"), "a-2"),))


@pytest.mark.parametrize(
    ("now", "reason", "detail"),
    [
        (
            state(COPY, B, thing("a", "a-1", 7, delete=True), thing("a", "a-1", 8, delete=True)),
            Reason.INPUTS,
            "size",
        ),
        (state(COPY, B, TWIN, pending=({"type": "deleting", "resource": TWIN},)), Reason.PENDING, "deleting"),
        (state(COPY, B, {**TWIN, "provider": f"{PROVIDER}::p1"}), Reason.PROVIDER, f"{PROVIDER}::p1"),
        (state(thing("a", "b-1"), TWIN), Reason.TAKEN, ""),
        (state(COPY, B), Reason.GONE, ""),
        (state(thing("a", "a-1", pendingReplacement=True), B), Reason.GONE, ""),
    ],
)
def test_an_original_that_does_not_live_again_is_named(now: Deployment, reason: Reason, detail: str) -> None:
    """With the reason, and the state stays as it is."""
    revival = revive(now, GOOD)
    assert {(each.id, each.reason, each.detail) for each in revival.refused} == {("a-1", reason, detail)}
    assert not revival.revived and not revival.changed
    assert revival.refused[0].sentence.startswith("the original a-1 ")


@pytest.mark.parametrize(
    ("more", "retained"),
    [
        ({}, False),
        ({"protect": True}, True),
        ({"importID": "a-2"}, True),
        ({"retainOnDelete": True}, True),
    ],
)
def test_a_newer_copy_that_must_not_be_deleted_only_leaves_the_state(
    more: dict[str, Any], retained: bool
) -> None:
    """One that is protected, or was in the cloud before the failed update took it in."""
    revival = revive(state({**COPY, **more}, B, TWIN), GOOD)
    assert bool(revival.state.entries[0].raw.get("retainOnDelete")) is retained
    assert (revival.outlived, revival.retained) == (
        ((), ((urn("a"), "a-2"),)) if retained else (((urn("a"), "a-2"),), ())
    )


def test_a_newer_copy_with_a_delete_hook_leaves_the_state_without_it() -> None:
    """The engine runs the hook even of what it does not delete, and only the program has its function."""
    hooks = {"AfterCreate": ["hi"], "BeforeDelete": ["bye"]}
    revival = revive(state({**COPY, "resourceHooks": hooks}, B, TWIN), GOOD)
    marked = revival.state.entries[0].raw
    assert marked["retainOnDelete"] and marked["resourceHooks"] == {"AfterCreate": ["hi"]}
    assert revival.retained == ((urn("a"), "a-2"),)


def test_of_several_twins_the_one_of_the_last_good_deployment_lives() -> None:
    """The others stay as they are, and so does one that has no living copy beside it."""
    other = thing("a", "a-0", delete=True)
    revival = revive(state(COPY, B, other, TWIN), GOOD)
    assert [entry.id for entry in revival.state.entries if not entry.replaced] == ["b-1", "a-1"]
    assert [entry.id for entry in revive(state(B, TWIN), GOOD).state.living.values()] == ["b-1", "a-1"]


def test_a_copy_that_was_deleted_before_its_own_replacement_leaves_the_state() -> None:
    """The engine keeps an entry with both marks for ever."""
    revival = revive(state({**COPY, "pendingReplacement": True}, B, TWIN), GOOD)
    marked = revival.state.entries[0].raw
    assert marked["delete"] and marked["retainOnDelete"] and "pendingReplacement" not in marked
    assert not revival.outlived and not revival.retained


def test_a_second_entry_of_one_resource_only_leaves_the_state() -> None:
    """Imported again beside it, or replaced after that: deleting it would delete what lives."""
    again = thing("c", "a-1", importID="a-1")
    for entry in (again, {**again, "delete": True}):
        revival = revive(state(thing("a", "a-1"), B, entry), GOOD)
        assert revival.retained == ((urn("c"), "a-1"),)
        assert revival.state.entries[2].raw["retainOnDelete"]


def test_what_was_imported_and_then_replaced_stays_in_the_cloud() -> None:
    """It was there before the failed update."""
    outside = thing("c", "outside", importID="outside", delete=True)
    revival = revive(state(thing("a", "a-1"), B, thing("c", "c-2"), outside), GOOD)
    assert revival.retained == ((urn("c"), "outside"),)


def test_a_name_that_another_resource_has_taken_is_free_again() -> None:
    """The engine looks under the name before it looks under aliases."""
    now = state(thing("a2", "a-1"), COPY, B)
    revival = revive(now, GOOD)
    assert revival.outlived == ((urn("a"), "a-2"),)
    assert renamed(GOOD, revival.state) == {urn("a"): (urn("a2"),)}
    replaced = revive(state(thing("a2", "a-3", 2), COPY, B, {**TWIN, "urn": urn("a2")}), GOOD)
    assert {id_ for _, id_ in replaced.outlived} == {"a-2", "a-3"}


def test_an_id_that_tells_nothing_is_no_identity() -> None:
    """A random password's id is `none`: the replaced one lives again, and others are strangers to it."""
    good = state(thing("a", "none"))
    now = state(thing("a", "none", 2), thing("b", "none"), thing("a", "none", delete=True))
    revival = revive(now, good)
    assert [entry.replaced for entry in revival.state.entries] == [True, False, False]
    assert revival.retained == ((urn("a"), "none"),)
    assert renamed(good, state(thing("b", "none"))) == {}


def test_views_live_with_their_owner() -> None:
    """The engine deletes no view by itself."""
    view = {"urn": urn("view"), "custom": False, "type": THING, "viewOf": urn("a"), "inputs": {"of": 1}}
    good = state(thing("a", "a-1"), view)
    now = state(COPY, {**view, "inputs": {"of": 2}}, TWIN, {**view, "delete": True})
    assert [entry.replaced for entry in revive(now, good).state.entries] == [True, True, False, False]


def test_what_is_forgotten_leaves_the_state_once() -> None:
    """A second revival finds nothing to change."""
    revival = revive(state(thing("a", "a-1"), B, thing("n", "n-1")), GOOD, [urn("n")])
    assert revival.retained == ((urn("n"), "n-1"),)
    assert not revive(revival.state, GOOD, [urn("n")]).changed


@pytest.mark.parametrize(
    ("operation", "old", "wrong"),
    [
        ("delete", thing("elsewhere", "a-1"), Wrong.DELETED),
        ("delete-replaced", TWIN, Wrong.DELETED),
        ("replace", thing("a", "a-1"), Wrong.REPLACED),
        ("import-replacement", thing("a", "a-1"), Wrong.REPLACED),
        ("replace", COPY, None),
        ("delete", thing("a", "a-1", retainOnDelete=True), Wrong.LEAVES),
        ("discard", thing("a", "a-1", external=True), Wrong.LEAVES),
        ("discard", thing("c", "c-1", external=True), None),
        ("delete", thing("n", "n-1", protect=True), Wrong.PROTECTED),
        ("delete-replaced", {**COPY, "protect": True, "delete": True}, Wrong.PROTECTED),
        ("replace", thing("a", "a-1", pendingReplacement=True), None),
        ("remove-pending-replace", thing("a", "a-1", pendingReplacement=True), None),
        ("delete", None, Wrong.UNSEEN),
        ("a-new-operation", thing("n", "n-1"), Wrong.UNKNOWN),
        ("update", thing("a", "a-1"), None),
    ],
)
def test_a_step_of_a_return(operation: str, old: dict[str, Any] | None, wrong: Wrong | None) -> None:
    """What takes away a resource of the last good deployment is forbidden, whatever its URN, and the unknown too."""
    step = {"op": operation, "urn": old["urn"] if old else urn("a"), **({"oldState": old} if old else {})}
    found = breaches([step], GOOD, state(*([old] if old else [])))
    assert [each.wrong for each in found] == ([wrong] if wrong else [])
    assert all(each.sentence.endswith(f": {operation}") for each in found)


def test_a_second_entry_may_leave_the_state() -> None:
    """The resource stays in the other; where both leave it, one breach names it."""
    leaves = thing("c", "a-1", retainOnDelete=True)
    also = thing("a", "a-1", retainOnDelete=True)
    now = state(also, B, leaves)
    steps = [{"op": "delete", "urn": each["urn"], "oldState": each} for each in (leaves, also)]
    assert breaches(steps[:1], GOOD, now) == ()
    assert [each.wrong for each in breaches(steps, GOOD, now)] == [Wrong.LEAVES]


def test_a_deletion_that_had_begun_is_carried_on() -> None:
    """Nobody can have it back."""
    now = state(COPY, B, TWIN, pending=({"type": "deleting", "resource": TWIN},))
    step = {"op": "delete-replaced", "urn": urn("a"), "oldState": TWIN}
    assert breaches([step], GOOD, now) == ()


def test_what_must_stay_is_registered_after_all_that_it_needs() -> None:
    """A need of two is registered before both, though one of them needs the other."""
    now = state(
        thing("a", "a-1"),
        thing("m", "m-1", parent=urn("a")),
        thing("z", "z-1", parent=urn("a"), dependencies=[urn("m")], protect=True),
    )
    seen: set[str] = set()
    for each in wish(state(), now, {}).registrations:
        assert each.entry.needs <= seen
        seen.add(each.entry.urn)
    assert len(seen) == 3
