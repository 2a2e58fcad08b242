"""Puts the parts of one operation together: the inputs, the fleet they name, clock, retry, timing.

The only place that knows which fleet belongs to which kind of group.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pulumi_rolling.core.replace.record_rules import lease_length
from pulumi_rolling.engine.clock import Clock, SystemClock
from pulumi_rolling.engine.retry import Retrier
from pulumi_rolling.fleets.auto_scaling_group.fleet import AutoScalingGroupFleet
from pulumi_rolling.fleets.auto_scaling_group.revisions import Wanted
from pulumi_rolling.fleets.aws.api import Place
from pulumi_rolling.fleets.aws.launch_configurations import ConfigurationWanted
from pulumi_rolling.fleets.aws.launch_templates import TemplateWanted
from pulumi_rolling.handler.watching import watched
from pulumi_rolling.policy import AutoScalingGroup, RollingGroupInputs, Timing, parse
from pulumi_rolling.signals.choose import NoSignals

INPUTS = ("autoScalingGroup", "updatePolicy", "onFailure", "triggers")
"""The inputs among a resource's properties; the rest of state are outputs."""

OUTPUTS = ("revision", "previousRevision", "suspendedAsFound", "status", "lastRollout")

IsUnknown = Callable[[object], bool]


@dataclass(frozen=True, slots=True)
class Defaults:
    """Where calls go when the inputs do not say; what is not here either the AWS SDK's environment says."""

    region: str | None = None
    endpoint: str | None = None
    profile: str | None = None
    ignored_tags: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Wiring:
    """One operation on one group."""

    inputs: RollingGroupInputs
    fleet: AutoScalingGroupFleet
    timing: Timing
    clock: Clock
    wake: Callable[[], None] = lambda: None
    """Ends the wait of whoever waits on the clock."""
    alarms_as_given: tuple[Any, ...] = ()
    """Those that preview does not know yet among them, which the inputs leave out."""

    @property
    def name(self) -> str:
        return self.fleet.name

    @property
    def mended(self) -> str:
        """What makes the members, as it is called where it is at fault."""
        by_configuration = self.inputs.auto_scaling_group.launch_configuration is not None
        return "the launch configuration" if by_configuration else "the launch template"


def wire(
    properties: Mapping[str, Any],
    is_unknown: IsUnknown,
    defaults: Defaults | None = None,
    clock: SystemClock | None = None,
) -> Wiring:
    """The parts for checked inputs. Raises PolicyErrors where they are not right after all."""
    inputs = parse({key: properties[key] for key in INPUTS if key in properties}, is_unknown)
    group = inputs.auto_scaling_group
    if group.name is None:
        raise ValueError("the group's name is not known yet")
    defaults, clock = defaults or Defaults(), clock or SystemClock()
    timing = Timing.from_environment(os.environ)
    fleet = AutoScalingGroupFleet(
        group.name,
        wanted=_wanted(group),
        place=Place.of(
            group.region or defaults.region,
            group.endpoint or defaults.endpoint,
            defaults.profile,
            defaults.ignored_tags,
        ),
        # A call is given up well before the lease runs out: what it was to do is decided again, by whoever drives then.
        # Its waits are on a clock of its own: a wake is for the loop.
        retry=Retrier(SystemClock(), patience=0.6 * lease_length(timing.poll)),
        signals=NoSignals(),
    )
    fleet.watch(watched(inputs.update_policy, None, timing))
    roll = (properties.get("updatePolicy") or {}).get("rollingUpdate") or {}
    return Wiring(inputs, fleet, timing, clock, clock.wake, tuple(roll.get("alarms") or ()))


def _wanted(group: AutoScalingGroup) -> Wanted:
    if group.launch_configuration is not None:
        return ConfigurationWanted(group.launch_configuration)
    template = group.launch_template
    return TemplateWanted(template.id, template.name, template.version)


def template_unknown(properties: Mapping[str, Any], is_unknown: IsUnknown) -> bool:
    """In preview the version, or the launch configuration's name, usually is: it changes in the same update."""
    group = properties.get("autoScalingGroup")
    if not isinstance(group, Mapping):
        return True
    if "launchConfiguration" in group:
        return is_unknown(group["launchConfiguration"])
    template = group.get("launchTemplate")
    if is_unknown(template) or not isinstance(template, Mapping):
        return True
    return any(is_unknown(value) for value in template.values())


def group_unknown(properties: Mapping[str, Any], is_unknown: IsUnknown) -> bool:
    group = properties.get("autoScalingGroup")
    return not isinstance(group, Mapping) or any(
        is_unknown(group.get(k)) for k in ("name", "region", "endpoint")
    )
