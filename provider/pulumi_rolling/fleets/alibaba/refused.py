"""Alibaba's errors by their codes, as errors of our tree. The client that brings them is not known here.

Codes: error tables of the ESS API reference (2014-08-28 and 2022-02-22); terraform-provider-alicloud, ``NeedRetry`` and
``IsExpectedErrors``. A code that nobody has published is permanent.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pulumi_rolling.errors import (
    DeniedFleetError,
    FleetError,
    GroupNotFoundError,
    PermanentFleetError,
    TemporaryFleetError,
)

BUSY = frozenset({"ScalingActivityInProgress", "IncorrectScalingGroupStatus", "InvalidOperation.Conflict"})
"""Another activity of the group is in the way: look again."""
NO_GROUP = "Check its id, the region, and whose keys these are."
_TEMPORARY = BUSY | {
    "BackendServer.configuring",
    "InternalError",
    "ServiceUnavailable",
    "SignatureNonceUsed",
    "UnknownError",
    "VServerGroupProcessing",
}
_DENIED = re.compile(r"Forbidden\.(Unauthorized|RAM|NoPermission|SubUser)|NoPermission|Forbidden")
_WRONG_CREDENTIALS = re.compile(
    r"InvalidAccessKeyId\..+|SignatureDoesNotMatch|IncompleteSignature|InvalidSecurityToken\..+"
)
_GONE = re.compile(r"(Invalid)?LaunchTemplate\w*\.NotFound|InvalidScalingConfigurationId\.NotFound")
"""What members were to be made from."""
_LONGEST_MESSAGE = 300
_SCHEME = re.compile(r"https?://", re.I)


@dataclass(frozen=True, slots=True)
class Refusal:
    """What an answer says that refuses a call."""

    code: str
    message: str
    status: int = 0
    request: str = ""
    """The request's id, for Alibaba's support."""


def refused(refusal: Refusal, product: str, operation: str) -> FleetError:
    code, line = refusal.code, one_line(refusal.message)
    told = f" (request {refusal.request})" if refusal.request else ""
    message = f"{operation} was refused ({code}): {line.rstrip('.')}{told}"
    if "Throttling" in code or code in _TEMPORARY or refusal.status >= 500 or refusal.status == 429:
        return TemporaryFleetError(message, operation=operation, code=code)
    if code == "InvalidScalingGroupId.NotFound":
        return GroupNotFoundError(message, operation=operation, code=code, hint=NO_GROUP)
    if _DENIED.fullmatch(code):
        return DeniedFleetError(message, operation=operation, code=code, hint=f"Allow {product}:{operation}.")
    return PermanentFleetError(message, operation=operation, code=code, hint=_hint(code))


def one_line(text: str) -> str:
    """For messages and causes: one line of bearable length, without what no tag of a group may hold."""
    line = _SCHEME.sub("", " ".join(text.split()))
    return line if len(line) <= _LONGEST_MESSAGE else line[: _LONGEST_MESSAGE - 1] + "…"


def _hint(code: str) -> str:
    """The one thing to do, where there is one."""
    if _WRONG_CREDENTIALS.fullmatch(code):
        return "Alibaba Cloud does not accept these credentials; check ALICLOUD_ACCESS_KEY and ALICLOUD_SECRET_KEY."
    if code == "Forbidden.Unsubscribed":
        return "Activate Auto Scaling for the account."
    if _GONE.fullmatch(code):
        return "What was deleted leads nowhere any more: name another one in the program"
    return ""
