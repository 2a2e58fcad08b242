"""Values as hooks get them: plain, with what preview does not know yet among them."""

from __future__ import annotations

from typing import Any

import pulumi
from pulumi.output import UNKNOWN, Unknown


def is_unknown(value: object) -> bool:
    return isinstance(value, Unknown)


async def settled(value: Any) -> Any:
    """The value without outputs: secrets open, the unknown as Unknown."""
    if isinstance(value, pulumi.Output):
        known = await value.is_known()
        return await settled(await value.future(with_unknowns=True)) if known else UNKNOWN
    if isinstance(value, dict):
        return {str(key): await settled(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [await settled(item) for item in value]
    return value
