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
    return {path: str(asset.get("hash") or "") for path, asset in _assets(inputs, "")}


def files(entry: Entry, today: Entry | None) -> dict[str, str]:
    """Paths of the files that a registration of the entry will read, by the asset's path in the inputs."""
    there = hashes(today.inputs) if today is not None else {}
    needed = {path: asset for path, asset in _assets(entry.inputs, "") if not _is_same(path, asset, there)}
    return {path: str(asset["path"]) for path, asset in needed.items() if asset.get("path")}


def unreadable(entry: Entry, today: Entry | None) -> tuple[str, ...]:
    """Assets whose contents have no source at all: neither text nor path nor address."""
    there = hashes(today.inputs) if today is not None else {}
    needed = ((path, asset) for path, asset in _assets(entry.inputs, "") if not _is_same(path, asset, there))
    return tuple(
        path for path, asset in needed if not any(asset.get(k) for k in ("text", "path", "uri", "assets"))
    )


def with_contents(inputs: Any, today: Entry | None) -> Any:
    """The inputs with assets as the engine must be given them."""
    return _given(inputs, "", hashes(today.inputs) if today is not None else {})


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


def _assets(value: Any, path: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if is_asset(value):
        yield path, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _assets(item, f"{path}.{key}")
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from _assets(item, f"{path}[{place}]")
