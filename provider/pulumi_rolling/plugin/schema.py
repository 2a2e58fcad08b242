"""The package's schema, from which Pulumi makes SDKs: types of the inputs from the policy's models, nothing by hand.

``python -m pulumi_rolling.plugin.schema`` writes schema.json and policy.schema.json at the top of the repository,
the former once more beside this module, without blanks, for the plugin to send, and the table of strategies into
docs/instance-refresh.md.
"""

from __future__ import annotations

import json
import sys
import typing
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pulumi_rolling import __version__
from pulumi_rolling.handler.kinds import inputs_model
from pulumi_rolling.plugin.descriptions import CHOICES, ENUMS, PROPERTIES, TYPES
from pulumi_rolling.plugin.shapes import INTEGER, NUMBER, STRING, Shape, shapes
from pulumi_rolling.plugin.shipped import SHIPPED
from pulumi_rolling.policy.block import Block
from pulumi_rolling.policy.ecs_deployment.block import DeploymentLifecycleHook, ThresholdConfiguration
from pulumi_rolling.policy.groups.auto_scaling_group import AutoScalingGroup
from pulumi_rolling.policy.groups.ecs_service import EcsService
from pulumi_rolling.policy.groups.ess_scaling_group import EssLaunchTemplate, EssScalingGroup
from pulumi_rolling.policy.inputs import rows
from pulumi_rolling.policy.outputs import ALWAYS, Outputs

NAME = "rolling"
RESOURCE = f"{NAME}:index:RollingGroup"
ANY = {"$ref": "pulumi.json#/Any"}
_REQUIRED = {
    AutoScalingGroup.__name__: ["name"],
    EcsService.__name__: ["service", "taskDefinition"],
    EssScalingGroup.__name__: ["id"],
    EssLaunchTemplate.__name__: ["id", "version"],
    DeploymentLifecycleHook.__name__: ["lifecycleStages"],
    ThresholdConfiguration.__name__: ["type", "value"],
}
_SECRET = {f"{EssScalingGroup.__name__}.{name}" for name in EssScalingGroup.secrets}
_WORDS = {str: STRING, int: INTEGER, float: NUMBER}


def package() -> dict[str, Any]:
    """Pulumi's package schema (pkg/codegen/schema/pulumi.json)."""
    types: dict[str, Any] = {}
    inputs = _properties("RollingGroup", inputs_model(), types)
    outputs = _members("RollingGroup", Outputs, types)
    return {
        "name": NAME,
        "displayName": "Rolling",
        "version": __version__,
        "description": "UpdatePolicy for Pulumi: careful rolling replacement of instance groups, shown in preview, "
        "taken back on failure.",
        "keywords": ["pulumi", "rolling", "autoscaling", "kind/native", "category/cloud"],
        "meta": {"moduleFormat": "(.*)", "supportPack": True},
        "config": {"variables": _configuration()},
        "provider": {
            "description": "Where AWS's calls go, and what every RollingGroup has unless it says otherwise.",
            "inputProperties": _configuration(),
        },
        "types": dict(sorted(types.items())),
        "resources": {
            RESOURCE: {
                "description": "Attaches to a group that something else creates, owns its pointer to the revision, "
                "and replaces its members with care: shown in preview, carried out by up, taken back on failure.\n\n"
                "Import one by the group's name. While it is being updated, Ctrl-C returns the group.",
                "inputProperties": inputs,
                "requiredInputs": _groups(),
                "properties": {**inputs, **outputs},
                "required": [*_groups(), *ALWAYS],
            }
        },
        "language": _languages(),
    }


def package_text() -> str:
    return json.dumps(package(), indent=2, ensure_ascii=False) + "\n"


def shipped_text() -> str:
    """The same as the plugin sends it: Pulumi reads it in each run of a YAML program."""
    return json.dumps(package(), separators=(",", ":"), ensure_ascii=False) + "\n"


def _groups() -> list[str]:
    """The group, where there is only one kind; exactly one of several is no rule that a schema has."""
    kinds = list(rows(inputs_model()))
    return kinds if len(kinds) == 1 else []


