"""Properties that differ between two states of the inputs, path by path, for the diff that people read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pulumi.runtime.proto import provider_pb2

from pulumi_rolling.errors import spelled_path
from pulumi_rolling.handler.properties import identities
from pulumi_rolling.plugin.wire import Path

Kind = provider_pb2.PropertyDiff
_REPLACING = {Kind.ADD: Kind.ADD_REPLACE, Kind.DELETE: Kind.DELETE_REPLACE, Kind.UPDATE: Kind.UPDATE_REPLACE}


def detailed(
    olds: Mapping[str, Any], news: Mapping[str, Any], *, replaces: bool
) -> dict[str, provider_pb2.PropertyDiff]:
    found = dict(_changed(olds, news, ()))
    if replaces:
        identity = frozenset[Path](identities())
        found = {path: _REPLACING[kind] if path in identity else kind for path, kind in found.items()}
    return {spelled_path(path): Kind(kind=kind, inputDiff=True) for path, kind in found.items()}


def _changed(old: Any, new: Any, at: Path) -> Iterator[tuple[Path, Any]]:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in sorted({*old, *new}):
            yield from _item((*at, key), old, new, key)
    elif isinstance(old, list) and isinstance(new, list):
        for index in range(max(len(old), len(new))):
            yield from _item((*at, index), dict(enumerate(old)), dict(enumerate(new)), index)
    elif old != new:
        yield at, Kind.UPDATE


def _item(
    at: Path, old: Mapping[Any, Any], new: Mapping[Any, Any], key: str | int
) -> Iterator[tuple[Path, Any]]:
    if key not in new:
        yield at, Kind.DELETE
    elif key not in old:
        yield at, Kind.ADD
    else:
        yield from _changed(old[key], new[key], at)
