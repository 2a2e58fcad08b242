"""Whether the file of an asset in state still holds what state recorded of it. This module reads files."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pulumi_rolling.stack.deployment import ASSET, SIGNATURE


def has_source(asset: Mapping[str, Any], project: Path) -> bool:
    """Whether a return could give the engine the recorded contents.

    Of an archive only its path is looked for: the engine hashes what it packs, and a return's own preview compares.
    """
    if asset.get("text") or asset.get("uri") or asset.get("assets"):
        return True
    path = asset.get("path")
    if not path:
        return False
    file = project / str(path)
    if asset.get(SIGNATURE) != ASSET:
        return file.exists()
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest() == asset.get("hash")
    except OSError:
        return False
