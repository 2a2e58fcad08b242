"""Between the SDK's camelCase and the cloud API's names, guided by the API's own description in botocore.

The description also gives the types: the SDK has "true" in places where the API wants a boolean.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import botocore.session
from botocore.model import ServiceModel, Shape
from standin.failures import Refused

NO_OTHERS: Mapping[str, str] = MappingProxyType({})


def input_shape(service: str, operation: str) -> Shape:
    description = botocore.session.get_session().get_service_model(service)
    assert isinstance(description, ServiceModel)
    return description.operation_model(operation).input_shape


def to_api(shape: Shape, value: Any, path: str, renamed: Mapping[str, str] = NO_OTHERS) -> Any:
    """`renamed` gives the API's member for a property that has another name there."""
    if shape.type_name == "structure":
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        members = {name.lower(): name for name in shape.members}
        answer = {}
        for name, part in value.items():
            member = renamed.get(name) or members.get(name.lower())
            if member is None:
                raise Refused(f"{path}.{name}", "the stand-in aws provider does not know this property")
            answer[member] = to_api(shape.members[member], part, f"{path}.{name}")
        return answer
    if shape.type_name == "list":
        if not isinstance(value, list):
            raise Refused(path, "a list is wanted here")
        return [to_api(shape.member, part, f"{path}[{index}]") for index, part in enumerate(value)]
    if shape.type_name == "boolean":
        return value if isinstance(value, bool) else str(value).lower() == "true"
    if shape.type_name in ("integer", "long"):
        return int(value)
    if shape.type_name == "string":
        return str(value)
    return value


def from_api(value: Any, renamed: Mapping[str, str] = NO_OTHERS) -> Any:
    """`renamed` gives the property for a member that has another name there."""
    if isinstance(value, Mapping):
        return {renamed.get(name) or _camel(name): from_api(part) for name, part in value.items()}
    if isinstance(value, list):
        return [from_api(part) for part in value]
    return value


def _camel(name: str) -> str:
    return name[:1].lower() + name[1:]
