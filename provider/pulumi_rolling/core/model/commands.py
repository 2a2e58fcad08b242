"""Commands that people are told to type, each with the group that it is about."""

from __future__ import annotations


def command(verb: str, group: str, member: str = "") -> str:
    """``'rolling retry web i-0abc'``. ``group`` is as a command has to name it; empty where no group is known."""
    return f"'{' '.join(filter(None, ('rolling', verb, group, member)))}'"
