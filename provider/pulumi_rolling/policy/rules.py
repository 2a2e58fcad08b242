"""What can be wrong between fields, over the normalised inputs. No rule speaks where its value is unknown."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pulumi_rolling.core.model import Pacing
from pulumi_rolling.errors import Fault
from pulumi_rolling.policy.duration import parse_pause
from pulumi_rolling.policy.leaves import show
from pulumi_rolling.policy.models import GROUP_KINDS, STRATEGIES

IsUnknown = Callable[[object], bool]


def inputs_faults(inputs: Mapping[str, Any], is_unknown: IsUnknown) -> Iterator[Fault]:
    """Faults between the fields of the whole resource."""
    kinds = [kind for kind in GROUP_KINDS if kind in inputs]
    if not kinds:
        yield Fault("autoScalingGroup", "is required: the Auto Scaling group to roll.")
    if len(kinds) > 1:
        yield Fault(
            kinds[1], f"may not stand with {kinds[0]}: exactly one group is rolled; found {_and(kinds)}."
        )
    if "autoScalingGroup" in inputs:
        yield from _group_faults(inputs["autoScalingGroup"])
    if "triggers" in inputs:
        yield from _trigger_faults(inputs["triggers"], is_unknown)
    yield from policy_faults(inputs.get("updatePolicy", {}), is_unknown)


def policy_faults(policy: Any, is_unknown: IsUnknown) -> Iterator[Fault]:
    """Faults between the fields of ``updatePolicy``."""
    if not isinstance(policy, Mapping):
        return
    strategies = [strategy for strategy in STRATEGIES if strategy in policy]
    if not strategies and not _replaces(policy.get("autoScalingReplacingUpdate")):
        yield Fault("updatePolicy", "needs exactly one strategy, and has none; use rollingUpdate.")
    if len(strategies) > 1:
        text = f"needs exactly one strategy; found {_and(strategies)}."
        if {"rollingUpdate", "instanceRefresh"} <= set(strategies):
            text += " CloudFormation's update fails with a rolling update and an instance refresh together."
        yield Fault("updatePolicy", text)
    roll = policy.get("rollingUpdate")
    if isinstance(roll, Mapping):
        yield from _signal_faults(roll, is_unknown)


def _replaces(block: Any) -> bool:
    """A replacing update is a strategy, and refused as such, unless it says that it replaces nothing."""
    return isinstance(block, Mapping) and block.get("willReplace", False) is not False


def _group_faults(group: Any) -> Iterator[Fault]:
    if not isinstance(group, Mapping):
        return
    if "name" not in group:
        yield Fault("autoScalingGroup.name", "is required: the name of the Auto Scaling group.")
    path = "autoScalingGroup.launchTemplate"
    if "launchTemplate" not in group:
        yield Fault(path, "is required: the launch template, by id or name, to make instances from.")
        return
    template = group["launchTemplate"]
    if not isinstance(template, Mapping):
        return
    if "id" in template and "name" in template:
        yield Fault(path, "needs exactly one of id and name; found both.")
    if "id" not in template and "name" not in template:
        yield Fault(path, "needs exactly one of id and name; found neither.")


def _trigger_faults(triggers: Any, is_unknown: IsUnknown) -> Iterator[Fault]:
    items: list[tuple[str, Any]] = []
    if isinstance(triggers, Mapping):
        items = [(f"triggers.{key}", item) for key, item in triggers.items()]
    elif isinstance(triggers, list):
        items = [(f"triggers[{index}]", item) for index, item in enumerate(triggers)]
    for path, item in items:
        if isinstance(item, Mapping | list) and not is_unknown(item):
            yield Fault(path, f"must be a text, a number, a boolean or null; found {show(item)}.")


def _signal_faults(roll: Mapping[str, Any], is_unknown: IsUnknown) -> Iterator[Fault]:
    """What is said of signals, or of a pause, while no signals are waited for."""
    if roll.get("waitOnResourceSignals", False) is not False:
        return
    share = roll.get("minSuccessfulInstancesPercent", 0)
    if share != 0 and not is_unknown(share):
        yield Fault(
            "updatePolicy.rollingUpdate.minSuccessfulInstancesPercent",
            f"needs waitOnResourceSignals: true; found {show(share)} without it. CloudFormation: "
            '"Can not set MinSuccessfulInstancesPercent greater than zero and not set '
            'WaitOnResourceSignals".',
        )
    pause = roll.get("pauseTime")
    seconds = parse_pause(pause) if isinstance(pause, str) else None
    if seconds and roll.get("pacing") == Pacing.SLIDING.value:
        yield Fault(
            "updatePolicy.rollingUpdate.pacing",
            f"must be lockStep with a fixed pauseTime ({pause} without waitOnResourceSignals), which follows "
            "each batch; found sliding, which has no batches.",
        )


def _and(names: list[str]) -> str:
    return ", ".join(names[:-1]) + f" and {names[-1]}"
