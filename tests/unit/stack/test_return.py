"""Small rules of a stack's return, each as a table."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws
from pulumi_rolling.errors import StackStateError
from pulumi_rolling.stack.assets import hashes, with_contents
from pulumi_rolling.stack.command import sentence_of
from pulumi_rolling.stack.compared import Difference, differences
from pulumi_rolling.stack.deployment import ASSET, SECRET, SIGNATURE, UNKNOWN, Deployment, Entry, parsed
from pulumi_rolling.stack.groups import DYNAMIC, is_left
from pulumi_rolling.stack.guard import breaches
from pulumi_rolling.stack.kept import Begun, Copy, Kept
from pulumi_rolling.stack.own_hooks import hooks_in
from pulumi_rolling.stack.rebinding import UncertainError, changes_of, rebound, uncertain
from pulumi_rolling.stack.replay import cut_off, wish
from pulumi_rolling.stack.request import Plugin, inputs_of, register, wire
from pulumi_rolling.stack.way_back import Ended, Facts, Next, next_of
from pulumi_rolling.stack.wish import Why

from .kept_names import named_so

URN = "urn:pulumi:dev::shop::acme:web:Thing::a"
OLD = Entry(
    {
        "urn": URN,
        "type": "acme:web:Thing",
        "id": "a-1",
        "custom": True,
        "outputs": {"arn": "arn:a-1", "n": "x"},
    }
)
USER = Entry(
    {
        "urn": f"{URN}b",
        "type": "acme:web:Thing",
        "id": "b-1",
        "custom": True,
        "propertyDependencies": {"of": [URN]},
    }
)


@pytest.mark.parametrize(
    ("code", "ended", "changed", "good", "then"),
    [
        (0, Ended.SUCCEEDED, True, True, Next.NOTHING),
        (7, Ended.SUCCEEDED, True, True, Next.NOTHING),  # --expect-no-changes is judged after the update
        (1, Ended.FAILED, True, True, Next.RETURN),
        (1, Ended.FAILED, True, False, Next.NO_GOOD),
        (1, Ended.FAILED, False, True, Next.NOTHING),
        (8, Ended.UNKNOWN, False, True, Next.NOTHING),
        (-9, Ended.UNKNOWN, True, True, Next.RETURN),
    ],
)
def test_what_follows_an_update(code: int, ended: Ended, changed: bool, good: bool, then: Next) -> None:
    """A return follows only where an update has failed after it changed something, and somewhere to return is known."""
    assert next_of(Facts(code, ended, changed, good)) is then


def test_what_another_process_does_is_not_returned_from() -> None:
    """An update that never began, since another one holds the stack, has changed nothing, whatever the state says."""
    assert next_of(Facts(1, Ended.FAILED, changed=True, good=True, begun=False)) is Next.NOTHING


@pytest.mark.parametrize(
    ("before", "then"),
    [
        ("a-1", "a-2"),
        ("arn:a-1", "arn:a-2"),
        (["a-1", {"deep": "a-1"}], ["a-2", {"deep": "a-2"}]),
        ({SIGNATURE: SECRET, "value": "a-1"}, {SIGNATURE: SECRET, "value": "a-2"}),
        ("x", "x"),
        ("not a-1 alone", "not a-1 alone"),
    ],
)
def test_inputs_follow_what_they_depend_on(before: Any, then: Any) -> None:
    """An input that equals the former id or output takes the new one, as deep as it stands; others stay."""
    changes = {URN: changes_of(OLD, "a-2", {"arn": "arn:a-2", "n": "x"})}
    assert rebound({"of": before, "else": before}, USER, changes) == {"of": then, "else": before}


def test_what_is_not_known_in_a_preview_is_unknown() -> None:
    """A resource that is still to be made gives the engine's unknown value to its users."""
    assert changes_of(OLD, "", {})["a-1"] == UNKNOWN


