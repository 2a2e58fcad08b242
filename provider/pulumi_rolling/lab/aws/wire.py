"""The query and EC2 protocols, read and written by the shapes of the installed botocore model.

Writers are compiled once for each shape and walk only what a value holds, so that a thousand instances are written
in milliseconds. Answers are plain dicts with the model's member names; times are epoch seconds.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any
from xml.sax.saxutils import escape

# botocore carries no type information.
from botocore.model import (  # type: ignore[import-untyped]
    ListShape,
    OperationModel,
    ServiceModel,
    Shape,
    StructureShape,
)
from moto.core.utils import get_service_model

from pulumi_rolling.lab.world.refusal import Refused, invalid

Write = Callable[[Any, list[str]], None]
REQUEST_ID = "7a62c49f-347e-4fc4-9331-6e8eEXAMPLE"


class Protocol:
    """One service's wire format."""

    def __init__(self, service: str) -> None:
        self.model: ServiceModel = get_service_model(service)
        self.ec2 = self.model.metadata["protocol"] == "ec2"
        self._writers: dict[str, Write] = {}

    def operation(self, action: str) -> OperationModel:
        if action not in self.model.operation_names:
            raise Refused("InvalidAction", f"The action {action} is not valid for this web service.")
        return self.model.operation_model(action)

    def read(self, action: str, form: Mapping[str, str]) -> dict[str, Any]:
        """A request's parameters from its form."""
        shape = self.operation(action).input_shape
        if shape is None:
            return {}
        tree: dict[str, Any] = {}
        for key, value in form.items():
            node = tree
            *path, last = key.split(".")
            for part in path:
                child = node.get(part)
                if not isinstance(child, dict):
                    child = node[part] = {}
                node = child
            node[last] = value
        try:
            values: dict[str, Any] = self._read(shape, tree)
        except ValueError as wrong:
            raise invalid(f"1 validation error detected: {wrong}") from wrong
        for name in shape.required_members:
            if name not in values:
                raise invalid(
                    f"1 validation error detected: Value null at '{name}' failed to satisfy constraint"
                )
        return values

    def _read(self, shape: Shape, node: Any) -> Any:
        if isinstance(shape, StructureShape):
            members = (
                (name, node.get(self._input_name(name, member)), member)
                for name, member in shape.members.items()
            )
            return {name: self._read(member, child) for name, child, member in members if child is not None}
        if isinstance(shape, ListShape):
            items = node if self.ec2 or node == "" else node.get("member", {})
            return [self._read(shape.member, items[key]) for key in sorted(items, key=int)] if items else []
        match shape.type_name:
            case "integer" | "long":
                return int(node)
            case "float" | "double":
                return float(node)
            case "boolean":
                return node.lower() == "true"
            case "timestamp":
                return datetime.fromisoformat(node.replace("Z", "+00:00")).timestamp()
            case _:
                return node

    def _input_name(self, name: str, shape: Shape) -> str:
        written: str = shape.serialization.get("queryName", "")
        if written or not self.ec2:
            return written or name
        written = shape.serialization.get("name", name)
        return written[0].upper() + written[1:]

    def write(self, action: str, result: Mapping[str, Any]) -> str:
        """A whole answer."""
        shape = self.operation(action).output_shape
        out: list[str] = []
        if shape is not None:
            self._writer(shape)(result, out)
        body = "".join(out)
        space = self.model.metadata["xmlNamespace"]
        if self.ec2:
            body = f"<requestId>{REQUEST_ID}</requestId>{body}"
            return f'<{action}Response xmlns="{space}">{body}</{action}Response>'
        metadata = f"<ResponseMetadata><RequestId>{REQUEST_ID}</RequestId></ResponseMetadata>"
        wrapper = shape.serialization.get("resultWrapper", f"{action}Result") if shape is not None else ""
        inner = f"<{wrapper}>{body}</{wrapper}>" if wrapper else ""
        return f'<{action}Response xmlns="{space}">{inner}{metadata}</{action}Response>'

    def items(self, action: str, member: str, values: list[Any]) -> str:
        """The elements of one list of an answer, without their frame, to be put into moto's answer."""
        shape = self.operation(action).output_shape.members[member]
        out: list[str] = []
        self._writer(shape)(values, out)
        return "".join(out)

    def list_name(self, action: str, member: str) -> str:
        shape = self.operation(action).output_shape.members[member]
        name: str = shape.serialization.get("name", member)
        return name

    def _writer(self, shape: Shape) -> Write:
        """A shape's writer, compiled once; a structure that holds itself finds it when it is written."""
        if shape.name not in self._writers:
            self._writers[shape.name] = lambda value, out: self._writers[shape.name](value, out)
            self._writers[shape.name] = self._compile(shape)
        return self._writers[shape.name]

    def _compile(self, shape: Shape) -> Write:
        if isinstance(shape, StructureShape):
            return self._compile_structure(shape)
        if isinstance(shape, ListShape):
            tag = shape.member.serialization.get("name", "member")
            write_item = self._writer(shape.member)
            opening, closing = f"<{tag}>", f"</{tag}>"

            def write_list(value: Any, out: list[str]) -> None:
                for item in value:
                    out.append(opening)
                    write_item(item, out)
                    out.append(closing)

            return write_list
        return _SCALARS.get(shape.type_name, _write_text)

    def _compile_structure(self, shape: StructureShape) -> Write:
        members: dict[str, tuple[str, str, Write]] = {}
        for name, member in shape.members.items():
            tag = member.serialization.get("name", name)
            members[name] = (f"<{tag}>", f"</{tag}>", self._writer(member))

        def write_structure(value: Any, out: list[str]) -> None:
            for key, item in value.items():
                if item is not None:
                    opening, closing, write_member = members[key]
                    out.append(opening)
                    write_member(item, out)
                    out.append(closing)

        return write_structure


def _write_text(value: Any, out: list[str]) -> None:
    out.append(escape(str(value)))


def _write_flag(value: Any, out: list[str]) -> None:
    out.append("true" if value else "false")


def _write_time(value: Any, out: list[str]) -> None:
    out.append(datetime.fromtimestamp(value, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z")


_SCALARS: dict[str, Write] = {"boolean": _write_flag, "timestamp": _write_time}


@cache
def protocol(service: str) -> Protocol:
    return Protocol(service)


def error_body(service: str, json_protocol: bool, code: str, message: str) -> tuple[str, str]:
    """An error as the service would write it: content type and body."""
    if json_protocol:
        return "application/x-amz-json-1.0", json.dumps({"__type": code, "message": message})
    inner = f"<Code>{escape(code)}</Code><Message>{escape(message)}</Message>"
    if service == "ec2":
        body = (
            f"<Response><Errors><Error>{inner}</Error></Errors><RequestID>{REQUEST_ID}</RequestID></Response>"
        )
    else:
        error = f"<Error><Type>Sender</Type>{inner}</Error>"
        body = f"<ErrorResponse>{error}<RequestId>{REQUEST_ID}</RequestId></ErrorResponse>"
    return "text/xml", body
