"""The user's block: its models, its spellings, its faults, and what it allows a rollout to do.

Pure: what the live group looks like is told, never asked, and what a rollout then does is not known here.
"""

from pulumi_rolling.policy.check import (
    check,
    check_policy,
    nothing_unknown,
    parse,
    parse_policy,
    unknowns,
    without_faulty,
)
from pulumi_rolling.policy.feasibility import advice, feasibility
from pulumi_rolling.policy.limits import limits
from pulumi_rolling.policy.models import (
    AutoScalingGroup,
    LaunchTemplate,
    RollingGroupInputs,
    RollingUpdate,
    UpdatePolicy,
)
from pulumi_rolling.policy.percent import Percent
from pulumi_rolling.policy.spelling import normalise, normalise_policy
from pulumi_rolling.policy.timing import Timing

__all__ = [
    "AutoScalingGroup",
    "LaunchTemplate",
    "Percent",
    "RollingGroupInputs",
    "RollingUpdate",
    "Timing",
    "UpdatePolicy",
    "advice",
    "check",
    "check_policy",
    "feasibility",
    "limits",
    "normalise",
    "normalise_policy",
    "nothing_unknown",
    "parse",
    "parse_policy",
    "unknowns",
    "without_faulty",
]
