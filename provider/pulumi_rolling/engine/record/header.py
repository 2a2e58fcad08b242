"""The text of a record: which machine wrote it, in which format, and its rollout, packed into letters that tags allow.

A record that names no machine is the replace machine's: earlier versions knew no other. What a machine's rollout is in
JSON, the file of its name knows.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pulumi_rolling.core.delegate.delegating import Delegating
from pulumi_rolling.core.machine import DELEGATE, REPLACE
from pulumi_rolling.core.replace.rollout import Rollout
from pulumi_rolling.engine.record import delegate, replace
from pulumi_rolling.engine.record.shape import fits, printable
from pulumi_rolling.errors import JournalError


@dataclass(frozen=True, slots=True)
class Codec:
    version: int
    to_json: Callable[[Any], dict[str, Any]]
    from_json: Callable[[dict[str, Any]], Any]
    """Reads every format up to ``version``, which stands in the key ``v``."""
    shape: type
    """The class of the rollout."""


CODECS: Mapping[str, Codec] = {
    REPLACE.name: Codec(replace.VERSION, replace.to_json, replace.from_json, Rollout),
    DELEGATE.name: Codec(delegate.VERSION, delegate.to_json, delegate.from_json, Delegating),
}
_UNREADABLE = (
    ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError, ArithmeticError, zlib.error,
)  # fmt: skip
_MOST = 1_000_000
"""Characters of a record's JSON; the largest takes a twentieth of them."""


def encode(rollout: Any) -> str:
    """The text of a rollout of the machine that has such."""
    machine, codec = next(pair for pair in CODECS.items() if isinstance(rollout, pair[1].shape))
    named = {} if machine == REPLACE.name else {"k": machine}
    raw = {"v": codec.version, **named, **codec.to_json(rollout)}
    return base64.b64encode(zlib.compress(json.dumps(raw, separators=(",", ":")).encode(), 9)).decode()


def decode(text: str) -> Any:
    """The rollout of a text; JournalError when it cannot be read or is of a later version."""
    try:
        raw = printable(json.loads(_unpacked(text)))
        machine, version = raw.get("k", REPLACE.name), raw["v"]
        codec = CODECS.get(machine)
        if codec is None or version > codec.version:
            raise JournalError(
                f"the record on the group was written by a later version (format {version}"
                + (")" if codec is not None else f" of {machine!r})"),
                hint="Use that version of pulumi-rolling to finish the rollout.",
            )
        rollout = codec.from_json(raw)
        if not fits(rollout, codec.shape):
            raise ValueError("a field is of another type")
        return rollout
    except _UNREADABLE as error:
        raise JournalError(
            "the record on the group cannot be read",
            hint="Look at the group, then remove its tags that begin with 'rolling:record.' to start anew.",
        ) from error


def _unpacked(text: str) -> bytes:
    """What was packed, unless it grows beyond what a record is."""
    unpack = zlib.decompressobj()
    raw = unpack.decompress(base64.b64decode(text, validate=True), _MOST)
    if not unpack.eof:
        raise ValueError("no record is so long, or it is cut")
    return raw
