"""A return among resource hooks, whose functions only the program has."""

from __future__ import annotations

from typing import Any

from tests.end_to_end.things_stack import Things

MAKING = {kind: [kind] for kind in ("before_create", "after_create", "before_update", "after_update")}
ALL = {**MAKING, "before_delete": ["before_delete"], "after_delete": ["after_delete"]}


def hooked(hooks: dict[str, list[str]] = ALL, **thing: Any) -> dict[str, Any]:
    return {**thing, "opts": {"hooks": hooks}}


def test_hooks_of_others_hold_no_return_up(things: Things) -> None:
    """Hooks do not run, things come back without them, and what only the program can delete stays and is named."""
    good = {
        "changed": hooked(value="1"),
        "replaced": hooked(fixed="1"),
        "first": hooked(MAKING, fixed="1", deletesFirst=True),
        "stuck": hooked(fixed="1", deletesFirst=True),
    }
    things.say(good)
    ran = things.run("pulumi", "up", "--yes", "--skip-preview")
    assert ran.code == 0, ran.output
    before = things.there()
    bad = {
        "changed": hooked(value="2"),
        "replaced": hooked(fixed="2"),
        "first": hooked(MAKING, fixed="2", deletesFirst=True),
        "stuck": hooked(fixed="2", deletesFirst=True),
        "new": hooked(MAKING),
        "kept": hooked(),
    }
    things.say({**bad, "late": {"fails": True, "opts": {"depends_on": list(bad)}}})
    ran = things.up()
    assert ran.code == 21, ran.output
    for name in ("stuck", "kept"):
        assert f"{name}: the failed update made it with a delete hook" in ran.output
    left = {thing["name"]: thing for id_, thing in things.there().items() if id_ not in before}
    # The newer copy of `replaced` has left the state.
    assert left.keys() == {"first", "stuck", "kept", "replaced"}
    assert left["first"]["fixed"] == "1" and left["stuck"]["fixed"] == "2"
    done = (things.cloud / "log").read_text().splitlines()
    assert len([line for line in done if line.startswith("update changed-")]) == 2
    assert done.count("after_update changed") == 1, "a hook does not run in the return"
    things.say({**good, "stuck": bad["stuck"], "kept": bad["kept"]})
    assert things.unchanged()
