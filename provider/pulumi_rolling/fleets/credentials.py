"""As whom a cloud is called, where somebody has said it in words. Nothing of one cloud stands here."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Keys:
    """Credentials that somebody has given in words. They never show in a text."""

    id: str
    secret: str = field(repr=False)
    token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Role:
    """A role to be assumed. ``more``: the other arguments of the cloud's own call, as JSON."""

    arn: str
    more: str = "{}"
