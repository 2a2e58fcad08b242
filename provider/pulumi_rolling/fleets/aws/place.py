"""Where calls to AWS go, and as whom."""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass
from urllib.parse import urlsplit

from pulumi_rolling.fleets.credentials import Keys, Role


@dataclass(frozen=True, slots=True)
class Place:
    """Where calls go and as whom. Two fleets at the same place share clients, polls and template versions."""

    region: str
    endpoint: str
    profile: str
    key: str
    ignored_tags: frozenset[str] = frozenset()
    """Keys of tags that make no revision of their own: two versions that differ in them alone are equal."""
    keys: Keys | None = None
    """In place of those of the profile or the environment."""
    roles: tuple[Role, ...] = ()
    """Assumed one after the other."""

    @staticmethod
    def of(
        region: str | None = None,
        endpoint: str | None = None,
        profile: str | None = None,
        ignored_tags: frozenset[str] = frozenset(),
        keys: Keys | None = None,
        roles: tuple[Role, ...] = (),
    ) -> Place:
        """What is not given is taken from the environment as it is now."""
        read = os.environ.get
        return Place(
            region or read("AWS_REGION") or read("AWS_DEFAULT_REGION") or "",
            endpoint or read("AWS_ENDPOINT_URL") or "",
            profile or read("AWS_PROFILE") or "",
            read("AWS_ACCESS_KEY_ID") or "",
            ignored_tags,
            keys,
            roles,
        )

    @property
    def options(self) -> str:
        """What our commands must be told to go there, where the environment alone leads elsewhere; empty if nothing."""
        alone = Place.of()
        told = (("region", self.region, alone.region), ("endpoint", self.endpoint, alone.endpoint))
        return " ".join(f"--{name} {value}" for name, value, found in told if value != found and value)

    def call(self, name: str) -> str:
        """How our commands must name what is there."""
        return " ".join(filter(None, (shlex.quote(name), self.options)))

    def same_as(self, region: str, service: str) -> tuple[object, ...]:
        """What is equal where two places are one, however they are spelled. ``region``: the one in effect.

        Other credentials may be those of another account, so they are another place.
        """
        return (
            region,
            plain_endpoint(self.endpoint, region, service),
            self.profile,
            self.key,
            self.keys,
            self.roles,
        )

    def __str__(self) -> str:
        """Where somebody would have to look who doubts an answer."""
        as_whom = [
            *([f"profile {self.profile}"] if self.profile else ()),
            *([f"access key {self.keys.id}"] if self.keys else ()),
            *(f"role {role.arn}" for role in self.roles),
            *([f"endpoint {self.endpoint}"] if self.endpoint else ()),
        ]
        region = self.region or "the profile's region"
        return f"{region} ({', '.join(as_whom)})" if as_whom else region


def plain_endpoint(endpoint: str, region: str, service: str) -> str:
    """One spelling of an endpoint; empty for the service's own in that region."""
    parts = urlsplit(endpoint)
    host, port = (parts.hostname or "").lower(), parts.port
    if host == f"{service}.{region}.amazonaws.com":
        return ""
    host = "127.0.0.1" if host == "localhost" else host
    default = {"http": 80, "https": 443}.get(parts.scheme)
    return f"{parts.scheme}://{host}:{port or default}{parts.path.rstrip('/')}" if host else ""


def told_by(arn: str) -> str:
    """``us-east-1 of account 123456789012``, as an ARN has both; empty for what is no such ARN."""
    parts = arn.split(":", 5)
    return f"{parts[3]} of account {parts[4]}" if len(parts) == 6 and parts[3] and parts[4] else ""
