"""The policy as JSON Schema, for editors of policy files: the same models, with the short forms that they accept."""

from __future__ import annotations

import json
from typing import Any

from pulumi_rolling.plugin.descriptions import PROPERTIES, TYPES
from pulumi_rolling.plugin.shapes import Shape, shapes
from pulumi_rolling.policy.block import Block
from pulumi_rolling.policy.inputs import UpdatePolicy

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def policy() -> dict[str, Any]:
    """The schema of what stands under ``updatePolicy``, in camelCase."""
    blocks: dict[str, Any] = {}
    top = _object(UpdatePolicy, blocks)
    return {"$schema": DIALECT, "title": "updatePolicy", **top, "$defs": dict(sorted(blocks.items()))}


def policy_text() -> str:
    return json.dumps(policy(), indent=2, ensure_ascii=False) + "\n"


def _object(model: type[Block], blocks: dict[str, Any]) -> dict[str, Any]:
    name = model.__name__
    properties = {
        shape.name: {**_type(shape, blocks), "description": PROPERTIES.get(f"{name}.{shape.name}", "")}
        for shape in shapes(model)
    }
    return {
        "type": "object",
        "description": TYPES.get(name, ""),
        "properties": properties,
        "additionalProperties": False,
    }


def _type(shape: Shape, blocks: dict[str, Any]) -> dict[str, Any]:
    if shape.block is not None:
        name = shape.block.__name__
        blocks[name] = _object(shape.block, blocks)
        whole = {"$ref": f"#/$defs/{name}"}
        if shape.many:
            return {"type": "array", "items": whole}
        return {"anyOf": [whole, *({"type": kind} for kind in shape.short)]} if shape.short else whole
    if shape.choices:
        return {"enum": list(shape.choices)}
    if shape.anything:
        return {}
    if shape.items:
        return {"type": "array", "items": {"type": _kinds(shape.items)}}
    return {"type": _kinds(shape.scalars)}


def _kinds(kinds: tuple[str, ...]) -> str | list[str]:
    return kinds[0] if len(kinds) == 1 else list(kinds)
