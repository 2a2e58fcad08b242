"""A stage whose program is YAML: RollingGroups through the plugin, attached to groups that are there already."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.end_to_end.stage import EMPTY, ROLLING, Around, Stage

TYPE = "rolling:index:RollingGroup"


def resource(name: str, launch_template: Mapping[str, Any], settings: Mapping[str, Any]) -> dict[str, Any]:
    """A RollingGroup of a YAML program."""
    properties = {
        "autoScalingGroup": {"name": name, "launchTemplate": launch_template},
        "updatePolicy": settings["policy"],
        "onFailure": settings["onFailure"],
    }
    given = {key: value for key, value in properties.items() if value is not None}
    return {"type": "rolling:RollingGroup", "properties": given}


class YamlStage(Stage):
    """``want(template, version, name)`` and ``rolling(**fields)`` as on any stage.

    ``options`` are by resource; ``plugins``, a setting, are the project's, and ``others`` its other resources.
    """

    type = TYPE

    def __init__(self, folder: Path, around: Around, **config: Any) -> None:
        self._on(folder, around)
        self.project.mkdir()
        self.settings = {
            "policy": {"rollingUpdate": ROLLING},
            "groups": {},
            "onFailure": None,
            "config": config,
            "plugins": {},
            "others": {},
        }
        self.options: dict[str, dict[str, Any]] = {}
        self.declare()
        self._made(EMPTY, *around.init)

    @property
    def program(self) -> str:
        return (self.project / "Pulumi.yaml").read_text()

    def declare(self, **settings: Any) -> None:
        self.settings |= settings
        groups = {
            name: {**resource(name, wanted, self.settings), "options": self.options.get(name, {})}
            for name, wanted in self.settings["groups"].items()
        }
        program = {
            "name": "trial",
            "runtime": "yaml",
            "plugins": self.settings["plugins"],
            "config": {f"rolling:{key}": {"value": value} for key, value in self.settings["config"].items()},
            "resources": {**self.settings["others"], **groups},
            "outputs": {f"{name}-revision": f"${{{name}.revision}}" for name in groups},
        }
        # JSON is YAML.
        (self.project / "Pulumi.yaml").write_text(json.dumps({k: v for k, v in program.items() if v}))

    def want(self, template: str, version: str, name: str = "web") -> None:
        self.declare(groups={**self.settings["groups"], name: {"id": template, "version": version}})


@contextmanager
def yaml_stage(folder: Path, around: Around, **config: Any) -> Iterator[YamlStage]:
    around.lab.reset()
    opened = YamlStage(folder, around, **config)
    try:
        yield opened
    finally:
        opened.close()
