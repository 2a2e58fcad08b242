"""Property values between Pulumi's Struct messages and plain Python. Unknown and secret values are kept as such.

Unknown values stay the engine's own mark, which passes through nested values unchanged. A secret is unwrapped and its
path remembered; ``encode`` wraps the value at that path again, and where the path is not there any more (another
spelling, a folded value) the whole property at the top. Output values and resource references never arrive, since
the handshake does not accept them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from google.protobuf import struct_pb2

Path = tuple[str | int, ...]
Properties = dict[str, Any]

# The protocol's own marks: sdk/go/common/resource/properties.go and plugin/rpc.go of github.com/pulumi/pulumi.
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
_UNKNOWNS = frozenset(
    {
        UNKNOWN,
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
        "030794c1-ac77-496b-92df-f27374a8bd58",
        "e48ece36-62e2-4504-bad9-02848725956a",
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
    }
)
"""Strings, booleans, numbers, lists, assets, archives and mappings that are not known yet."""
_SIGNATURE = "4dabf18193072939515e22adb298388d"
_SECRET = "1b47061264138c4ac30d75fd1eb44270"


def is_unknown(value: object) -> bool:
    return isinstance(value, str) and value in _UNKNOWNS


def decode(struct: struct_pb2.Struct) -> tuple[Properties, frozenset[Path]]:
    """The plain properties, and the paths of those that are secret."""
    secrets: set[Path] = set()
    plain = _plain_fields(struct, (), secrets)
    return plain, frozenset(secrets)


def _plain_fields(struct: struct_pb2.Struct, at: Path, secrets: set[Path]) -> Properties:
    return {key: _decoded(value, (*at, key), secrets) for key, value in struct.fields.items()}


def _decoded(value: struct_pb2.Value, at: Path, secrets: set[Path]) -> Any:
    match value.WhichOneof("kind"):
        case "struct_value":
            fields = value.struct_value.fields
            if _SIGNATURE in fields and fields[_SIGNATURE].string_value == _SECRET:
                secrets.add(at)
                return _decoded(fields["value"], at, secrets) if "value" in fields else None
            return _plain_fields(value.struct_value, at, secrets)
        case "list_value":
            return [_decoded(item, (*at, i), secrets) for i, item in enumerate(value.list_value.values)]
        case "number_value":
            return value.number_value
        case "string_value":
            return value.string_value
        case "bool_value":
            return value.bool_value
        case _:
            return None


def encode(properties: Mapping[str, Any], secrets: Collection[Path] = ()) -> struct_pb2.Struct:
    """The message for properties. Nulls are left out: Pulumi takes them for nothing given."""
    struct = struct_pb2.Struct()
    struct.update(_wrapped(_present(properties), frozenset(_found(secrets, properties)), ()))
    return struct


def _found(secrets: Collection[Path], properties: Mapping[str, Any]) -> Iterator[Path]:
    for path in secrets:
        value: Any = properties
        for part in path:
            try:
                value = value[part]
            except (KeyError, IndexError, TypeError):
                yield path[:1]
                break
        else:
            yield path


def _present(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _present(item) for key, item in value.items() if item is not None}
    if isinstance(value, list | tuple):
        return [_present(item) for item in value]
    return value


def _wrapped(value: Any, secrets: frozenset[Path], at: Path) -> Any:
    if isinstance(value, dict):
        value = {key: _wrapped(item, secrets, (*at, key)) for key, item in value.items()}
    elif isinstance(value, list):
        value = [_wrapped(item, secrets, (*at, i)) for i, item in enumerate(value)]
    return {_SIGNATURE: _SECRET, "value": value} if at in secrets else value
