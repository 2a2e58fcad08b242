"""The provider's configuration and the clients made from it.

What the configuration leaves out, boto3 finds itself: environment, profile, AWS_ENDPOINT_URL.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.config import Config
from standin import cloud

KNOWN = {
    "region", "profile", "accessKey", "secretKey", "token", "endpoints", "ignoreTags", "maxRetries",
    "version", "skipCredentialsValidation", "skipRegionValidation", "skipRequestingAccountId",
    "skipMetadataApiCheck", "s3UsePathStyle",
}  # fmt: skip
POOL = 32


@dataclass
class Cloud(cloud.Cloud):
    _clients: dict[tuple[str, str | None], Any] = field(default_factory=dict)

    def forget(self) -> None:
        self._clients.clear()

    def client(self, service: str, region: str | None) -> Any:
        region = region or self.configuration.get("region")
        with self.lock:
            if (service, region) not in self._clients:
                self._clients[service, region] = self._new_client(service, region)
            return self._clients[service, region]

    def ignores_tag(self, key: str) -> bool:
        ignored = self.configuration.get("ignoreTags") or {}
        return key in ignored.get("keys", ()) or any(
            key.startswith(p) for p in ignored.get("keyPrefixes", ())
        )

    def _new_client(self, service: str, region: str | None) -> Any:
        given = self.configuration
        session = boto3.session.Session(
            aws_access_key_id=given.get("accessKey"),
            aws_secret_access_key=given.get("secretKey"),
            aws_session_token=given.get("token"),
            profile_name=given.get("profile"),
            region_name=region,
        )
        retries = {"mode": "standard", "max_attempts": int(given.get("maxRetries", 10))}
        config = Config(retries=retries, max_pool_connections=POOL)
        return session.client(
            service, endpoint_url=_endpoint(given.get("endpoints") or (), service), config=config
        )


def _endpoint(endpoints: Iterable[Any], service: str) -> str | None:
    for block in endpoints:
        if block.get(service):
            return str(block[service])
    return None
