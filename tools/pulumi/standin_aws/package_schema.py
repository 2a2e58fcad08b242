"""The package schema of the stand-in, as far as YAML programs need it: property names, all of any type."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from standin_aws.cloud import KNOWN
from standin_aws.kind import Kind

ANY = {"$ref": "pulumi.json#/Any"}


def schema(version: str, kinds: Iterable[Kind]) -> str:
    configuration = dict.fromkeys(sorted(KNOWN - {"version"}), ANY)
    return json.dumps(
        {
            "name": "aws",
            "version": version,
            "config": {"variables": configuration},
            "provider": {"inputProperties": configuration},
            "resources": {kind.token: _resource(kind) for kind in kinds},
        }
    )


def _resource(kind: Kind) -> dict[str, Any]:
    inputs = dict.fromkeys(kind.fields, ANY)
    return {
        "inputProperties": inputs,
        "requiredInputs": [name for name, field in kind.fields.items() if field.required],
        "properties": inputs | dict.fromkeys(sorted(kind.outputs), ANY),
    }
