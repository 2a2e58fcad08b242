"""The text of a record: which machine wrote it, in which format, and its rollout, packed into letters that tags allow.

A record that names no machine is the replace machine's: earlier versions knew no other. What a machine's rollout is in
JSON, the file of its name knows.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pulumi_rolling.core.delegate.delegating import Delegating
from pulumi_rolling.core.machine import DELEGATE, REPLACE
from pulumi_rolling.core.replace.rollout import Rollout
from pulumi_rolling.engine.printable import printable
from pulumi_rolling.engine.record import delegate, replace
from pulumi_rolling.engine.record.packed import packed, unpacked
from pulumi_rolling.engine.record.shape import fits
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
DENSE = 1
_SIGN = "."
"""After the number of the words; nothing that is packed has one."""
_WORDS = {
    1: b'"handedOver""stalled""deadline""tooManyLosses""alarm""rejected""v":1,"k":"delegate""wh":"theirs""be":["g'
    b'a":["st":["InProgress"]"ps":1"bl":["sr":"Insufficient balance.","is":[["b",["c",["launchTimeout""failure'
    b'Signal""vanished""unhealthy""launchRefused""quota"],"sk":["i-bp1"],"rt":["i-bp1"],"zo":"cn-hangzhou-h","'
    b'pa":1,"ga":[0,17"ps":1,"hv":["failureSignal""ia":["bk":[17"as":["lt-bp1:12","lb":1,"ja":179"uf":["unfill'
    b'ed""lo":[["i-bp1","vanished","",],"lp":1,"xb":1,"x":[["i-bp1","signalTimeout",""],["i-bp1","failureSigna'
    b'l",""]],"bf":["aborted","tooManyFailures","ho":1}"h":["pb":[2,0.0,0.0],"j":179"dl":[179],"vd":["p":"prep'
    b'are""p":"bake""p":"resize""p":"restore""d":"back","mi":[1,2],"us":["AlarmNotification","HealthCheck","Sc'
    b'heduledAction"]["s",["r",["p",["asc-bp1["z",null,["a",-1]["x","i-bp1"su":1,"r":[1,179,1,1,null],"o":[[17'
    b'9,1]],"m":[["i-bp1",179],"ok":["i-bp1","i-bp1"],"b":[1,0.0,0.0]},"wa":[["i-bp1",179],["i-bp1",179],"dr":'
    b'[["i-bp1",179],["i-bp1",179],[0,0],[]],"{"v":3,"g":["asc-bp1",["lt-bp1:1",[0,0],[]],"f":[1,10,4,[]],"o":'
    b'{"is":[[["t","i-bp1",1],179],[["t","i-bp1",1],179],"de":[4,4,0,179],"la":[0,0,4]},"w":{"w":[179],"da":17'
    b'9,"n":[4,1,4],"in":["i-bp1","i-bp1"]},"s":179,"n":1,"d":"forward","p":"roll","pr":179'
}
"""By number, the words that a record is packed against where tags are small. Those of a number never change."""
_MOST = 1_000_000
"""Characters of a record's JSON; the largest takes a twentieth of them."""


def encode(rollout: Any, *, dense: bool = False) -> str:
    """The text of a rollout of the machine that has such. ``dense``: against the words of all records."""
    machine, codec = next(pair for pair in CODECS.items() if isinstance(rollout, pair[1].shape))
    named = {} if machine == REPLACE.name else {"k": machine}
    raw = {"v": codec.version, **named, **codec.to_json(rollout)}
    text = json.dumps(raw, separators=(",", ":"))
    return f"{DENSE}{_SIGN}{packed(text, _WORDS[DENSE])}" if dense else packed(text)


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
    density, sign, dense = text.partition(_SIGN)
    return unpacked(dense, _MOST, _WORDS[int(density)]) if sign else unpacked(text, _MOST)
