"""The policy that a command line gives: JSON in place, or a JSON or YAML file, its own or cut out of a template.

CloudFormation's short tags are read as the functions that they stand for, so that a fault can tell their path. What a
file says twice is told; what would grow without end when its aliases are followed is refused before it is built.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from pulumi_rolling.errors import Fault, PolicyErrors

OPTION = "--policy"
LARGEST = 10_000
"""Values in a file, each counted as often as an alias brings it in: a policy has some dozens."""
DEEPEST = 50


def read_policy(given: str) -> Any:
    """The block as it stands there, not judged. PolicyErrors where it cannot be read."""
    if given.lstrip().startswith(("{", '"')):
        return _json(given, "the text")
    path = Path(given)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(f"{given} is neither JSON nor a file that can be read: {error}") from error
    except ValueError as error:  # a name with a null in it
        raise _unreadable(f"{given!r} is no name of a file: {error}.") from error
    return _json(text, given) if path.suffix == ".json" else _yaml(text, given)


def _json(text: str, name: str) -> Any:
    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        _tell_twice(name, (key for key, _ in found))
        return dict(found)

    # A line cut out of a template, "UpdatePolicy": {...}, has no braces of its own, and may end in a comma.
    whole = "{" + text.strip().rstrip(",") + "}" if text.lstrip().startswith('"') else text
    try:
        read = json.loads(whole, object_pairs_hook=pairs)
        _must_be_shallow(read, name)
        return read
    except json.JSONDecodeError as error:
        raise _unreadable(f"{name} is not valid JSON: {error}.") from error
    except RecursionError as error:
        raise _too_deep(name) from error


def _must_be_shallow(read: Any, name: str) -> None:
    level = [read]
    for _ in range(DEEPEST):
        inner = [list(each.values()) if isinstance(each, dict) else each for each in level]
        level = [part for each in inner if isinstance(each, list) for part in each]
    if level:
        raise _too_deep(name)


def _yaml(text: str, name: str) -> Any:
    # Only a YAML file needs it, and it takes longer to load than the rest of `rolling plan`.
    import yaml

    loader = yaml.SafeLoader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return None
        _must_be_small(node, name)
        _prepare(node, name)
        return loader.construct_document(node)
    except yaml.YAMLError as error:
        raise _unreadable(f"{name} is not valid YAML: {' '.join(str(error).split())}.") from error
    except RecursionError as error:
        raise _too_deep(name) from error
    finally:
        loader.dispose()


def _must_be_small(top: Any, name: str) -> None:
    """Each node is measured once. A node that is met below itself contains itself."""
    sizes: dict[int, int] = {}
    above: set[int] = set()

    def size(node: Any) -> int:
        ident = id(node)
        if ident in above:
            raise _unreadable(f"{name} contains itself: an alias stands below its own anchor.")
        if ident not in sizes:
            if len(above) == DEEPEST:
                raise _too_deep(name)
            above.add(ident)
            sizes[ident] = 1 + sum(map(size, _children(node)))
            above.remove(ident)
        return sizes[ident]

    if size(top) > LARGEST:
        raise _unreadable(f"{name} holds more than {LARGEST} values when its aliases are followed.")


def _prepare(top: Any, name: str) -> None:
    """Short tags become the functions they stand for, and keys that stand twice in a mapping are told."""
    import yaml

    done: set[int] = set()
    nodes = [top]
    while nodes:
        node = nodes.pop()
        if id(node) in done:
            continue
        done.add(id(node))
        nodes += _children(node)
        if isinstance(node, yaml.MappingNode):
            _tell_twice(name, (key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)))
        if node.tag.startswith("!"):
            _become_function(node)


def _become_function(node: Any) -> None:
    """``!Ref x`` as ``{Ref: x}``, ``!If [...]`` as ``{Fn::If: [...]}``."""
    import yaml

    function = node.tag[1:] if node.tag in ("!Ref", "!Condition") else f"Fn::{node.tag[1:]}"
    kind = type(node)
    plain = {yaml.MappingNode: "map", yaml.SequenceNode: "seq"}.get(kind, "str")
    argument = kind(f"tag:yaml.org,2002:{plain}", node.value, node.start_mark, node.end_mark)
    key = yaml.ScalarNode("tag:yaml.org,2002:str", function, node.start_mark, node.end_mark)
    node.__class__, node.tag, node.value = yaml.MappingNode, "tag:yaml.org,2002:map", [(key, argument)]


def _children(node: Any) -> list[Any]:
    """Nodes below one: of a mapping its keys and values."""
    if not isinstance(node.value, list):
        return []
    return [part for each in node.value for part in (each if isinstance(each, tuple) else (each,))]


def _tell_twice(name: str, keys: Iterable[str]) -> None:
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            click.echo(f"rolling: {name} gives {key} twice in one mapping; the last one counts.", err=True)
        seen.add(key)


def _too_deep(name: str) -> PolicyErrors:
    return _unreadable(f"{name} is nested more than {DEEPEST} deep.")


def _unreadable(sentence: str) -> PolicyErrors:
    return PolicyErrors([Fault(OPTION, sentence)])
