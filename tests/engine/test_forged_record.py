"""What anybody who may tag a group can write where our record stands: one clean fault, and nothing raw."""

from __future__ import annotations

import base64
import json
import zlib
from dataclasses import replace
from typing import Any

import pytest
from pulumi_rolling.core.model.member import Revision, Sizes
from pulumi_rolling.core.model.seen import Request
from pulumi_rolling.core.replace.plan import new_rollout
from pulumi_rolling.core.shared.asked import KEPT, with_handled
from pulumi_rolling.engine.lease import found_lease
from pulumi_rolling.engine.record.header import decode, encode
from pulumi_rolling.engine.record.pieces import LEASE, read
from pulumi_rolling.errors import JournalError

V1, V2 = Revision("lt-1:1", "one", "version 1"), Revision("lt-1:2", "two", "version 2")
ROLLOUT = new_rollout("r", V2, V1, Sizes(2, 8, 6), frozenset(), 10.0)


def text_of(raw: Any) -> str:
    return base64.b64encode(zlib.compress(json.dumps(raw).encode())).decode()


def raw_of_a_rollout() -> dict[str, Any]:
    raw: dict[str, Any] = json.loads(zlib.decompress(base64.b64decode(encode(ROLLOUT))))
    return raw


def deep() -> str:
    return base64.b64encode(zlib.compress(b"[" * 100_000 + b"]" * 100_000)).decode()


def changed(key: str, value: Any) -> str:
    return text_of({**raw_of_a_rollout(), key: value})


@pytest.mark.parametrize(
    "text",
    [
        deep(),
        base64.b64encode(zlib.compress(b" " * 50_000_000)).decode(),
        text_of([]),
        text_of(None),
        changed("f", ["2", 8, 6, []]),
        changed("f", [2, 8, 1e400, []]),
        changed("f", [2, 8, 10**40, []]),
        changed("f", [True, 8, 6, []]),
        changed("s", "now"),
        changed("h", [1, 2]),
        changed("dl", ["soon"]),
        changed("v", "3"),
        changed("g", ["r", ["lt-1:2", 5, ""], None, [0, 0], []]),
    ],
    ids=[
        "deep", "a bomb", "a list", "null", "text as a number", "infinite", "huge", "a truth as a number",
        "text as a time", "numbers as ids", "a deadline of text", "a version of text", "a digest of numbers",
    ],
)  # fmt: skip
def test_a_record_that_is_none_is_one_fault(text: str) -> None:
    """Whatever stands there, it is refused where it is read, with what to do."""
    with pytest.raises(JournalError, match=r"cannot be read.*rolling:record"):
        decode(text)


@pytest.mark.parametrize("head", ["1.²", "1.٣", "1.-1", "1.1e9", "1.999999999", "1.", ".", "\u0000"])
def test_an_odd_count_of_pieces_is_a_torn_record(head: str) -> None:
    """No digit but those that we write counts."""
    with pytest.raises(JournalError, match="torn"):
        read({"rolling:record.0": f"{head} owner {encode(ROLLOUT)}"})


def test_no_control_character_of_a_tag_comes_in() -> None:
    """Text of a record and the holder of a lease are made printable where they are read."""
    evil = replace(ROLLOUT, goal=replace(ROLLOUT.goal, to=replace(V2, label="version\x1b[2J2\r\n")))
    assert decode(encode(evil)).goal.to.label == "version\\x1b[2J2\\x0d\\x0a"
    lease = found_lease({LEASE: "dri\x1b[31mver owner 12"})
    assert lease is not None and lease.holder == "dri\\x1b[31mver"


@pytest.mark.parametrize("until", ["inf", "nan", "1e999", "x", "²"])
def test_a_lease_without_an_end_is_none(until: str) -> None:
    """Nobody can hold a group for ever."""
    assert found_lease({LEASE: f"driver owner {until}"}) is None


def test_requests_that_were_taken_up_do_not_pile_up() -> None:
    """Those whose tags still stand are remembered, and the newest of the others."""
    handled: frozenset[str] = frozenset()
    for number in range(600):
        handled = with_handled(handled, [Request(f"{number:04}", "pause"), Request("0000", "pause")])
    assert handled == {"0000", *(f"{number:04}" for number in range(599 - KEPT, 600))}
