"""One answer of two: moto's to what it knows, with the lab's own instances put into it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pulumi_rolling.lab.aws.call import Call
from pulumi_rolling.lab.aws.wire import protocol
from pulumi_rolling.lab.world.member import Member


def split(call: Call, ids: list[str], key: str) -> tuple[list[Member], dict[str, Any] | None]:
    """The lab's own among the ids, and the form with the others for moto, or None when there are none.

    `key` is an id's name in the form, with its number left open.
    """
    own = [call.cloud.machines[each] for each in ids if each in call.cloud.machines]
    rest = [each for each in ids if each not in call.cloud.machines]
    if not rest:
        return own, None
    numbered = re.compile(re.escape(key).replace(r"\{\}", r"\d+"))
    form = {name: value for name, value in call.form.items() if not numbered.fullmatch(name)}
    return own, form | {key.format(place): each for place, each in enumerate(rest, 1)}


def join(
    call: Call, service: str, member: str, own: list[Any], form: Mapping[str, Any] | None
) -> tuple[int, str]:
    """Our own list elements put into moto's answer, or an answer of ours alone."""
    wire = protocol(service)
    if form is None:
        return 200, wire.write(call.action, {member: own})
    status, body = call.ask(form)
    if status != 200 or not own:
        return status, body
    tag, items = wire.list_name(call.action, member), wire.items(call.action, member, own)
    if f"<{tag}>" in body:
        return status, body.replace(f"<{tag}>", f"<{tag}>{items}", 1)
    return status, re.sub(rf"<{tag}\s*/>", lambda _: f"<{tag}>{items}</{tag}>", body, count=1)
