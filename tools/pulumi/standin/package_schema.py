"""The package schema of a stand-in, as far as YAML programs need it: property names, all of any type."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from typing import Any

from standin.kind import Kind

ANY = {"$ref": "pulumi.json#/Any"}


def schema(name: str, version: str, settings: Collection[str], kinds: Iterable[Kind[Any]]) -> str:
    configuration = dict.fromkeys(sorted(set(settings) - {"version"}), ANY)
    return json.dumps(
        {
            "name": name,
            "version": version,
            "config": {"variables": configuration},
            "provider": {"inputProperties": configuration},
            "resources": {kind.token: _resource(kind) for kind in kinds},
        }
    )


def _resource(kind: Kind[Any]) -> dict[str, Any]:
    inputs = dict.fromkeys(kind.fields, ANY)
    return {
        "inputProperties": inputs,
        "requiredInputs": [name for name, field in kind.fields.items() if field.required],
        "properties": inputs | dict.fromkeys(sorted(kind.outputs), ANY),
    }
