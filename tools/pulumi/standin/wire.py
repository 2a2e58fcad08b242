"""Property values between the engine's Struct messages and plain Python.

Numbers without a fraction become ints. Nulls are dropped. A value that preview does not know yet is UNKNOWN.
Secrets, resource references and output values never arrive, because the provider does not accept them.
"""

from __future__ import annotations

from typing import Any

from google.protobuf import struct_pb2

Properties = dict[str, Any]

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""The engine's own mark, kept as it is, so that it passes through nested values unchanged."""


def decode(struct: struct_pb2.Struct) -> Properties:
    return {
        name: _decoded(value)
        for name, value in struct.fields.items()
        if value.WhichOneof("kind") != "null_value"
    }


def encode(properties: Properties) -> struct_pb2.Struct:
    struct = struct_pb2.Struct()
    struct.update(_plain(properties))
    return struct


def is_unknown(value: Any) -> bool:
    """Whether any part of the value is not known yet."""
    if isinstance(value, dict):
        return any(is_unknown(part) for part in value.values())
    if isinstance(value, list):
        return any(is_unknown(part) for part in value)
    return bool(value == UNKNOWN)


def _decoded(value: struct_pb2.Value) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "struct_value":
        return decode(value.struct_value)
    if kind == "list_value":
        return [_decoded(part) for part in value.list_value.values]
    if kind == "number_value":
        number = value.number_value
        return int(number) if number.is_integer() else number
    return getattr(value, kind) if kind and kind != "null_value" else None


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items() if part is not None}
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]
    return value
