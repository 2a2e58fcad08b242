"""Assets of recorded inputs: state has their hash, and of most of them not the contents.

An asset that today's state has with the same hash is registered by that hash, and the engine finds no difference. Any
other needs its contents: its text, or its file as it is now. The engine
computes the hash of what it was given, so the return's preview tells whether those are the recorded contents.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pulumi_rolling.stack.deployment import ARCHIVE, ASSET, SIGNATURE, Entry

KINDS = (ASSET, ARCHIVE)


def is_asset(value: Any) -> bool:
    return isinstance(value, Mapping) and value.get(SIGNATURE) in KINDS


def hashes(inputs: Any) -> dict[str, str]:
    """The hash of each asset in these inputs, by path."""
    return {path: str(asset.get("hash") or "") for path, asset in assets_in(inputs)}


def files(entry: Entry, today: Entry | None) -> dict[str, str]:
    """Paths of the files that a registration of the entry will read, by the asset's path in the inputs."""
    return {path: str(asset["path"]) for path, asset in _needed(entry, today) if asset.get("path")}


def unreadable(entry: Entry, today: Entry | None) -> tuple[str, ...]:
    """Assets whose contents have no source at all: neither text nor path nor address."""
    sources = ("text", "path", "uri", "assets")
    return tuple(path for path, asset in _needed(entry, today) if not any(map(asset.get, sources)))


def _needed(entry: Entry, today: Entry | None) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Assets of which the engine must be given the contents."""
    there = _there(today)
    return ((path, asset) for path, asset in assets_in(entry.inputs) if not _is_same(path, asset, there))


def _there(today: Entry | None) -> dict[str, str]:
    return hashes(today.inputs) if today is not None else {}


def with_contents(inputs: Any, today: Entry | None) -> Any:
    """The inputs with assets as the engine must be given them."""
    return _given(inputs, "", _there(today))


def _given(value: Any, path: str, there: Mapping[str, str]) -> Any:
    if is_asset(value):
        if _is_same(path, value, there):
            return value
        return {key: item for key, item in value.items() if key != "hash"}
    if isinstance(value, Mapping):
        return {key: _given(item, f"{path}.{key}", there) for key, item in value.items()}
    if isinstance(value, list):
        return [_given(item, f"{path}[{place}]", there) for place, item in enumerate(value)]
    return value


def _is_same(path: str, asset: Mapping[str, Any], there: Mapping[str, str]) -> bool:
    return bool(asset.get("hash")) and there.get(path) == asset["hash"]


def assets_in(value: Any, path: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each asset below a value, with its path there: `.code` or `.files[0]`."""
    if is_asset(value):
        yield path, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from assets_in(item, f"{path}.{key}")
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from assets_in(item, f"{path}[{place}]")
