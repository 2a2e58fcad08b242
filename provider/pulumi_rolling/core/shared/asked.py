"""What people asked for: each request is taken up once, by its id."""

from __future__ import annotations

from collections.abc import Iterable

from pulumi_rolling.core.model.seen import Request


def unheard(requests: Iterable[Request], handled: frozenset[str]) -> tuple[Request, ...]:
    """Requests that no decision has taken up. A late read shows a request again after its tag was removed."""
    return tuple(request for request in requests if request.id not in handled)


def with_handled(handled: frozenset[str], requests: Iterable[Request]) -> frozenset[str]:
    return handled | {request.id for request in requests}
