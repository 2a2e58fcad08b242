"""Where calls to Alibaba Cloud go, and as whom.

Alibaba's own chain of credentials does not read the variables of the Pulumi provider (``ALICLOUD_*``), so they are read
here. Endpoints are those that the provider reads, too (``ALIBABA_CLOUD_ENDPOINT_ESS``, then ``ESS_ENDPOINT``).
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from pulumi_rolling.errors import PermanentFleetError
from pulumi_rolling.fleets.credentials import Keys

ESS = "ess"
ECS = "ecs"

_CENTRAL = frozenset(
    {
        "cn-qingdao",
        "cn-beijing",
        "cn-hangzhou",
        "cn-shanghai",
        "cn-shenzhen",
        "cn-hongkong",
        "ap-southeast-1",
        "us-east-1",
        "us-west-1",
        "cn-shanghai-finance-1",
        "cn-shenzhen-finance-1",
        "cn-north-2-gov-1",
    }
)
"""Regions that ESS serves at its central endpoint (alibabacloud-ess20220222 1.13.3, the client's map)."""
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_REGIONS = ("ALICLOUD_REGION", "ALIBABA_CLOUD_REGION", "ALIBABA_CLOUD_REGION_ID")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Host with port, and whether the way there is encrypted."""

    host: str
    secure: bool = True

    @property
    def is_loopback(self) -> bool:
        return (urlsplit(f"//{self.host}").hostname or "") in _LOOPBACK

    @staticmethod
    def of(text: str) -> Endpoint:
        """From a URL, or from a bare host, which is unencrypted on this machine alone."""
        try:
            parts = urlsplit(text if "://" in text else f"//{text}")
            _ = parts.port  # a port that is none would fail with the first call
        except ValueError as error:
            raise PermanentFleetError(
                f"the endpoint {text} cannot be used: {error}",
                hint="It is a URL, such as http://127.0.0.1:4566.",
            ) from error
        bare = Endpoint(parts.netloc)
        return Endpoint(parts.netloc, parts.scheme == "https" if parts.scheme else not bare.is_loopback)


@dataclass(frozen=True, slots=True)
class Place:
    """Where calls go and as whom. Two fleets at the same place share clients."""

    region: str
    endpoints: tuple[tuple[str, Endpoint], ...] = ()
    """Of products that are not asked at Alibaba's own."""
    keys: Keys | None = None
    """None: as Alibaba's own chain of credentials finds them."""

    @staticmethod
    def of(region: str | None = None, endpoint: str | None = None, keys: Keys | None = None) -> Place:
        """What is not given is taken from the environment as it is now."""
        read = os.environ.get
        found = (read(name) for name in _REGIONS)
        return Place(
            region or next((name for name in found if name), ""),
            tuple(_endpoints(endpoint, os.environ)),
            keys or _provider_keys(os.environ),
        )

    def endpoint(self, product: str) -> Endpoint:
        given = dict(self.endpoints).get(product)
        if given is not None:
            return given
        if product == ESS and self.region in _CENTRAL:
            return Endpoint("ess.aliyuncs.com")
        return Endpoint(f"{product}.{self.region}.aliyuncs.com")

    def call(self, name: str) -> str:
        """How our commands must name what is there: with its region where the environment leads elsewhere."""
        leads_here = not self.region or Place.of().region == self.region
        return shlex.quote(name) if leads_here else f"{shlex.quote(name)} --region {self.region}"

    def __str__(self) -> str:
        """Where somebody would have to look who doubts an answer; the keys may be secret."""
        region = self.region or "no region"
        where = ", ".join(f"{product} at {given.host}" for product, given in self.endpoints)
        return f"{region} ({where})" if where else region


def _endpoints(given: str | None, environment: Mapping[str, str]) -> list[tuple[str, Endpoint]]:
    """An endpoint on this machine stands for all of Alibaba; any other one is that of ESS."""
    found: dict[str, Endpoint] = {}
    for product in (ESS, ECS):
        name = product.upper()
        text = environment.get(f"ALIBABA_CLOUD_ENDPOINT_{name}") or environment.get(f"{name}_ENDPOINT")
        if text:
            found[product] = Endpoint.of(text)
    if given:
        endpoint = Endpoint.of(given)
        found |= dict.fromkeys((ESS, ECS) if endpoint.is_loopback else (ESS,), endpoint)
    return list(found.items())


def _provider_keys(environment: Mapping[str, str]) -> Keys | None:
    """As the Pulumi provider is told them by the environment."""
    ident, secret = environment.get("ALICLOUD_ACCESS_KEY"), environment.get("ALICLOUD_SECRET_KEY")
    return Keys(ident, secret, environment.get("ALICLOUD_SECURITY_TOKEN", "")) if ident and secret else None
