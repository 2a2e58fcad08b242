"""A return among providers and marks: explicit ones, other versions, missing plugins, protection, imports, reads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.shelf_stack import Shelf


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


def provider(**settings: str) -> dict[str, Any]:
    return {"type": "pulumi:providers:shelf", "properties": settings}


def by(name: str, **item: Any) -> dict[str, Any]:
    """An item of an explicit provider."""
    return {**item, "options": {"provider": f"${{{name}}}"}}


def of(version: str, **item: Any) -> dict[str, Any]:
    return {**item, "options": {"version": version}}


def late(after: dict[str, Any]) -> dict[str, Any]:
    """The program with an item that comes last and is not to be had."""
    options = {"dependsOn": [f"${{{name}}}" for name in after]}
    return {**after, "late": {"fails": True, "options": options}}


def deployed(shelf: Shelf, items: dict[str, Any]) -> dict[str, Any]:
    shelf.say(items)
    ran = shelf.run("pulumi", "up", "--yes", "--skip-preview")
    assert ran.code == 0, ran.output
    (shelf.cloud / "log").unlink()
    return shelf.there()


def acts(shelf: Shelf) -> list[str]:
    """What was done to what, without the random part of ids: by which home, key and version of the provider."""
    done = [line.split(" ") for line in shelf.log()]
    return [" ".join([act, id_.rpartition("-")[0], *told]) for act, id_, *told in done]


def test_each_item_returns_by_its_own_provider(shelf: Shelf) -> None:
    """Providers that were changed, upgraded or new, marks that keep new items, imports, and items that are read."""
    for name in ("foreign-1", "foreign-2", "foreign-3"):
        (shelf.cloud / f"{name}.json").write_text(json.dumps({"value": name, "arn": f"arn:{name}"}))
    good = {
        "a": of("1.0.0", fixed="1"),
        "b": of("1.0.0", value="${a.id}"),
        "north": provider(home="north", key="1"),
        "c": by("north", value="${a.id}"),
        "mine": {"value": "foreign-1", "options": {"import": "foreign-1"}},
        "theirs": {"get": {"id": "foreign-2"}},
        "uses": {"value": "${theirs.value}"},
    }
    before = deployed(shelf, good)
    shelf.install("2.0.0")
    protected = by("south", value="${theirs.value}")
    protected["options"]["protect"] = True
    bad = {
        **good,
        "a": of("2.0.0", fixed="2"),
        "b": of("2.0.0", value="${a.id}"),
        "north": provider(home="north", key="2"),
        "south": provider(home="south"),
        "d": by("south"),
        "fort": protected,
        "mine": {"value": "x", "options": {"import": "foreign-1"}},
        "theirs": {"get": {"id": "foreign-3"}},
        "keep": {"options": {"retainOnDelete": True}},
        "taken": {"value": "foreign-3", "options": {"import": "foreign-3"}},
    }
    shelf.say(late(bad))
    ran = shelf.up()
    assert ran.code == 21, ran.output
    assert "fort: the failed update made it protected" in ran.output
    new = {shelf.id("fort"), shelf.id("keep")}
    assert {id_: item for id_, item in shelf.there().items() if id_ not in new} == before
    done = acts(shelf)
    assert {"delete a   2.0.0", "update b   1.0.0", "update c north 1 1.0.0"} <= set(done)
    assert "delete d south  2.0.0" in done, done
    exported = json.loads(shelf.run("pulumi", "stack", "export").output)["deployment"]["resources"]
    names = {each["urn"].rpartition("::")[2] for each in exported}
    assert names & {"fort", "south", "keep", "taken", "d", "late"} == {"fort", "south"}
    shelf.say({**good, "south": bad["south"], "fort": {**protected, "value": "foreign-3"}})
    assert shelf.unchanged()


def test_a_provider_that_was_replaced_lives_again(shelf: Shelf) -> None:
    """With it live its items, which the failed update replaced; a plugin that is missing is named beforehand."""
    named: dict[str, Any] = {"fixed": "1", "label": "only one", "options": {"deleteBeforeReplace": True}}
    good = {
        "north": provider(home="north"),
        "c": by("north", value="1"),
        "named": named,
        "of": {"value": "${named.arn}"},
        "root": {"value": "1"},
        "leaf": {"value": "${root.id}"},
    }
    before, original = deployed(shelf, good), shelf.id("named")
    shelf.say(late({**good, "north": provider(home="east"), "named": {**named, "fixed": "2"}}))
    assert shelf.up("--rollback=never").code == 22
    failed = shelf.there()
    shelf.remove("1.0.0")
    ran = shelf.back()
    assert ran.code == 21, ran.output
    assert "'pulumi-resource-shelf' found in the workspace" in " ".join(ran.output.split())
    assert shelf.there() == failed
    shelf.install("1.0.0")
    ran = shelf.back()
    assert ran.code == 21, ran.output
    gone = f"named: the original {original} was deleted before its replacement was made"
    assert gone in ran.output, "its name was free, since its copy was deleted first"
    assert before.keys() - shelf.there().keys() == {original} != {shelf.id("named")}
    assert "delete c east  1.0.0" in acts(shelf)
    shelf.say(good)
    assert shelf.unchanged()

    leaf = shelf.id("leaf")
    (shelf.cloud / "stuck-root").touch()
    shelf.say({name: item for name, item in good.items() if name not in ("root", "leaf")})
    ran = shelf.up()
    assert ran.code == 21, ran.output
    assert "leaf: it was deleted since; it is made again, empty, under a new id" in ran.output
    assert shelf.id("leaf") != leaf and "delete leaf   1.0.0" in acts(shelf)
