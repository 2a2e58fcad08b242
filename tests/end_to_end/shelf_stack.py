"""A YAML program of items of the plugin in `shelf`, run by `pulumi` and by `rolling` without a terminal."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

from tests.end_to_end.stage import HERE, Ran, command, engine_environment
from tests.end_to_end.things_stack import Rolled

PLUGIN = HERE / "shelf" / "plugin.py"
ITEM = "shelf:Item"


class Shelf(Rolled):
    """Stacks of one project, with a cloud that they share. `stack` is the one that commands are about."""

    def __init__(self, folder: Path, name: str = "trial", stack: str = "dev") -> None:
        self.folder, self.stack = folder, stack
        self.project, self.cloud, self.state = folder / name, folder / "cloud", folder / "state"
        self.project.mkdir()
        self.cloud.mkdir(exist_ok=True)
        self.environment = {**engine_environment(self.state), "ROLLING_TEST_CLOUD": str(self.cloud)}
        self.install("1.0.0")
        self.say({})
        assert self.run("pulumi", "stack", "init", stack).code == 0

    def install(self, version: str) -> None:
        program = self._plugin(version) / "pulumi-resource-shelf"
        program.parent.mkdir(exist_ok=True)
        program.write_text(f'#!/bin/sh\nSHELF_VERSION={version} exec "{sys.executable}" -u "{PLUGIN}" "$@"\n')
        program.chmod(0o755)

    def remove(self, version: str) -> None:
        shutil.rmtree(self._plugin(version))

    def _plugin(self, version: str) -> Path:
        return self.state / "home" / "plugins" / f"resource-shelf-v{version}"

    def say(self, items: dict[str, Any], outputs: dict[str, Any] | None = None, **more: Any) -> None:
        """`items` by name: their properties, or a whole resource where a `type` is given; `options` beside them."""
        resources = {name: _resource(dict(item)) for name, item in items.items()}
        program = {
            "name": self.project.name,
            "runtime": "yaml",
            "resources": resources,
            "outputs": outputs or {},
            **more,
        }
        # JSON is YAML.
        (self.project / "Pulumi.yaml").write_text(json.dumps({k: v for k, v in program.items() if v}))

    def run(self, *line: str, given: str = "") -> Ran:
        return command(line, {**self.environment, "PULUMI_STACK": self.stack}, self.project, given)

    def there(self) -> dict[str, Any]:
        """What the cloud holds, by id."""
        return {file.stem: json.loads(file.read_text()) for file in sorted(self.cloud.glob("*.json"))}

    def id(self, name: str) -> str:
        """The id of the only item of that name."""
        [found] = [id_ for id_ in self.there() if id_.rpartition("-")[0] == name]
        return found

    def log(self) -> list[str]:
        """What the cloud was told to do: act, id, and the home, key and version of the provider."""
        return (self.cloud / "log").read_text().splitlines()


def _resource(item: dict[str, Any]) -> dict[str, Any]:
    if "type" in item:
        return item
    options, read = item.pop("options", None), item.pop("get", None)
    found = {"type": ITEM, "properties": item, "options": options, "get": read}
    return {key: value for key, value in found.items() if value is not None}