def _languages() -> dict[str, Any]:
    return {
        "python": {
            "packageName": "pulumi_rolling_sdk",
            "pyproject": {"enabled": True},
            "requires": {"pulumi": ">=3.0.0,<4.0.0"},
            "inputTypes": "classes-and-dicts",
        },
        "nodejs": {
            "packageName": "pulumi-rolling-sdk",
            "dependencies": {"@pulumi/pulumi": "^3.0.0"},
            "respectSchemaVersion": True,
        },
        "go": {
            "importBasePath": f"pulumi-rolling/sdks/go/{NAME}",
            "modulePath": "pulumi-rolling/sdks/go",
            "respectSchemaVersion": True,
            "generateResourceContainerTypes": True,
        },
    }


def _token(name: str) -> str:
    return f"{NAME}:index:{name}"


def _object(name: str, properties: dict[str, Any]) -> dict[str, Any]:
    block: dict[str, Any] = {"type": "object", "description": TYPES.get(name, ""), "properties": properties}
    required = _REQUIRED.get(name)
    return {**block, "required": required} if required else block


def _described(owner: str, properties: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    return {
        name: {
            **given,
            "description": PROPERTIES.get(f"{owner}.{name}", ""),
            **({"secret": True} if f"{owner}.{name}" in _SECRET else {}),
        }
        for name, given in properties.items()
    }


def _properties(owner: str, model: type[Block], types: dict[str, Any]) -> dict[str, Any]:
    return _described(owner, {shape.name: _type(shape, types) for shape in shapes(model)})


def _members(owner: str, model: type, types: dict[str, Any]) -> dict[str, Any]:
    """The properties of a typed mapping of the outputs; mappings within it become types of their own."""
    hints = typing.get_type_hints(model)
    return _described(owner, {name: _output(kind, types) for name, kind in hints.items()})


def _output(kind: Any, types: dict[str, Any]) -> dict[str, Any]:
    if typing.is_typeddict(kind):
        types[_token(kind.__name__)] = _object(kind.__name__, _members(kind.__name__, kind, types))
        return {"$ref": f"#/types/{_token(kind.__name__)}"}
    if typing.get_origin(kind) is list:
        (item,) = typing.get_args(kind)
        return {"type": "array", "items": _output(item, types)}
    return {"type": _WORDS[kind]}


def _type(shape: Shape, types: dict[str, Any]) -> dict[str, Any]:
    if shape.block is not None:
        name = shape.block.__name__
        types[_token(name)] = _object(name, _properties(name, shape.block, types))
        one = {"$ref": f"#/types/{_token(name)}"}
        return {"type": "array", "items": one} if shape.many else one
    if shape.kind is not None:
        types[_token(shape.kind.__name__)] = _enum(shape)
        return {"$ref": f"#/types/{_token(shape.kind.__name__)}"}
    if shape.anything:
        return dict(ANY)
    if shape.items:
        return {"type": "array", "items": _one_of(shape.items)}
    return _one_of(shape.scalars)


def _one_of(kinds: tuple[str, ...]) -> dict[str, Any]:
    return {"type": kinds[0]} if len(kinds) == 1 else {"oneOf": [{"type": kind} for kind in kinds]}


def _enum(shape: Shape) -> dict[str, Any]:
    assert shape.kind is not None
    name = shape.kind.__name__
    values = [
        {
            "name": choice[0].upper() + choice[1:],
            "value": choice,
            "description": CHOICES.get(f"{name}.{choice}", ""),
        }
        for choice in shape.choices
    ]
    return {"type": STRING, "description": ENUMS.get(name, ""), "enum": values}


def _configuration() -> dict[str, Any]:
    texts: dict[str, dict[str, Any]] = {key: {"type": STRING} for key in ("region", "endpoint", "profile")}
    policy = {"$ref": f"#/types/{_token('RollingUpdate')}"}
    tags = {"type": "array", "items": {"type": STRING}}
    roles = {"type": "array", "items": {"type": "object", "additionalProperties": ANY}}
    return _described("Provider", {**texts, "policy": policy, "ignoreTags": tags, "assumeRoles": roles})


def main() -> None:
    from pulumi_rolling.plugin.policy_schema import policy_text
    from pulumi_rolling.plugin.strategy_table import with_table

    top = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[3]
    (top / "schema.json").write_text(package_text())
    (top / "policy.schema.json").write_text(policy_text())
    shipped = top / "provider" / "pulumi_rolling" / "plugin" / SHIPPED.name
    if shipped.parent.exists():
        shipped.write_text(shipped_text())
    document = top / "docs" / "instance-refresh.md"
    if document.exists():
        document.write_text(with_table(document.read_text()))


if __name__ == "__main__":
    main()
