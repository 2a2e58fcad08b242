"""What around an Auto Scaling group may spoil a rollout that the policy allows, as far as facts at hand tell it."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Collection, Iterator
from typing import Any

from pulumi_rolling.core.replace.limits import Limits
from pulumi_rolling.core.replace.rollout import Boots
from pulumi_rolling.report.hazards import slow_boot
from pulumi_rolling.report.wording import listed, span

SHORT_GRACE = 60.0
"""Seconds of grace below which a boot is unlikely to be over, where no boot was seen yet."""
BALANCERS = frozenset({"ELB", "VPC_LATTICE"})
ENDERS = frozenset({"HealthCheck", "ReplaceUnhealthy"})
"""Processes without which the group ends no unhealthy instance."""
SENDERS = ("rolling signal", "rolling:signal", "complete-lifecycle-action", "CompleteLifecycleAction")
"""What stands in user data that signals (docs/signals.md)."""


def health_risks(
    checked_by: frozenset[str], grace: float, boots: Boots, rests: Collection[str]
) -> Iterator[str]:
    """The group ends what its load balancer calls unhealthy, after a grace that a boot may outlast.

    ``rests``: processes that are suspended while the rollout lasts.
    """
    checks = sorted(checked_by & BALANCERS)
    if not checks or ENDERS.intersection(rests):
        return
    slow = slow_boot(boots)
    if grace >= (SHORT_GRACE if slow is None else slow):
        return
    took = "no boot was seen yet" if slow is None else f"one boot of twenty took more than {span(slow)}"
    yield (
        f"health checks of type {listed(checks)} count {span(grace)} after a launch, and {took}: "
        "the group itself may end an instance that is still booting"
    )


def signal_risks(limits: Limits, queue: str | None, user_data: Any) -> Iterator[str]:
    """Signals are wanted, and nothing in the user data sends one."""
    if not limits.signals or queue is not None or not isinstance(user_data, str | None):
        return
    text = _decoded(user_data or "")
    if text is None or any(sender in text for sender in SENDERS):
        return
    why = "the user data holds no line that sends one" if text else "there is no user data"
    if "cfn-signal" in text:
        why = "the user data calls cfn-signal, which reaches nothing but CloudFormation"
    yield f"a SUCCESS signal is waited for, and {why}: unless the image itself signals, every instance fails"


def schedule_risks(scheduled_actions: Collection[str]) -> Iterator[str]:
    if scheduled_actions:
        names = listed(list(scheduled_actions))
        yield f"scheduled actions rest while the roll lasts ({names}): one that falls into it does nothing"


def _decoded(user_data: str) -> str | None:
    """The text; None where it is packed, so that nobody can say what it holds."""
    try:
        text = base64.b64decode(user_data, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
    return None if "Content-Transfer-Encoding: base64" in text else text
