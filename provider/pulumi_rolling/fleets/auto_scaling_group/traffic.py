"""What an Auto Scaling group is attached to, read from its own description: finding it out costs no call."""

from __future__ import annotations

from collections.abc import Iterator

from pulumi_rolling.errors import Fault
from pulumi_rolling.fleets.auto_scaling_group.description import PATH
from pulumi_rolling.fleets.aws.api import Answer
from pulumi_rolling.fleets.aws.targets import Traffic, short_name


def traffic_of(group: Answer) -> Traffic:
    """TrafficSources holds everything; older attachments stand in the two older lists as well."""
    sources = [(s.get("Type", ""), s["Identifier"]) for s in group.get("TrafficSources", [])]
    return Traffic(
        _once(*group.get("TargetGroupARNs", []), *(i for kind, i in sources if kind == "elbv2")),
        _once(*group.get("LoadBalancerNames", []), *(i for kind, i in sources if kind == "elb")),
        _once(*(i for kind, i in sources if kind == "vpc-lattice")),
    )


def lattice_faults(lattice: tuple[str, ...]) -> Iterator[Fault]:
    for arn in lattice:
        yield Fault(
            f"{PATH}.trafficSources",
            f"the health of targets in VPC Lattice ({short_name(arn)}) is not read. Set readiness.targetHealth to "
            "false, or detach the group from it.",
        )


def _once(*names: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