def test_one_text_that_became_two_is_not_guessed() -> None:
    """Where id and an output were the same and are not any more, nothing follows."""
    same = Entry({**OLD.raw, "outputs": {"name": "a-1"}})
    with pytest.raises(UncertainError):
        changes_of(same, "a-2", {"name": "a-3"})


@pytest.mark.parametrize(
    ("value", "key"), [("a-1", ""), ("arn:a-1", ""), ("https://host/a-1/x", "of"), ("a-12", ""), ("", "")]
)
def test_an_id_inside_a_text_is_uncertain(value: str, key: str) -> None:
    """A text that holds the id and was not given by the resource cannot be rebound."""
    user = Entry({**USER.raw, "inputs": {"of": value}})
    assert uncertain(user, {URN: OLD}, {}) == key
    assert uncertain(user, {}, {URN: OLD}) == ("of" if "a-1" in value and "a-12" not in value else "")


def test_an_asset_is_given_by_hash_where_today_has_it() -> None:
    """Another hash needs the contents: the recorded hash is left out, so that the engine computes one."""
    asset = {SIGNATURE: ASSET, "hash": "h1", "path": "site/index.html"}
    today = Entry({**OLD.raw, "inputs": {"body": {**asset}}})
    other = Entry({**OLD.raw, "inputs": {"body": {**asset, "hash": "h2"}}})
    assert with_contents({"body": asset}, today) == {"body": asset}
    assert with_contents({"body": asset}, other) == {"body": {SIGNATURE: ASSET, "path": "site/index.html"}}
    assert hashes({"list": [asset]}) == {".list[0]": "h1"}


def test_defaults_and_engine_keys_are_not_given_back() -> None:
    """A registration has what the program gave: no defaults at any depth, no `__internal`; secrets by signature."""
    secret = {SIGNATURE: SECRET, "plaintext": json.dumps({"k": 1})}
    entry = Entry(
        {**OLD.raw, "inputs": {"a": 1, "b": {"c": 2, "__defaults": ["c"]}, "d": 3, "__defaults": ["d"]}}
    )
    assert inputs_of(entry, False) == {"a": 1, "b": {}}
    assert wire(secret) == {SIGNATURE: SECRET, "value": {"k": 1}}


@pytest.mark.parametrize(
    ("operation", "id_", "breach"),
    [
        ("delete", "a-1", True),
        ("replace", "a-1", True),
        ("delete-replaced", "a-1", True),
        ("a-new-operation", "a-1", True),
        ("delete", "a-2", False),
        ("update", "a-1", False),
        ("same", "a-1", False),
    ],
)
def test_a_step_that_takes_away_what_was_there_is_a_breach(operation: str, id_: str, breach: bool) -> None:
    """By type and id, whatever the URN; an operation that is not known counts as taking away."""
    step = {"op": operation, "urn": f"{URN}-renamed", "oldState": {"type": "acme:web:Thing", "id": id_}}
    good = Deployment({"version": 3, "deployment": {"resources": [OLD.raw]}})
    assert bool(breaches([step], good, good)) is breach


@pytest.mark.parametrize(
    ("policy", "changed", "left"), [("leave", True, True), ("leave", False, False), (None, True, False)]
)
def test_a_group_that_wants_to_be_left_is_left(policy: str | None, changed: bool, left: bool) -> None:
    """Only where the failed update rolled it."""
    group = {"urn": f"{URN}g", "type": DYNAMIC, "id": "web", "custom": True}
    before = Entry({**group, "inputs": {"revision": 1, "onFailure": policy}})
    after = Entry({**group, "inputs": {"revision": 2 if changed else 1, "onFailure": policy}})
    assert is_left(before, after) is left


def copy_of(started: str, export: str = '{"version": 3, "deployment": {}}') -> Copy:
    return Copy(started, "", "", export, None)


