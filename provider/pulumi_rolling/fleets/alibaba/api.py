"""The only door to Alibaba Cloud: makes the clients, counts the calls, and turns the SDK's errors into our tree, once.

The SDK (``alibabacloud-tea-openapi``, of the extra ``alibaba``) is imported inside functions, and not before the first
call: it reads the environment while it is imported, and costs half a second. Its own retries are off, so that the
caller knows the count and the deadline. A client with Alibaba's chain of credentials starts a thread, so there is one
client for each place and product in a process.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import Any

from pulumi_rolling.cloud_time import CLOUD, steady
from pulumi_rolling.errors import FleetError, PermanentFleetError, TemporaryFleetError, not_installed
from pulumi_rolling.fleets.alibaba.place import ECS, ESS, Endpoint, Place
from pulumi_rolling.fleets.alibaba.refused import Refusal, one_line, refused
from pulumi_rolling.fleets.base import Retry
from pulumi_rolling.fleets.counted_calls import CountedCalls
from pulumi_rolling.fleets.credentials import Keys

Answer = dict[str, Any]
"""What a call brings back, in Alibaba's own names."""

VERSIONS = {ESS: "2022-02-22", ECS: "2014-05-26"}
_NEEDED: dict[str, dict[str, tuple[str, ...]]] = {
    "DescribeScalingGroups": {"ScalingGroups": ("ScalingGroupId", "MinSize", "MaxSize")},
    "DescribeScalingInstances": {"ScalingInstances": ("InstanceId", "LifecycleState")},
    "DescribeScalingActivities": {"ScalingActivities": ("ScalingActivityId", "StatusCode")},
    "DescribeScalingConfigurations": {"ScalingConfigurations": ("ScalingConfigurationId",)},
    "DescribeEciScalingConfigurations": {"ScalingConfigurations": ("ScalingConfigurationId",)},
    "DescribeLifecycleHooks": {"LifecycleHooks": ("LifecycleHookName", "LifecycleTransition")},
    "DescribeInstanceRefreshes": {"InstanceRefreshTasks": ("InstanceRefreshTaskId", "Status")},
}
"""What an answer must have, and each of its items, for anything to follow from it."""
_WITHOUT_REGION = frozenset(
    {"ModifyScalingGroup", "SetInstancesProtection", "SetInstanceHealth", "ScaleWithAdjustment"}
)
"""Operations that have no parameter RegionId (alibabacloud-ess20220222 1.13.3, its models)."""
_CONNECT, _READ = 5_000, 30_000
"""Milliseconds."""


class AlibabaApi(CountedCalls):
    """Calls of one fleet at one place, whose errors are ours."""

    def __init__(self, place: Place, retry: Retry[Any], *, region_path: str = "region") -> None:
        """``region_path``: where the region is set in the inputs, for the error that misses it."""
        super().__init__(retry)
        self.place = place
        self._region_path = region_path

    def call(self, product: str, operation: str, /, **parameters: Any) -> Answer:
        return self.under_retry(lambda: self.attempt(product, operation, **parameters))

    def pages(self, product: str, operation: str, items: str, /, **parameters: Any) -> Iterator[list[Answer]]:
        """The items of each page by number, until as many were seen as there are. ``PageSize`` is the caller's."""
        number, seen = 1, 0
        while True:
            answer = self.call(product, operation, PageNumber=number, **parameters)
            page: list[Answer] = answer.get(items) or []
            yield page
            number, seen = number + 1, seen + len(page)
            if not page or seen >= int(answer.get("TotalCount") or 0):
                return

    def attempt(self, product: str, operation: str, /, **parameters: Any) -> Answer:
        """One request, sent once."""
        if not self.place.region:
            raise PermanentFleetError(
                f"{operation} was not sent: no region of Alibaba Cloud is known",
                operation=operation,
                code="NoRegion",
                hint=f"Set {self._region_path} or ALICLOUD_REGION.",
            )
        client = _client(product, self.place)
        self._counted()
        asked_at = steady()
        where = {} if operation in _WITHOUT_REGION else {"RegionId": self.place.region}
        answer, headers = _sent(client, product, operation, {**where, **parameters})
        _hear(headers, asked_at)
        _must_be_whole(answer, operation)
        return answer


def _sent(
    client: Any, product: str, operation: str, parameters: dict[str, Any]
) -> tuple[Answer, dict[str, str]]:
    from alibabacloud_tea_openapi.client import RuntimeOptions
    from alibabacloud_tea_openapi.utils import Utils
    from alibabacloud_tea_openapi.utils_models import OpenApiRequest, Params

    asked = Params(
        action=operation,
        version=VERSIONS[product],
        protocol="HTTPS",
        pathname="/",
        method="POST",
        auth_type="AK",
        style="RPC",
        req_body_type="formData",
        body_type="json",
    )
    given = {name: value for name, value in parameters.items() if value is not None}
    try:
        told = client.call_api(asked, OpenApiRequest(query=Utils.query(given)), RuntimeOptions())
    except Exception as error:
        ours = translated(error, product, operation)
        if ours is None:
            raise
        raise ours from error
    body = told.get("body")
    answer: Answer = body if isinstance(body, dict) else {}
    if answer.get("Code") and "Message" in answer:
        # The SDK takes whatever came with status 200 for a success.
        refusal = Refusal(str(answer["Code"]), str(answer["Message"]), 200, str(answer.get("RequestId", "")))
        raise refused(refusal, product, operation)
    return answer, told.get("headers") or {}


