"""Properties and the API's parameters: which stands for which, and a live thing as properties."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Collection, Mapping
from typing import Any

from standin.wire import Properties

from standin_alicloud.cloud import listed

Named = Mapping[str, str]
"""The API's parameter of each property."""


def asked(properties: Properties, named: Named, only: Collection[str] | None = None) -> dict[str, Any]:
    """Parameters of the properties that are there."""
    return {
        parameter: properties[name]
        for name, parameter in named.items()
        if (only is None or name in only) and properties.get(name) is not None
    }


def told(found: Mapping[str, Any], named: Named, lists: Mapping[str, tuple[str, str]]) -> Properties:
    """A live thing's properties. ``lists``: plural and singular of those that stand in a frame."""
    plain = {name: found.get(parameter) for name, parameter in named.items() if name not in lists}
    framed = {name: listed(dict(found), plural, singular) for name, (plural, singular) in lists.items()}
    return {**plain, **framed}


def encoded(text: str) -> str:
    """User data as the API wants it; what is encoded already stays as it is."""
    try:
        base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        return base64.b64encode(text.encode()).decode()
    return text


def as_declared(given: object, live: object) -> object:
    """User data in state is what the program gave as long as it is still that."""
    return given if isinstance(given, str) and encoded(given) == live else live
