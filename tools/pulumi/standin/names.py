"""How a resource gets a name: given, from a prefix, or chosen from its logical name."""

from __future__ import annotations

import hashlib
import itertools
import re
import time
from typing import Any

from standin.failures import Refused
from standin.fields import DEFAULTED
from standin.wire import Properties

SUFFIX_DIGITS = 26
_count = itertools.count(1)


def automatic(request: Any, olds: Properties, news: Properties, longest: int) -> Properties:
    """The inputs with a name `logical-1234567`, unless they have one; a name once chosen is kept.

    `request` is the Check request: its `autonaming` says what the project's configuration wants.
    """
    if "name" in news or "namePrefix" in news:
        return news
    defaulted = {**news, DEFAULTED: ["name"]}
    if "name" in olds.get(DEFAULTED, ()) and "name" in olds:
        return {**defaulted, "name": olds["name"]}
    wish = request.autonaming
    if request.HasField("autonaming") and wish.mode == wish.DISABLE:
        raise Refused("name", "automatic naming is disabled in the project's configuration; give a name")
    if request.HasField("autonaming") and wish.proposed_name:
        return {**defaulted, "name": wish.proposed_name}
    logical = request.name or request.urn.rpartition("::")[2]
    random = hashlib.sha256(request.randomSeed or f"{time.time_ns()}".encode()).hexdigest()[:7]
    return {**defaulted, "name": f"{logical[: longest - 8]}-{random}"}


def chosen(news: Properties) -> str:
    """The name to create: as Terraform does it, a prefix is followed by the time and a count."""
    if "name" in news:
        return str(news["name"])
    moment = time.strftime("%Y%m%d%H%M%S", time.gmtime()) + f"{time.time_ns() // 100_000 % 10_000:04d}"
    return f"{news['namePrefix']}{moment}{next(_count):08x}"


def prefix_of(name: str) -> str | None:
    found = re.fullmatch(rf"(.*)[0-9a-f]{{{SUFFIX_DIGITS}}}", name)
    return found[1] if found else None
