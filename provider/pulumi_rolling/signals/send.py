"""One instance's signal, sent by the instance itself or from any place that knows its id.

The group decides the way, by the same rule as ``choose``: with a launch hook whose default is ABANDON the
waiting hooks are completed; otherwise the instance's tag is set, and hooks that wait are completed as well.
boto3 is imported when needed; its own retries stay on, since a signal is not repeated by the engine.
"""

from __future__ import annotations

import os
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pulumi_rolling.core.model.member import Signal
from pulumi_rolling.errors import FleetError, PermanentFleetError, TemporaryFleetError, unusable_endpoint
from pulumi_rolling.signals.choose import ABANDON
from pulumi_rolling.signals.tag import SIGNAL_TAG

METADATA = "http://169.254.169.254"
"""The instance metadata service of EC2 (EC2 user guide, "Access instance metadata")."""
HELD_SOON = 120.0
"""Seconds in which an instance that is still Pending must come to Pending:Wait or beyond."""
_LAUNCHING = "autoscaling:EC2_INSTANCE_LAUNCHING"
_THROTTLED = frozenset({"Throttling", "ThrottlingException", "RequestLimitExceeded"})
_RESULT = {Signal.SUCCESS: "CONTINUE", Signal.FAILURE: "ABANDON"}


@dataclass(frozen=True, slots=True)
class Clients:
    """The two services a signal may need, as boto3 makes them."""

    autoscaling: Any
    ec2: Any


def status_of_exit_code(code: int) -> Signal:
    """SUCCESS for 0 and FAILURE for everything else, as with ``cfn-signal --exit-code``."""
    return Signal.SUCCESS if code == 0 else Signal.FAILURE


def send(
    status: Signal,
    *,
    instance: str | None = None,
    region: str | None = None,
    endpoint: str | None = None,
    clients: Clients | None = None,
    metadata: str = METADATA,
    sleep: Callable[[float], None] = time.sleep,
) -> str:
    """Send the signal and say in one sentence what was done. Default: the machine this runs on."""
    from botocore.exceptions import BotoCoreError, ClientError  # type: ignore[import-untyped]

    ident = instance or read_metadata("instance-id", metadata)
    try:
        used = clients or _clients(region, endpoint, metadata, asks=instance is None)
        return _send(used, ident, status, sleep)
    except ClientError as error:
        raise _refused(ident, error.operation_name, error.response, str(error)) from error
    except BotoCoreError as error:
        raise TemporaryFleetError(
            f"The signal of {ident} was not sent: {error}", code=type(error).__name__
        ) from error


def _refused(ident: str, operation: str, response: dict[str, Any], text: str) -> FleetError:
    code = response.get("Error", {}).get("Code", "")
    message = f"The signal of {ident} was not sent: {text}"
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if status >= 500 or status == 429 or code in _THROTTLED:
        return TemporaryFleetError(message, operation=operation, code=code)
    denied = "AccessDenied" in code or code == "UnauthorizedOperation"
    service = "ec2" if operation == "CreateTags" else "autoscaling"
    hint = f"Allow {service}:{operation} to the instance's role." if denied else ""
    return PermanentFleetError(message, operation=operation, code=code, hint=hint)


def read_metadata(what: str, base: str = METADATA) -> str:
    """One value of the metadata service, by IMDSv2: a token first, since version 1 may be off."""
    try:
        token = _http(f"{base}/latest/api/token", "PUT", {"X-aws-ec2-metadata-token-ttl-seconds": "60"})
        return _http(f"{base}/latest/meta-data/{what}", "GET", {"X-aws-ec2-metadata-token": token})
    except (urllib.error.URLError, TimeoutError) as error:
        raise PermanentFleetError(
            f"The metadata service at {base} did not say the {what}: {error}.",
            hint="Name the instance if this does not run on it.",
        ) from error


def _send(clients: Clients, ident: str, status: Signal, sleep: Callable[[float], None]) -> str:
    membership = _membership(clients, ident)
    group = membership["AutoScalingGroupName"]
    hooks = _launch_hooks(clients, group)
    waited = 0.0
    while hooks and membership["LifecycleState"] == "Pending" and waited < HELD_SOON:
        # A quick script may be done before the group has put the instance into Pending:Wait; a hook completed
        # now would be refused, and the instance would wait for its heartbeat and fail although it succeeded.
        sleep(1.0)
        waited += 1.0
        membership = _membership(clients, ident)
    done: list[str] = []
    if membership["LifecycleState"] == "Pending:Wait":
        done.extend(name for name in hooks if _complete(clients, group, name, ident, status))
    if not done or ABANDON not in hooks.values():
        clients.ec2.create_tags(Resources=[ident], Tags=[{"Key": SIGNAL_TAG, "Value": status.value}])
        return f"{status.value} of {ident} in {group}: tag {SIGNAL_TAG} set{_besides(done, status)}."
    return f"{status.value} of {ident} in {group}: {_RESULT[status]} given to {', '.join(done)}."


def _besides(done: list[str], status: Signal) -> str:
    return f", and {_RESULT[status]} given to {', '.join(done)}" if done else ""


def _membership(clients: Clients, ident: str) -> dict[str, Any]:
    found = clients.autoscaling.describe_auto_scaling_instances(InstanceIds=[ident])["AutoScalingInstances"]
    if not found:
        raise PermanentFleetError(
            f"{ident} is in no Auto Scaling group of this region, so nobody waits for its signal.",
            operation="DescribeAutoScalingInstances",
            hint="Check the instance id and the region.",
        )
    first: dict[str, Any] = found[0]
    return first


def _launch_hooks(clients: Clients, group: str) -> dict[str, str]:
    """Name and default result of each launch hook of the group."""
    hooks = clients.autoscaling.describe_lifecycle_hooks(AutoScalingGroupName=group)["LifecycleHooks"]
    return {
        hook["LifecycleHookName"]: hook.get("DefaultResult", ABANDON)
        for hook in hooks
        if hook["LifecycleTransition"] == _LAUNCHING
    }


def _complete(clients: Clients, group: str, hook: str, ident: str, status: Signal) -> bool:
    """Whether the hook still waited: somebody may have completed it, or one ABANDON may have ended the launch."""
    from botocore.exceptions import ClientError

    try:
        clients.autoscaling.complete_lifecycle_action(
            AutoScalingGroupName=group,
            LifecycleHookName=hook,
            InstanceId=ident,
            LifecycleActionResult=_RESULT[status],
        )
    except ClientError as error:
        if "No active Lifecycle Action" in str(error):
            return False
        raise
    return True


def _clients(region: str | None, endpoint: str | None, metadata: str, *, asks: bool) -> Clients:
    """boto3's clients. On the instance itself the metadata service knows the region, too."""
    import boto3  # type: ignore[import-untyped]
    from botocore.exceptions import InvalidRegionError

    region = region or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    if region is None and asks:
        region = read_metadata("placement/region", metadata)
    # A profile that is named wins over keys in the environment, as in every other call of ours.
    session = boto3.session.Session(region_name=region, profile_name=os.environ.get("AWS_PROFILE") or None)
    endpoint = endpoint or None
    try:
        return Clients(
            session.client("autoscaling", endpoint_url=endpoint), session.client("ec2", endpoint_url=endpoint)
        )
    except InvalidRegionError:
        raise  # which is a ValueError as well
    except ValueError as error:
        raise unusable_endpoint(endpoint, error) from error


def _http(url: str, method: str, headers: dict[str, str]) -> str:
    request = urllib.request.Request(url, method=method, headers=headers)
    with urllib.request.urlopen(request, timeout=5) as answer:
        text: str = answer.read().decode()
        return text
