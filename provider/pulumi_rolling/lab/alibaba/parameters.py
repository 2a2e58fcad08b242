"""A call's parameters, read by a short description of them.

A description is a text: names, with `*` when mandatory, and `:i` for a number, `:b` for a flag, `:l` for a list, `:j`
for a structure; a name alone is a text. Lists come as `Name.1`, as JSON, or in the older version's singular; structures
as `Name.Part` or as JSON. This module refuses to know what a parameter does.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pulumi_rolling.lab.alibaba.refusals import missing, wrong

SINGULARS = {"Processes": "Process", "RemovalPolicies": "RemovalPolicy"}


def read(description: str, given: Mapping[str, str]) -> dict[str, Any]:
    """Parameters by name; those that were not given are absent, unknown ones are passed by as the cloud does."""
    tree = _tree(given)
    values: dict[str, Any] = {}
    for word in description.split():
        name, _, kind = word.partition(":")
        mandatory, name = name.endswith("*"), name.rstrip("*")
        found = tree.get(name)
        if kind == "l" and found is None:
            singular = tree.get(SINGULARS.get(name, name.removesuffix("s")))
            found = singular if isinstance(singular, dict) else None
        elif kind != "l" and kind != "j" and isinstance(found, dict):
            found = None
        if found is None or found == "":
            if mandatory:
                raise missing(name)
            continue
        values[name] = _value(name, kind, found)
    return values


def _tree(given: Mapping[str, str]) -> dict[str, Any]:
    """`A.1.B` as nested dicts; a part in another case than usual is told by its name with a capital."""
    tree: dict[str, Any] = {}
    for key, value in given.items():
        first, *rest = key.split(".")
        path = [first[:1].upper() + first[1:], *rest]
        node = tree
        for part in path[:-1]:
            child = node.get(part)
            if not isinstance(child, dict):
                child = node[part] = {}
            node = child
        node.setdefault(path[-1], value)
    return tree


def _value(name: str, kind: str, found: Any) -> Any:
    match kind:
        case "i":
            return whole(name, found)
        case "b":
            return flag(name, found)
        case "l":
            items = _parsed(name, found)
            if isinstance(items, dict):
                items = _listed(items)
            if not isinstance(items, list):
                raise wrong(name, found)
            return items
        case "j":
            return _plain(_parsed(name, found))
    return found


def whole(name: str, found: Any) -> int:
    try:
        return int(found)
    except (TypeError, ValueError):
        raise wrong(name, found) from None


def flag(name: str, found: Any) -> bool:
    text = str(found).lower()
    if text not in ("true", "false"):
        raise wrong(name, found)
    return text == "true"


def _parsed(name: str, found: Any) -> Any:
    if not isinstance(found, str):
        return found
    try:
        return json.loads(found)
    except ValueError:
        raise wrong(name, found) from None


def _listed(node: Mapping[str, Any]) -> list[Any]:
    if not all(each.isdigit() for each in node):
        return []
    return [_plain(node[key]) for key in sorted(node, key=int)]


def _plain(node: Any) -> Any:
    """Nested dicts whose keys are numbers become lists."""
    if isinstance(node, dict):
        if node and all(key.isdigit() for key in node):
            return _listed(node)
        return {key: _plain(value) for key, value in node.items()}
    return node
