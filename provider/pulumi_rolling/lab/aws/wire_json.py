"""The JSON protocol, read by the shapes of the installed botocore model and written as it is.

Answers are plain dicts with the model's member names; times are epoch seconds, and what is None is left out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from moto.core.utils import get_service_model

from pulumi_rolling.lab.world.refusal import Refused

CONTENT_TYPE = "application/x-amz-json-1.1"


class JsonProtocol:
    """One service's wire format."""

    def __init__(self, service: str) -> None:
        self._model = get_service_model(service)

    def read(self, action: str, form: Mapping[str, Any]) -> dict[str, Any]:
        """A request's parameters; those that are null were not given."""
        if action not in self._model.operation_names:
            raise Refused("InvalidAction", f"The action {action} is not valid for this web service.")
        shape = self._model.operation_model(action).input_shape
        values = {name: value for name, value in form.items() if value is not None}
        for name in shape.required_members:
            if name not in values:
                raise Refused("InvalidParameterException", f"{name} should not be null or empty.")
        return values

    def write(self, result: Mapping[str, Any]) -> str:
        return json.dumps(_present(result))


def _present(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _present(item) for key, item in value.items() if item is not None}
    if isinstance(value, list | tuple):
        return [_present(item) for item in value]
    return value


@cache
def protocol(service: str) -> JsonProtocol:
    return JsonProtocol(service)
