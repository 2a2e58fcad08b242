"""The provider's configuration, and calls by Alibaba's older SDK, as the real provider makes them.

What the configuration leaves out comes from the environment by the names that the real provider reads. Hosts of this
machine are spoken to without encryption; the real one wants `protocol` for that.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from aliyunsdkcore.acs_exception.exceptions import ClientException, ServerException
from aliyunsdkcore.auth.credentials import AccessKeyCredential, StsTokenCredential
from aliyunsdkcore.client import AcsClient
from aliyunsdkcore.request import CommonRequest
from standin import cloud

KNOWN = frozenset(
    {"region", "accessKey", "secretKey", "securityToken", "endpoints", "protocol", "version"},
)
ESS, ECS = "ess", "ecs"
VERSIONS = {ESS: "2014-08-28", ECS: "2014-05-26"}
ENVIRONMENT = {
    "region": ("ALICLOUD_REGION", "ALIBABA_CLOUD_REGION"),
    "accessKey": ("ALICLOUD_ACCESS_KEY", "ALIBABA_CLOUD_ACCESS_KEY_ID"),
    "secretKey": ("ALICLOUD_SECRET_KEY", "ALIBABA_CLOUD_ACCESS_KEY_SECRET"),
    "securityToken": ("ALICLOUD_SECURITY_TOKEN", "ALIBABA_CLOUD_SECURITY_TOKEN"),
}
OF_THE_CLOUD = (ServerException, ClientException)
Answer = dict[str, Any]


@dataclass
class Cloud(cloud.Cloud):
    _client: Any = None

    def forget(self) -> None:
        self._client = None

    def call(self, product: str, action: str, /, **parameters: Any) -> Answer:
        """One request. Lists become `Name.1`, flags as the API writes them."""
        request = CommonRequest()
        host, secure = self._endpoint(product)
        request.set_domain(host)
        request.set_protocol_type("https" if secure else "http")
        request.set_method("POST")
        request.set_version(VERSIONS[product])
        request.set_action_name(action)
        for name, value in {"RegionId": self.setting("region"), **parameters}.items():
            for key, text in _spelled(name, value):
                request.add_query_param(key, text)
        with self.lock:
            client = self._client = self._client or self._new_client()
        answer: Answer = json.loads(client.do_action_with_exception(request))
        return answer

    def setting(self, name: str) -> str | None:
        given = self.configuration.get(name)
        found = (os.environ.get(each) for each in ENVIRONMENT[name])
        return str(given) if given else next((text for text in found if text), None)

    def _endpoint(self, product: str) -> tuple[str, bool]:
        given = next(
            (each[product] for each in self.configuration.get("endpoints") or () if each.get(product)), None
        )
        upper = product.upper()
        text = (
            given or os.environ.get(f"ALIBABA_CLOUD_ENDPOINT_{upper}") or os.environ.get(f"{upper}_ENDPOINT")
        )
        text = text or f"{product}.{self.setting('region')}.aliyuncs.com"
        parts = urlsplit(text if "://" in text else f"//{text}")
        ours = parts.hostname in ("127.0.0.1", "localhost")
        plain = ours or str(self.configuration.get("protocol", "")).upper() == "HTTP"
        return parts.netloc, not plain

    def _new_client(self) -> Any:
        key, secret, token = (self.setting(name) for name in ("accessKey", "secretKey", "securityToken"))
        credential = StsTokenCredential(key, secret, token) if token else AccessKeyCredential(key, secret)
        return AcsClient(region_id=self.setting("region"), credential=credential, auto_retry=False)


def _spelled(name: str, value: Any) -> list[tuple[str, str]]:
    if value is None:
        return []
    if isinstance(value, list):
        return [pair for number, part in enumerate(value, 1) for pair in _spelled(f"{name}.{number}", part)]
    if isinstance(value, dict):
        return [pair for key, part in value.items() for pair in _spelled(f"{name}.{key}", part)]
    return [(name, str(value).lower() if isinstance(value, bool) else str(value))]


def code(error: Exception) -> str:
    return str(error.get_error_code()) if isinstance(error, OF_THE_CLOUD) else ""


def worded(error: Exception) -> str:
    return f"{code(error)}: {error.get_error_msg()}" if isinstance(error, OF_THE_CLOUD) else str(error)


def listed(answer: Answer, plural: str, singular: str) -> list[Any]:
    """A list out of the frame in which the older version sends it."""
    found: list[Any] = (answer.get(plural) or {}).get(singular) or []
    return found
