"""What a comment keeps of itself, unseen: by it the next one knows what has changed, and a pipeline finds the comment.

A comment may be edited by others, so what is read back is judged and never trusted.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import zlib
from typing import Any

from pulumi_rolling.report.comment.told import Told

VERSION = 1
LARGEST = 9_000
"""Characters of the kept part; of a stack with more only counts are kept."""
_UNPACKED = 1_000_000
"""Bytes that a kept part may have when it is unpacked."""
_KEPT = re.compile(r"<!-- rolling-kept ([A-Za-z0-9+/=]+) -->")


def title(stack: str) -> str:
    """The first line of each comment of a stack."""
    return f"<!-- rolling-preview {_plain(stack)} -->"


def kept(told: Told) -> str:
    """The last line: a digest of what the comment tells, packed."""
    for whole in (True, False):
        packed = zlib.compress(json.dumps(facts(told, whole=whole), separators=(",", ":")).encode(), 9)
        line = f"<!-- rolling-kept {base64.b64encode(packed).decode()} -->"
        if len(line) <= LARGEST:
            return line
    return ""


def facts(told: Told, *, whole: bool = True) -> dict[str, Any]:
    """What is compared. ``whole``: with the rows of each plan."""
    return {
        "version": VERSION,
        "groups": {
            each.urn: {
                "group": each.group,
                "headline": each.headline,
                **({"rows": _rows(each.rows), "risks": list(each.risks)} if whole else {}),
            }
            for each in told.groups
        },
        "changes": {each.urn: each.words for each in told.changes} if whole else {},
        "lost": sorted(item.urn for each in told.lost or () for item in each.items) if whole else [],
        "counts": {"changes": len(told.changes), "lost": sum(len(each.items) for each in told.lost or ())},
        "failed": told.failed,
    }


def read(comment: str) -> dict[str, Any] | None:
    """What a former comment kept; None where it kept nothing that is of this version."""
    found = _KEPT.search(comment)
    if found is None:
        return None
    unpack = zlib.decompressobj()
    try:
        raw = unpack.decompress(base64.b64decode(found.group(1), validate=True), _UNPACKED)
        document = json.loads(raw)
    except (binascii.Error, zlib.error, ValueError):
        return None
    is_ours = isinstance(document, dict) and document.get("version") == VERSION
    return document if is_ours and isinstance(document.get("groups"), dict) else None


def _rows(rows: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """Rows by label; those of one label in one text."""
    told: dict[str, str] = {}
    for label, sentence in rows:
        told[label] = f"{told[label]}; {sentence}" if label in told else sentence
    return told


def _plain(stack: str) -> str:
    """The name in characters that end no HTML comment."""
    return re.sub(r"[^\w./]+", "-", stack)
