"""Contents as a revision's digest, and what stands for contents that are gone."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from pulumi_rolling.core.model.member import Revision


def digest_of(contents: dict[str, Any]) -> str:
    """A short hash of the contents, independent of the order of keys."""
    text = json.dumps(contents, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def gone(address: str, label: str) -> Revision:
    """The revision of an address whose contents are gone: its digest matches nothing."""
    return Revision(address, f"gone:{address}", label, exists=False)