def translated(error: Exception, product: str, operation: str) -> FleetError | None:
    """The error in our tree, or None for what the SDK did not raise: that is a bug of ours and stays visible."""
    from alibabacloud_credentials.exceptions import CredentialException
    from alibabacloud_tea_openapi.client import UnretryableException
    from alibabacloud_tea_openapi.exceptions import AlibabaCloudException

    if isinstance(error, AlibabaCloudException):
        told = error.data if isinstance(error.data, dict) else {}
        message = str(told.get("Message") or error.message or "")
        request = str(error.request_id or told.get("RequestId") or "")
        refusal = Refusal(str(error.code or ""), message, int(error.status_code or 0), request)
        return refused(refusal, product, operation)
    cause = getattr(error, "inner_exception", None) or error
    if isinstance(cause, CredentialException):
        return PermanentFleetError(
            f"{operation} was not sent, since no credentials of Alibaba Cloud were found: {one_line(str(cause))}",
            operation=operation,
            code="NoCredentials",
            hint="Set ALICLOUD_ACCESS_KEY and ALICLOUD_SECRET_KEY.",
        )
    if isinstance(error, UnretryableException | OSError):
        broken = _broken(cause)
        return TemporaryFleetError(
            f"{operation} got no answer: {one_line(str(broken))}",
            operation=operation,
            code=type(broken).__name__,
        )
    return None


def _broken(error: BaseException) -> BaseException:
    """What became of the connection, below the SDK and the library that it sends by."""
    sending = error.__context__ if isinstance(error.__context__, OSError) else error
    inner = sending.args[0] if sending.args and isinstance(sending.args[0], Exception) else sending
    reason = getattr(inner, "reason", None)
    return reason if isinstance(reason, Exception) else inner


def _must_be_whole(answer: Answer, operation: str) -> None:
    """A page of somebody else's that parses, and an answer cut short, are no answers: the next one will be."""
    for name, needed in _NEEDED.get(operation, {}).items():
        found = answer.get(name)
        lacking = [name] if found is None else [key for one in found for key in needed if key not in one]
        if lacking:
            raise TemporaryFleetError(
                f"{operation} was answered without {lacking[0]}", operation=operation, code="Incomplete"
            )


def _hear(headers: dict[str, str], asked_at: float) -> None:
    """Every answer tells the cloud's time."""
    try:
        date = parsedate_to_datetime(headers.get("date", "")).timestamp()
    except (TypeError, ValueError):
        return
    CLOUD.heard(date, asked_at, steady())


_clients: dict[tuple[str, Place], Any] = {}
_clients_lock = threading.Lock()


def _client(product: str, place: Place) -> Any:
    """One client per product and place."""
    with _clients_lock:
        if (product, place) not in _clients:
            try:
                _clients[product, place] = _made(place.endpoint(product), place)
            except ModuleNotFoundError as error:
                missing = not_installed(error)
                if missing is None:
                    raise
                raise missing from error
        return _clients[product, place]


def _made(endpoint: Endpoint, place: Place) -> Any:
    from alibabacloud_tea_openapi.client import Client
    from alibabacloud_tea_openapi.utils_models import Config

    config = Config(
        credential=_credential(place.keys),
        endpoint=endpoint.host,
        protocol="https" if endpoint.secure else "http",
        region_id=place.region,
        connect_timeout=_CONNECT,
        read_timeout=_READ,
        http_proxy=_way_past_proxies(endpoint),
    )
    return Client(config)


def _way_past_proxies(endpoint: Endpoint) -> str | None:
    """This machine itself as its proxy: the SDK asks one of the environment for any address, and knows no exception."""
    named = any(os.environ.get(name) for name in ("HTTP_PROXY", "http_proxy"))
    return f"http://{endpoint.host}" if named and endpoint.is_loopback and not endpoint.secure else None


_chain: list[Any] = []


def _credential(keys: Keys | None) -> Any:
    """Keys as they were given, or Alibaba's chain, of which a process needs one."""
    from alibabacloud_credentials.client import Client
    from alibabacloud_credentials.models import Config

    if keys is None:
        if not _chain:
            _chain.append(Client())
        return _chain[0]
    kind = "sts" if keys.token else "access_key"
    return Client(
        Config(
            type=kind,
            access_key_id=keys.id,
            access_key_secret=keys.secret,
            security_token=keys.token or None,
        )
    )
