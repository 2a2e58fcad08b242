"""What can be wrong between fields, over the normalised inputs. No rule speaks where its value is unknown."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pulumi_rolling.core.model.durations import parse_pause
from pulumi_rolling.core.replace.limits import Guard, Pacing
from pulumi_rolling.errors import Fault
from pulumi_rolling.policy.leaves import show
from pulumi_rolling.policy.models import GROUP_KINDS, STRATEGIES

IsUnknown = Callable[[object], bool]

ROLL = "updatePolicy.rollingUpdate"
MOST_ALARMS = 10
"""StartInstanceRefresh, AlarmSpecification: "up to 10"."""


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
        yield from _pacing_faults(roll)
        yield from _stop_faults(roll)
        yield from _list_faults(roll, is_unknown)
        yield from _drain_faults(roll)


def _replaces(block: Any) -> bool:
    """A replacing update is a strategy, and refused as such, unless it says that it replaces nothing."""
    return isinstance(block, Mapping) and block.get("willReplace", False) is not False


def _group_faults(group: Any) -> Iterator[Fault]:
    if not isinstance(group, Mapping):
        return
    if "name" not in group:
        yield Fault("autoScalingGroup.name", "is required: the name of the Auto Scaling group.")
    path = "autoScalingGroup.launchTemplate"
    if "launchTemplate" in group and "launchConfiguration" in group:
        yield Fault(
            "autoScalingGroup.launchConfiguration",
            "may not stand with launchTemplate: instances are made from exactly one of the two.",
        )
    if "launchTemplate" not in group:
        if "launchConfiguration" not in group:
            yield Fault(
                path,
                "is required: the launch template, by id or name, to make instances from (or launchConfiguration, "
                "for a group that has one).",
            )
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
    """What is said of signals while none are waited for, and of another clock while they are."""
    wait = roll.get("waitOnResourceSignals", False)
    readiness = roll.get("readiness")
    ready = readiness if isinstance(readiness, Mapping) else {}
    if wait is True and "timeout" in ready:
        yield Fault(
            f"{ROLL}.readiness.timeout",
            "may not stand with waitOnResourceSignals: true: pauseTime is then how long each new member may take; "
            "set that.",
        )
    if wait is not False:
        return
    if "signalQueue" in ready and not is_unknown(ready["signalQueue"]):
        yield Fault(
            f"{ROLL}.readiness.signalQueue",
            "needs waitOnResourceSignals: true; without it no signal is waited for.",
        )
    share = roll.get("minSuccessfulInstancesPercent", 0)
    if share != 0 and not is_unknown(share):
        yield Fault(
            f"{ROLL}.minSuccessfulInstancesPercent",
            f"needs waitOnResourceSignals: true; found {show(share)} without it. CloudFormation: "
            '"Can not set MinSuccessfulInstancesPercent greater than zero and not set '
            'WaitOnResourceSignals".',
        )


def _pacing_faults(roll: Mapping[str, Any]) -> Iterator[Fault]:
    """What the pacing in effect cannot have: a window no pause between batches, batches no guard."""
    pause = roll.get("pauseTime")
    fixed = bool(isinstance(pause, str) and parse_pause(pause)) and (
        roll.get("waitOnResourceSignals", False) is False
    )
    pacing = roll.get("pacing")
    if fixed and pacing == Pacing.SLIDING.value:
        yield Fault(
            f"{ROLL}.pacing",
            f"must be lockStep with a fixed pauseTime ({pause} without waitOnResourceSignals), which follows "
            "each batch; found sliding, which has no batches.",
        )
        return
    guard = roll.get("guard", Guard.OFF.value)
    if guard == Guard.OFF.value or guard not in [choice.value for choice in Guard]:
        return
    if pacing == Pacing.LOCK_STEP.value:
        why = "found lockStep (a block pasted under CloudFormation's own key is lockStep unless it says otherwise)"
    elif pacing is None and fixed:
        why = f"a fixed pauseTime ({pause} without waitOnResourceSignals) makes it lockStep"
    else:
        return
    yield Fault(
        f"{ROLL}.guard",
        f"needs pacing: sliding, since a batch starts nothing before its members are ready; {why}.",
    )


def _stop_faults(roll: Mapping[str, Any]) -> Iterator[Fault]:
    """Canary, checkpoints and approval: stops that would never come."""
    canary, checkpoints = roll.get("canary"), roll.get("checkpoints")
    if isinstance(canary, Mapping) and "size" not in canary:
        yield Fault(f"{ROLL}.canary.size", "is required: how many members are tried first.")
    percents: Any = None
    if isinstance(checkpoints, Mapping):
        percents = checkpoints.get("percents")
        if percents is None or (percents == [] and "delay" in checkpoints):
            yield Fault(
                f"{ROLL}.checkpoints.percents",
                "is required: the percents of the members to replace at which the roll stops.",
            )
    if roll.get("approval") is not True or canary is not None:
        return
    if checkpoints is None or percents == []:
        yield Fault(f"{ROLL}.approval", "needs a canary or checkpoints: there it is asked for.")


def _list_faults(roll: Mapping[str, Any], is_unknown: IsUnknown) -> Iterator[Fault]:
    """Lists whose items contradict each other."""
    alarms = roll.get("alarms")
    if isinstance(alarms, list):
        if len(alarms) > MOST_ALARMS:
            yield Fault(
                f"{ROLL}.alarms",
                f"must be at most {MOST_ALARMS} names; found {len(alarms)}. A composite alarm can stand for several.",
            )
        for index, name in enumerate(alarms):
            if isinstance(name, str) and not is_unknown(name) and name in alarms[:index]:
                yield Fault(f"{ROLL}.alarms[{index}]", f"is named twice; found {show(name)} again.")
    checkpoints = roll.get("checkpoints")
    percents = checkpoints.get("percents") if isinstance(checkpoints, Mapping) else None
    before: float | None = None
    for index, percent in enumerate(percents if isinstance(percents, list) else []):
        if type(percent) not in (int, float):
            continue
        if before is not None and percent <= before:
            yield Fault(
                f"{ROLL}.checkpoints.percents[{index}]",
                f"must be more than the percent before it; found {show(percent)} after {show(before)}.",
            )
        before = percent


def _drain_faults(roll: Mapping[str, Any]) -> Iterator[Fault]:
    if "drainTimeout" in roll and roll.get("drain", False) is False:
        yield Fault(
            f"{ROLL}.drainTimeout",
            "needs drain: true; without it nobody waits for members that are leaving.",
        )


def _and(names: list[str]) -> str:
    return ", ".join(names[:-1]) + f" and {names[-1]}"
