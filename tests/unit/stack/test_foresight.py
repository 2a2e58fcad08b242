"""What could not come back: each danger by the change that brings it, in order, once, and as text and JSON."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pulumi_rolling.stack.asset_files import has_source
from pulumi_rolling.stack.changes import Change, of_events, of_preview
from pulumi_rolling.stack.deployment import ARCHIVE, ASSET, SIGNATURE, Deployment
from pulumi_rolling.stack.event_log import event_of
from pulumi_rolling.stack.foresight import Danger, Known, Risk, foresee
from pulumi_rolling.stack.foresight_text import KEYS, NOTHING, risks_json, risks_text

THING = "acme:web:Thing"
DATABASE = "aws:rds/instance:Instance"
OLD_PROVIDER = "urn:pulumi:dev::trial::pulumi:providers:aws::default_6_1_0"
NEW_PROVIDER = "urn:pulumi:dev::trial::pulumi:providers:aws::default_7_0_0"
MINE = "urn:pulumi:dev::trial::pulumi:providers:aws::mine"


def urn(name: str, type_: str = THING) -> str:
    return f"urn:pulumi:dev::trial::{type_}::{name}"


def entry(name: str, type_: str = THING, **fields: Any) -> dict[str, Any]:
    return {"urn": urn(name, type_), "type": type_, "custom": True, "id": f"{name}-1", "inputs": {}, **fields}


def state(*entries: dict[str, Any], **fields: Any) -> Deployment:
    stack = entry("trial-dev", "pulumi:pulumi:Stack", custom=False)
    return Deployment({"version": 3, "deployment": {"resources": [stack, *entries], **fields}})


def step(op: str, old: dict[str, Any] | None = None, new: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"op": op, "urn": (new or old or {})["urn"], "oldState": old, "newState": new}


def changes(*steps: dict[str, Any]) -> tuple[Change, ...]:
    return of_preview({"steps": list(steps)})


def dangers(steps: list[dict[str, Any]], now: Deployment, **known: Any) -> list[Danger]:
    return [risk.danger for risk in foresee(changes(*steps), Known(now, **known))]


def gone(old: dict[str, Any]) -> dict[str, Any]:
    """A replacement whose original is kept until the end."""
    return {**old, "delete": True}


THING_A, DB = entry("a"), entry("db", DATABASE)
FILE = {SIGNATURE: ASSET, "hash": "0" * 64, "path": "./index.html"}
OTHER_FILE = {**FILE, "hash": "1" * 64}

CASES: list[tuple[str, list[dict[str, Any]], list[Danger]]] = [
    ("nothing", [step("same", THING_A, THING_A)], []),
    ("an update", [step("update", THING_A, THING_A)], []),
    ("made", [step("create", None, THING_A)], []),
    ("replaced", [step("replace", gone(THING_A), THING_A)], []),
    ("replaced, deleted first", [step("replace", THING_A, THING_A)], [Danger.DELETED_FIRST]),
    ("a database replaced", [step("replace", gone(DB), DB)], [Danger.DATA_REPLACED]),
    ("a database replaced, deleted first", [step("replace", DB, DB)], [Danger.DATA_DELETED_FIRST]),
    ("deleted", [step("delete", THING_A)], [Danger.DELETED]),
    ("a database deleted", [step("delete", DB)], [Danger.DATA_DELETED]),
    ("deleted and retained", [step("delete", {**DB, "retainOnDelete": True})], [Danger.DROPPED]),
    ("a component deleted", [step("delete", {**THING_A, "custom": False})], []),
    ("a provider deleted", [step("delete", entry("p", "pulumi:providers:aws"))], []),
    ("a RollingGroup deleted", [step("delete", entry("g", "rolling:index:RollingGroup"))], []),
    ("another owner's resource", [step("delete", {**DB, "external": True})], []),
    ("made protected", [step("create", None, {**THING_A, "protect": True})], [Danger.PROTECTED]),
    ("protected now", [step("update", THING_A, {**THING_A, "protect": True})], [Danger.PROTECTED]),
    ("made retained", [step("create", None, {**THING_A, "retainOnDelete": True})], [Danger.RETAINED]),
    ("imported", [step("import", None, THING_A)], [Danger.IMPORTED]),
    (
        "made with a delete hook",
        [step("create", None, {**THING_A, "resourceHooks": {"BeforeDelete": ["drain"]}})],
        [Danger.DELETE_HOOKS],
    ),
    (
        "made with another hook",
        [step("create", None, {**THING_A, "resourceHooks": {"AfterCreate": ["tell"]}})],
        [],
    ),
    (
        "a file changed",
        [
            step(
                "update",
                {**THING_A, "inputs": {"page": {"source": FILE}}},
                {**THING_A, "inputs": {"page": {"source": OTHER_FILE}}},
            )
        ],
        [Danger.ASSET],
    ),
    (
        "a file kept",
        [step("update", {**THING_A, "inputs": {"s": FILE}}, {**THING_A, "inputs": {"s": FILE, "v": 2}})],
        [],
    ),
]


@pytest.mark.parametrize(("steps", "found"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_each_change_has_its_dangers(steps: list[dict[str, Any]], found: list[Danger]) -> None:
    """A deletion, a replacement or a new resource is named with the reason for which it would not come back."""
    before = [each["oldState"] for each in steps if each["oldState"]]
    kept = [{key: value for key, value in each.items() if key != "delete"} for each in before]
    assert dangers(steps, state(*kept)) == found


def test_what_was_protected_before_is_no_danger() -> None:
    """Only protection that this update brings stands in the way of a return."""
    kept = {**THING_A, "protect": True}
    assert dangers([step("update", kept, kept)], state(kept)) == []


def test_hooks_of_what_changes_are_named() -> None:
    """A resource with hooks that the update changes would change back without them; others are not touched."""
    hooked = {**THING_A, "resourceHooks": {"AfterUpdate": ["tell"]}}
    assert dangers([step("update", THING_A, THING_A)], state(hooked)) == [Danger.HOOKS]
    assert dangers([], state(hooked)) == []


def test_an_original_of_an_earlier_failure_is_named() -> None:
    """What an earlier failed update replaced goes with any update, whatever that one says."""
    [risk] = foresee((), Known(state(THING_A, {**DB, "delete": True})))
    assert risk == Risk(DB["urn"], Danger.ORIGINAL_DELETED, "db-1, its databases")


@pytest.mark.parametrize(
    ("old", "new", "extra", "detail"),
    [
        (f"{OLD_PROVIDER}::x", f"{NEW_PROVIDER}::y", [], "aws 6.1.0 -> 7.0.0, 2 resources"),
        (f"{OLD_PROVIDER}::x", f"{OLD_PROVIDER.replace('6_1_0', '6_2_0')}::y", [], None),
        (f"{NEW_PROVIDER}::x", f"{OLD_PROVIDER}::y", [], None),
        (
            f"{MINE}::x",
            f"{MINE}::x",
            [
                step(
                    "update",
                    entry("mine", "pulumi:providers:aws", inputs={"version": "5.0.0"}),
                    entry("mine", "pulumi:providers:aws", inputs={"version": "6.0.0"}),
                )
            ],
            "aws 5.0.0 -> 6.0.0, 2 resources",
        ),
        (f"{MINE}::x", f"{MINE}::x", [], None),
    ],
    ids=["default", "a minor", "downwards", "explicit", "explicit and the same"],
)
def test_a_major_version_that_rises_is_named_once(
    old: str, new: str, extra: list[dict[str, Any]], detail: str | None
) -> None:
    """The provider is named with both versions and how many resources it writes anew."""
    mine = entry("mine", "pulumi:providers:aws", inputs={"version": "5.0.0"})
    steps = [step("update", entry(name, provider=old), entry(name, provider=new)) for name in ("a", "b")]
    replaced = step("replace", gone(entry("c", provider=old)), entry("c", provider=new))
    risks = foresee(changes(*extra, *steps, replaced), Known(state(mine)))
    assert [(risk.danger, risk.detail) for risk in risks] == ([(Danger.PROVIDER, detail)] if detail else [])


def test_the_surroundings_of_the_stack_are_named() -> None:
    """Another secrets provider than the last good deployment's, and environments without a fixed version."""
    good = state(secrets_providers={"type": "passphrase", "state": {"salt": "1"}})
    now = state(secrets_providers={"type": "cloud", "state": {"url": "awskms://x"}})
    environments = ("acme/prod@12", "acme/base", "acme/late@latest")
    risks = foresee((), Known(now, good, environments))
    assert [(risk.urn.split("::")[-1], risk.danger, risk.detail) for risk in risks] == [
        ("trial-dev", Danger.SECRETS, "passphrase -> cloud"),
        ("acme/base", Danger.ENVIRONMENT, ""),
        ("acme/late@latest", Danger.ENVIRONMENT, ""),
    ]
    assert foresee((), Known(now, now)) == ()


