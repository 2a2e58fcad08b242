"""`rolling up` on programs in TypeScript and Go: three deployments, of which the last one fails (`make languages`)."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.shelf_stack import Shelf
from tests.languages.host import install

HERE = Path(__file__).parent
READY = Path(os.environ.get("ROLLING_LANGUAGES", ""))
"""Where `make languages` has installed and built what the programs need."""

pytestmark = pytest.mark.skipif("ROLLING_LANGUAGES" not in os.environ, reason="`make languages` runs these")

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

    def __init__(self, folder: Path, language: str, runtime: str) -> None:
        self.language, self.runtime = language, runtime
        super().__init__(folder)
        for file in (HERE / language).iterdir():
            shutil.copy(file, self.project)
        for built in ("node_modules", "program"):
            if (READY / language / built).exists():
                (self.project / built).symlink_to(READY / language / built)
        tools = folder / "bin"
        tools.mkdir()
        install(tools, runtime)
        dynamic = READY / "bin"
        self.environment["PATH"] = os.pathsep.join([str(tools), str(dynamic), self.environment["PATH"]])

    def say(self, items: dict[str, Any], outputs: dict[str, Any] | None = None, **more: Any) -> None:
        described = {"name": self.project.name, "runtime": self.runtime, "main": "."}
        (self.project / "Pulumi.yaml").write_text(json.dumps(described))
        said: Any = items
        if self.language == "go":
            said = [_declared(name, dict(item)) for name, item in items.items()]
        (self.project / "settings.json").write_text(json.dumps(said))


def _declared(name: str, item: dict[str, Any]) -> dict[str, Any]:
    after, inside = item.pop("after", []), item.pop("inside", False)
    return {"name": name, "given": item, "after": after, "inside": inside}


@pytest.mark.parametrize(
    ("language", "runtime", "dynamic"), [("typescript", "nodejs", DYNAMIC), ("go", "go", {})]
)
def test_a_program_in_another_language_returns(
    tmp_path: Path, language: str, runtime: str, dynamic: dict[str, Any]
) -> None:
    """Items, components, secrets and dynamic resources return, and the program of before finds nothing to do."""
    program = Program(tmp_path, language, runtime)
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
