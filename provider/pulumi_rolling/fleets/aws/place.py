"""Where calls to AWS go, and as whom."""

from __future__ import annotations

import os
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Where calls go and as whom. Two fleets at the same place share clients, polls and template versions."""

    region: str
    endpoint: str
    profile: str
    key: str
    ignored_tags: frozenset[str] = frozenset()
    """Keys of tags that make no revision of their own: two versions that differ in them alone are equal."""

    @staticmethod
    def of(
        region: str | None = None,
        endpoint: str | None = None,
        profile: str | None = None,
        ignored_tags: frozenset[str] = frozenset(),
    ) -> Place:
        """What is not given is taken from the environment as it is now."""
        read = os.environ.get
        return Place(
            region or read("AWS_REGION") or read("AWS_DEFAULT_REGION") or "",
            endpoint or read("AWS_ENDPOINT_URL") or "",
            profile or read("AWS_PROFILE") or "",
            read("AWS_ACCESS_KEY_ID") or "",
            ignored_tags,
        )