def test_copies_are_kept_newest_first_and_no_more_than_wanted(tmp_path: Path) -> None:
    """The oldest go; git sees nothing of the folder; others on the machine cannot read it."""
    kept = Kept(tmp_path, named_so("dev"))
    for day in range(1, 6):
        kept.save(copy_of(f"2026-01-0{day}T00:00:00.000Z"), most=3)
    assert [copy.started[8:10] for copy in kept.all()] == ["05", "04", "03"]
    assert (tmp_path / ".rolling" / ".gitignore").read_text() == "*\n"
    assert (tmp_path / ".rolling").stat().st_mode & 0o077 == 0
    kept.begin(copy_of("x"), "y")
    assert kept.begun() == Begun(copy_of("x"), "y")
    kept.journal.end()
    assert kept.begun() is None


def test_plain_text_is_never_kept(tmp_path: Path) -> None:
    """A copy that holds a readable secret is refused, and nothing of it is written."""
    with pytest.raises(StackStateError, match="plain text"):
        Kept(tmp_path, named_so("dev")).save(copy_of("x", json.dumps({"plaintext": "hush"})))
    assert not (tmp_path / ".rolling").exists()


def test_a_folder_that_cannot_be_written_is_one_clear_error(tmp_path: Path) -> None:
    """The error names the file and the system's own reason."""
    (tmp_path / ".rolling").write_text("in the way")
    with pytest.raises(StackStateError, match=r"dev.*cannot be written"):
        Kept(tmp_path, named_so("dev")).save(copy_of("x"))


@pytest.mark.parametrize(
    ("text", "said"),
    [("no", "not JSON"), ("[]", "no deployment"), ('{"deployment": {}, "version": 9}', "version 9")],
)
def test_a_strange_export_is_refused(text: str, said: str) -> None:
    """The error says what is wrong with it."""
    with pytest.raises(StackStateError, match=said):
        parsed(text)


def test_what_was_cut_off_is_named() -> None:
    """A pending operation is one that nobody knows the end of."""
    pending = [{"resource": {"urn": URN}, "type": "updating"}]
    [left] = cut_off(
        Deployment({"version": 3, "deployment": {"resources": [], "pending_operations": pending}})
    )
    assert (left.urn, left.why, left.detail, left.returned) == (URN, Why.CUT_OFF, "updating", False)


@mock_aws
def test_copies_stand_in_a_bucket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bucket holds what a folder would, for each project and stack apart, and its own refusal is told."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with pytest.raises(StackStateError, match=r"s3://copies/a.* cannot be read: .*NoSuchBucket"):
        Kept(tmp_path, named_so("dev"), "s3://copies/a").save(copy_of("x"))
    boto3.client("s3").create_bucket(Bucket="copies")
    kept = Kept(tmp_path, named_so("dev"), "s3://copies/a")
    for day in range(1, 6):
        kept.save(copy_of(f"2026-01-0{day}T00:00:00.000Z"), most=3)
    assert [copy.started[8:10] for copy in kept.all()] == ["05", "04", "03"]
    assert list(Kept(tmp_path, named_so("prod"), "s3://copies/a").all()) == []
    kept.begin(copy_of("x"), "y")
    assert kept.begun() == Begun(copy_of("x"), "y")
    kept.journal.end()
    assert kept.begun() is None
    assert kept.back_up("{}") == f"s3://copies/a/shop/{named_so('dev').folder}/backup.json"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("place", ["ftp://host/x", "s3://"])
def test_a_place_that_is_none_is_refused(tmp_path: Path, place: str) -> None:
    """The error names the place as the user wrote it, before anything is deployed."""
    with pytest.raises(StackStateError, match=f"copies cannot be kept at {place}"):
        Kept(tmp_path, named_so("dev"), place)


def test_a_chosen_folder_is_private_and_parted_by_project_and_stack(tmp_path: Path) -> None:
    """Two projects may keep their copies in one folder."""
    place = tmp_path / "deep" / "copies"
    for project in ("shop", "blog"):
        Kept(tmp_path, named_so(project=project), str(place)).save(copy_of(project))
    assert [copy.started for copy in Kept(tmp_path, named_so(project="shop"), str(place)).all()] == ["shop"]
    assert (place / "blog" / named_so(project="blog").folder).stat().st_mode & 0o077 == 0
    assert (place / ".gitignore").read_text() == "*\n"