def test_an_asset_has_a_source_while_its_file_holds_what_state_recorded(tmp_path: Path) -> None:
    """Text and addresses are a source, a file is one with the recorded hash, an archive where its path is there."""
    (tmp_path / "page").write_text("hello")
    hashed = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
    assert has_source({SIGNATURE: ASSET, "hash": "x", "text": "hello"}, tmp_path)
    assert has_source({SIGNATURE: ASSET, "hash": hashed, "path": "page"}, tmp_path)
    assert not has_source({SIGNATURE: ASSET, "hash": "x", "path": "page"}, tmp_path)
    assert not has_source({SIGNATURE: ASSET, "hash": hashed, "path": "gone"}, tmp_path)
    assert not has_source({SIGNATURE: ASSET, "hash": hashed}, tmp_path)
    assert has_source({SIGNATURE: ARCHIVE, "hash": "x", "path": "."}, tmp_path)
    assert not has_source({SIGNATURE: ARCHIVE, "hash": "x", "path": "gone"}, tmp_path)


def test_the_gravest_stands_first_and_each_once() -> None:
    """The order is that of the dangers and then of the URNs, whatever order the engine told them in."""
    steps = [step("delete", entry("z")), step("delete", THING_A), step("replace", DB, DB)]
    now = state(entry("z"), THING_A, DB)
    one = foresee(changes(*steps, steps[0]), Known(now))
    other = foresee(changes(*reversed(steps)), Known(now))
    assert one == other
    assert [risk.urn.split("::")[-1] for risk in one] == ["db", "a", "z"]


