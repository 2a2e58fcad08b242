"""What people asked for: each request is taken up once, by its id."""

from __future__ import annotations

from collections.abc import Iterable

from pulumi_rolling.core.model.seen import Request

KEPT = 16
"""Requests that are remembered after their tags were removed, since a late read may show them again."""


def unheard(requests: Iterable[Request], handled: frozenset[str]) -> tuple[Request, ...]:
    """Requests that no decision has taken up. A late read shows a request again after its tag was removed."""
    return tuple(request for request in requests if request.id not in handled)


def with_handled(handled: frozenset[str], shown: Iterable[Request]) -> frozenset[str]:
    """All whose tags are there, and the newest of those before: ids begin with the time of asking."""
    there = frozenset(request.id for request in shown)
    return there | frozenset(sorted(handled - there)[-KEPT:])
