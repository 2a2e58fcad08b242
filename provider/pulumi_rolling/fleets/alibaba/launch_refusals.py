"""Codes of launches that did not come off: whether the cloud's own retry may help, and what mends it.

Codes: ESS user guide, "Usage notes of scaling activities"; ECS API reference, RunInstances; activities of
terraform-provider-alicloud's issues. A code that nobody has shown is taken for the milder case: the cloud goes on
trying, and the slot's clock decides.
"""

from __future__ import annotations

import re

from pulumi_rolling.core.model.codes import Remedy
from pulumi_rolling.core.replace.observation import LaunchError

_MAY_PASS = re.compile(
    r"NoStock|NotOnSale|Insufficient(Stock|IpAddress)|Throttling|ServiceUnavailable|InternalError"
)
_FOR_GOOD = (
    (re.compile(r"Image"), Remedy.IMAGE, ""),
    (re.compile(r"Quota"), Remedy.QUOTA, "Ask Alibaba Cloud for a higher quota."),
    (re.compile(r"InsufficientBalance|Arrearage|NotEnoughBalance"), Remedy.OBJECTION, "Settle the account."),
    (
        re.compile(r"Forbidden|NoPermission|Unauthorized"),
        Remedy.PERMISSION,
        "Allow Auto Scaling's role the launch.",
    ),
    (
        re.compile(
            r"(Invalid|Incorrect)(InstanceType|SecurityGroup|KeyPair|SystemDisk|DataDisk|RamRole|UserData|Parameter|"
            r"LaunchTemplate|ScalingConfiguration)|LaunchTemplate\w*\.NotFound"
        ),
        Remedy.TEMPLATE,
        "",
    ),
)


def read_code(code: str) -> tuple[LaunchError, Remedy | None, str]:
    """The kind of refusal, what mends it where that is known, and how."""
    if _MAY_PASS.search(code):
        return LaunchError.CAPACITY, Remedy.CAPACITY, ""
    for words, remedy, hint in _FOR_GOOD:
        if words.search(code):
            return LaunchError.PERMANENT, remedy, hint
    return LaunchError.CAPACITY, None, ""
