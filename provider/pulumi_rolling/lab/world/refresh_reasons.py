"""Why an instance refresh does not go on at this moment, in the service's words where live answers show them.

The sentences about warming up, insufficient data and protection are the service's; the others are worded here after
them. This module refuses to know what follows.
"""

from __future__ import annotations

from pulumi_rolling.lab.world import targets
from pulumi_rolling.lab.world.cloud import Cloud
from pulumi_rolling.lab.world.refresh import WAIT, Refresh
from pulumi_rolling.lab.world.refresh_look import Look, Readiness

EXAMPLE = "Waiting for remaining instances to be available. For example: {} {}."
WARMING = "Waiting for instances to warm up before continuing. For example: {} is warming up."
STOPPED_BY = "Waiting for the suspended process {} to be resumed."
PROTECTED = "is protected. Remove instance scale-in protection to continue"
STANDBY = "is in standby. Return the instance to service to continue"
LAUNCHING = "Waiting for remaining instances to be available."


def waiting(cloud: Cloud, refresh: Refresh, seen: Look) -> str:
    """The reason that stands in the way of all others, with one instance for an example; empty when there is none."""
    group = refresh.group
    for process in ("Launch", "Terminate"):
        if seen.outdated and group.suspended(process):
            return STOPPED_BY.format(process)
    by_state = {state: member for member, state in reversed(seen.states.items())}
    if Readiness.UNWELL in by_state:
        return EXAMPLE.format(by_state[Readiness.UNWELL].id, Readiness.UNWELL.value)
    if Readiness.UNKNOWN in by_state:
        source = "Elastic Load Balancing" if targets.checks_targets(group) else "Amazon EC2"
        return EXAMPLE.format(by_state[Readiness.UNKNOWN].id, f"{Readiness.UNKNOWN.value} {source}")
    if Readiness.WARMING in by_state:
        return WARMING.format(by_state[Readiness.WARMING].id)
    if Readiness.COMING in by_state:
        return EXAMPLE.format(by_state[Readiness.COMING].id, Readiness.COMING.value)
    for member in seen.outdated:
        if member.now.lifecycle == "Standby" and refresh.preferences.standby == WAIT:
            return EXAMPLE.format(member.id, STANDBY)
        if member.now.protected and refresh.preferences.protected == WAIT:
            return EXAMPLE.format(member.id, PROTECTED)
    return LAUNCHING if seen.to_go else ""