def event(op: str, old: dict[str, Any] | None, new: dict[str, Any] | None) -> Any:
    metadata = {"op": op, "urn": (new or old or {})["urn"], "type": THING, "old": old, "new": new}
    return event_of({"resourcePreEvent": {"metadata": metadata}})


def test_the_event_log_tells_the_order_of_a_replacement() -> None:
    """A deletion before the successor is made is one that deletes first; after it or alone it is not."""
    kept = [
        event("create-replacement", THING_A, THING_A),
        event("replace", THING_A, THING_A),
        event("delete-replaced", THING_A, None),
    ]
    first = [
        event("delete-replaced", DB, None),
        event("replace", DB, DB),
        event("create-replacement", DB, DB),
    ]
    twin = event("delete-replaced", entry("left"), None)
    told = of_events([twin, *kept, *first])
    assert [(each.urn.split("::")[-1], each.deletes_first) for each in told] == [("a", False), ("db", True)]


def test_the_text_fits_a_terminal_and_keeps_each_urn_whole() -> None:
    """No sentence is wider than 80 columns, and a URN stands alone on its line."""
    long = entry("n" * 90, DATABASE)
    shown = risks_text(
        foresee(changes(step("delete", long), step("delete", THING_A)), Known(state(long, THING_A)))
    )
    assert shown.startswith("If this update fails, these would not come back as they were:\n")
    assert f"    {long['urn']}" in shown.splitlines()
    assert all(len(line) <= 80 for line in shown.splitlines() if "urn:" not in line)
    assert "      its databases" in shown.splitlines()


def test_without_a_risk_there_is_one_short_line() -> None:
    """Nothing at risk is said in less than a line of a terminal."""
    assert risks_text(()) == NOTHING
    assert len(NOTHING) <= 80


def test_json_has_a_key_for_each_danger() -> None:
    """A program reads the danger by a name of its own, the sentence and the detail beside it."""
    assert set(KEYS) == set(Danger) and len(set(KEYS.values())) == len(Danger)
    shown = risks_json((Risk("u", Danger.DATA_DELETED, "its rows"), Risk("v", Danger.DELETED)))
    assert shown == {
        "version": 1,
        "risks": [
            {
                "urn": "u",
                "danger": "dataDeleted",
                "sentence": Danger.DATA_DELETED.value,
                "detail": "its rows",
            },
            {"urn": "v", "danger": "deleted", "sentence": Danger.DELETED.value},
        ],
    }