@pytest.mark.parametrize(("marked", "first"), [(True, False), (False, True)])
def test_a_copy_is_deleted_first_where_its_original_was(marked: bool, first: bool) -> None:
    """Only where nothing is left of the original, whose name then is the copy's."""
    newer = {**OLD.raw, "id": "a-2"}
    there = [newer, {**OLD.raw, "delete": True}] if marked else [newer]
    good = Deployment({"version": 3, "deployment": {"resources": [OLD.raw]}})
    now = Deployment({"version": 3, "deployment": {"resources": there}})
    [each] = wish(good, now, {}).registrations
    assert each.deletes_first is first
    assert register(each, {}, Plugin(), bool).deleteBeforeReplace is first


def test_a_copy_with_other_inputs_is_no_return() -> None:
    """What has a new id, and inputs that are not the former ones, is told by its inputs: it was not made again."""
    former = Entry({**OLD.raw, "inputs": {"size": 1}})
    good = Deployment({"version": 3, "deployment": {"resources": [former.raw]}})
    for size, difference in ((1, Difference.NEW_ID), (2, Difference.INPUTS)):
        today = {**former.raw, "id": "a-2", "inputs": {"size": size}}
        now = Deployment({"version": 3, "deployment": {"resources": [today]}})
        assert [each.difference for each in differences(good, now)] == [difference]


def test_a_list_of_errors_is_told_whole() -> None:
    """Pulumi writes several errors below a line that only counts them."""
    assert sentence_of("error: 2 errors occurred:\n\t* one\n\t* two\n\n") == "one; two"
    assert sentence_of("error: one\n") == "one"


@pytest.mark.parametrize(
    ("marks", "size", "why"),
    [
        ({"protect": True}, 2, Why.PROTECTED),
        ({"resourceHooks": {"BeforeDelete": ["told"]}}, 2, Why.DELETE_HOOKS),
        ({"resourceHooks": {"BeforeUpdate": ["told"]}}, 2, None),
        ({"protect": True}, 1, None),
    ],
)
def test_a_copy_that_nothing_can_delete_stays(marks: dict[str, Any], size: int, why: Why | None) -> None:
    """Its original is gone and the engine would refuse to replace it in its turn, and with it the whole return."""
    former = Entry({**OLD.raw, "inputs": {"size": 1}})
    good = Deployment({"version": 3, "deployment": {"resources": [former.raw]}})
    today = {**former.raw, "id": "a-2", "inputs": {"size": size}, **marks}
    made = wish(good, Deployment({"version": 3, "deployment": {"resources": [today]}}), {})
    assert [left.why for left in made.left] == ([why] if why else [])
    assert made.registrations[0].kept is bool(why)


def test_a_group_that_stays_keeps_the_policy_that_it_has_today() -> None:
    """Its hook names another one than the good deployment's, and would be registered by nobody."""

    def policy(name: str) -> dict[str, Any]:
        kind = "rolling:index:UpdatePolicy"
        return {"urn": f"{URN}-{name}", "type": kind, "inputs": {"hook": name, "policy": {}}}

    former = {**OLD.raw, "inputs": {"size": 1}, "resourceHooks": {"BeforeUpdate": ["policy-1"]}}
    hooks = {"BeforeUpdate": ["policy-2"]}
    today = {**former, "id": "a-2", "inputs": {"size": 2}, "protect": True, "resourceHooks": hooks}
    good, now = (
        Deployment({"version": 3, "deployment": {"resources": resources}})
        for resources in ([policy("policy-1"), former], [policy("policy-2"), policy("policy-3"), today])
    )
    wanted = {each.entry.urn: each for each in wish(good, now, {}).registrations}
    assert set(wanted) == {URN, f"{URN}-policy-1", f"{URN}-policy-2"}
    assert wanted[URN].kept and set(hooks_in(each.entry for each in wanted.values())) == {
        "policy-1",
        "policy-2",
    }
