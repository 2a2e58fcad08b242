"""`rolling up` on programs in TypeScript and Go: three deployments, of which the last one fails (`make languages`)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.shelf_stack import Shelf
from tests.languages.program import GO, TYPESCRIPT, Language, by_make_languages, settings

pytestmark = by_make_languages

DYNAMIC = {
    "thing": {"dynamic": True, "fixed": "1", "value": "x", "inside": True},
    "of-thing": {"dynamic": True, "value": "@thing"},
}
GOOD = {
    "a": {"fixed": "1", "inside": True},
    "b": {"value": "@a", "secret": "!hush"},
    "gone": {"value": "1"},
}


class Program(Shelf):
    """A program in another language, whose `settings.json` says what a YAML program's resources would."""

    def __init__(self, folder: Path, language: Language) -> None:
        self.language = language
        super().__init__(folder)
        language.bring(self.project)
        language.on_path(folder, self.environment)

    def say(self, items: dict[str, Any], outputs: dict[str, Any] | None = None, **more: Any) -> None:
        self.language.described(self.project)
        said: Any = items
        if self.language is GO:
            said = [_declared(name, dict(item)) for name, item in items.items()]
        settings(self.project, said)


def _declared(name: str, item: dict[str, Any]) -> dict[str, Any]:
    after, inside = item.pop("after", []), item.pop("inside", False)
    return {"name": name, "given": item, "after": after, "inside": inside}


@pytest.mark.parametrize(("language", "dynamic"), [(TYPESCRIPT, DYNAMIC), (GO, {})], ids=["typescript", "go"])
def test_a_program_in_another_language_returns(
    tmp_path: Path, language: Language, dynamic: dict[str, Any]
) -> None:
    """Items, components, secrets and dynamic resources return, and the program of before finds nothing to do."""
    program = Program(tmp_path, language)
    program.say({**GOOD, **dynamic, "b": {"value": "first"}})
    assert (ran := program.up()).code == 0, ran.output
    good = {**GOOD, **dynamic}
    program.say(good)
    assert (ran := program.up()).code == 0, ran.output
    before = program.there()
    changed = {name: {**thing, "fixed": "2", "value": "y"} for name, thing in dynamic.items()}
    bad: dict[str, Any] = {
        **changed,
        "a": {"fixed": "2"},
        "b": {"value": "@a", "secret": "!louder"},
        "new": {"value": "n"},
    }
    program.say({**bad, "late": {"fails": True, "after": list(bad)}})
    ran = program.up()
    assert ran.code == 20, ran.output
    assert program.there() == before
    program.say(good)
    assert program.unchanged()
